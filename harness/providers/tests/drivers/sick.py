"""A driver that is sick in the way that its argument says; `well` is not sick, nor is `a-process-a-call`."""

import json
import os
import signal
import subprocess
import sys
import time

SICK = sys.argv[1]
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY77"
KEYS = {
    "access_key_id": "ASIAQ7XEXAMPLEKEYID0",
    "secret_access_key": SECRET,
    "session_token": "a session token of some length",
    "expiration": "2031-05-01T06:00:00Z",
    "account_id": "123456789012",
}
LOG = os.environ.get("SICK_LOG")


def say(number, **answer):
    print(json.dumps({"id": number, **answer}), flush=True)


def log(word):
    if LOG:
        with open(LOG, "a") as file:
            file.write(word + "\n")


def complain(text):
    print(text, file=sys.stderr, flush=True)


def resolved(request):
    n = request.get("at_once", 1)
    return {"answers": [{"n": n, "credentials": KEYS, "ms": [1.5, 4.0][: min(n, 2)]}]}


def hello(request):
    if SICK == "slow-hello":
        complain("still loading")
        time.sleep(1000)
    if SICK == "garbage-first":
        print("Loading, please wait", flush=True)
    wall = {"bad-wall": "yesterday", "liar": "1999-12-31T00:00:00Z"}.get(SICK, "2031-05-01T00:00:00Z")
    can = ["at-once"] + (["cancel"] if SICK == "gives-up" else [])
    version = "2.0" if SICK == "other-version" else "1.0"
    callers = "processes" if SICK == "a-process-a-call" else "threads"
    return {"name": "sick", "version": version, "wall": wall, "can": can, "callers": callers}


def called(request):
    sha256 = "4b9a0fb7a1a1e3a4f6f0d7b7c0f6f9a0"
    return {
        "caller-identity": {"arn": "arn:aws:iam::123456789012:user/ada"},
        "assume-role": {"access_key_id": "ASIAQ7XEXAMPLEKEYID1"},
        "get-object": {"size": 3, "sha256": sha256},
        "presign": {"url": "http://127.0.0.1/photos/cat.jpg?X-Amz-Signature=0"},
    }.get(request["do"], {})


def misbehave(request):
    """Whether the request was answered in the way of the sickness, or not at all."""
    number = request["id"]
    if SICK in ("stuck", "hangs", "gives-up"):
        return True
    if SICK == "crashes":
        complain("Traceback: secret is " + SECRET)
        sys.exit(3)
    if SICK == "segfaults":
        os.kill(os.getpid(), signal.SIGSEGV)
    if SICK == "garbage":
        print("DEBUG found " + SECRET, flush=True)
    elif SICK == "floods":
        sys.stdout.write("\n" * 100_000)
        sys.stdout.flush()
    elif SICK == "long-line":
        sys.stdout.write("x" * 5_000)
        sys.stdout.flush()
        time.sleep(1000)
    elif SICK == "wrong-id":
        say(number + 1000, ok={})
    elif SICK == "twice":
        say(number, ok=resolved(request))
        say(number, ok=resolved(request))
        return True
    elif SICK == "wrong-shape":
        say(number, ok={"answers": 3})
    elif SICK == "two-at-once":
        say(number, ok={}, error={"class": "other"})
    elif SICK == "strange-class":
        say(number, error={"class": "gremlins"})
    elif SICK == "too-few":
        say(number, ok={"answers": [{"n": 1, "credentials": KEYS}]})
    elif SICK == "closes-output":
        os.close(1)
        time.sleep(1000)
    elif SICK == "dies-later":
        say(number, ok=resolved(request))
        sys.exit(0)
    elif SICK == "leaks":
        complain("found nothing")
        complain("got " + SECRET)
        say(number, ok=resolved(request))
    elif SICK == "leaks-in-error":
        say(number, error={"class": "other", "type": "Oops", "text": "cannot use " + SECRET})
    elif SICK == "noisy":
        for line in range(40_000):
            sys.stderr.write(f"line {line} of what a library says at its highest level\n")
        say(number, ok=resolved(request))
    else:
        return False
    return True


def main():
    opened = 0
    if SICK == "has-children":
        child = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
        log(f"child {child.pid}")
    for line in sys.stdin:
        request = json.loads(line)
        op, number = request["op"], request["id"]
        log(op)
        if op == "hello":
            say(number, ok=hello(request))
            if SICK == "closes-input":
                sys.stdin.close()
                os.close(0) if os.path.exists("/proc/self/fd/0") else None
                time.sleep(1000)
        elif op == "open":
            opened += 1
            if SICK == "opens-late" and opened == 1:
                say(number, error={"class": "bad-config", "type": "ProfileNotFound"})
            elif SICK == "no-imds" and request["use"] == "imds":
                say(number, unsupported="no bare `imds` provider")
            else:
                log(json.dumps(request["settings"], sort_keys=True))
                say(number, ok={})
        elif op == "resolve" and SICK == "a-process-a-call":
            say(number, unsupported="it gives nobody its credentials")
        elif op == "resolve":
            misbehave(request) or say(number, ok=resolved(request))
        elif op == "call":
            misbehave(request) or say(number, ok=called(request), ms=[2.0])
        elif op == "now":
            wall = {"liar": "1999-12-31T00:00:00Z"}.get(SICK, "2031-05-01T00:00:00.250Z")
            if SICK != "stuck":
                say(number, ok={"wall": wall, "monotonic_ms": 1500.0})
        elif op == "cancel":
            if SICK == "gives-up":
                say(request["request"], error={"class": "cancelled"})
                say(number, ok={})
            else:
                say(number, unsupported="no cancel")
        else:
            say(number, unsupported=f"no op `{op}`")


main()
