"""A driver with nothing but the standard library: it asks the container endpoint, and keeps a set
until five minutes before its end. Told `leaks`, it writes each set that it fetches to standard error;
told `leaks-in-error`, it fails with what it has fetched, once; told `aborts`, it ends by SIGABRT where
others report an error."""

import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.request

held = None
manner = sys.argv[1] if len(sys.argv) > 1 else ""


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def fetch():
    headers = {}
    token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if token:
        headers["Authorization"] = token
    uri = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    with urllib.request.urlopen(urllib.request.Request(uri, headers=headers), timeout=5) as answer:
        fetched = json.load(answer)
    if manner == "leaks":
        print("fetched", fetched["SecretAccessKey"], file=sys.stderr, flush=True)
    if manner == "leaks-in-error":
        raise OSError("no use for " + fetched["Token"])
    return fetched


def resolve():
    global held
    soon = now() + datetime.timedelta(minutes=5)
    if held is None or datetime.datetime.fromisoformat(held["Expiration"].replace("Z", "+00:00")) <= soon:
        held = fetch()
    return {
        "access_key_id": held["AccessKeyId"],
        "secret_access_key": held["SecretAccessKey"],
        "session_token": held["Token"],
        "expiration": held["Expiration"],
    }


def answers(callers):
    began = time.monotonic()
    try:
        answer = {"credentials": resolve()}
    except (KeyError, OSError, urllib.error.URLError) as error:
        if manner == "aborts":
            os.abort()
        answer = {"error": {"class": "source-error", "type": type(error).__name__, "text": str(error)}}
    took = (time.monotonic() - began) * 1000
    return {"answers": [{"n": callers, "ms": [took] * callers, **answer}]}


def wall():
    return now().isoformat().replace("+00:00", "Z")


def answer(request):
    op = request["op"]
    if op == "hello":
        return {"ok": {"name": "plain", "version": "1", "runtime": sys.version.split()[0],
                       "wall": wall(), "can": ["at-once"], "callers": "threads"}}
    if op == "open" and request.get("use") not in ("client", "default-chain", "container"):
        return {"unsupported": "it asks the container endpoint alone"}
    if op in ("open", "close", "bye", "cancel"):
        return {"ok": {}}
    if op == "now":
        return {"ok": {"wall": wall(), "monotonic_ms": time.monotonic() * 1000}}
    if op == "resolve":
        return {"ok": answers(request.get("at_once", 1))}
    return {"unsupported": op}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], **answer(request)}), flush=True)
    if request["op"] == "bye":
        break
