"""Types a session into a shell at a terminal, and fails where an answer does not come."""
import os, pty, select, sys, time

ROLECALL, CLOCK = sys.argv[1:]
PATIENCE = 60

pid, terminal = pty.fork()
if pid == 0:
    os.environ["PS1"] = "outer> "
    os.environ["TERM"] = "dumb"
    os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])

seen = before = ""


def expect(text):
    """Reads until the terminal shows this; what came before is put aside."""
    global seen, before
    end = time.monotonic() + PATIENCE
    while text not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"{text!r} does not come: {seen!r}")
        seen += os.read(terminal, 4096).decode(errors="replace")
    before, seen = seen.split(text, 1)


def enter(text):
    os.write(terminal, text.encode() + b"\r")


def press(key):
    os.write(terminal, bytes([ord(key) & 0x1F]))


def stopped(pid):
    """Waits until a process has stopped: the shell asks nobody but whom it has started itself."""
    end = time.monotonic() + PATIENCE
    while open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1][0] not in "Tt":
        if time.monotonic() > end:
            sys.exit(f"{pid} does not stop")
        time.sleep(0.001)


EXEC = f"{ROLECALL} exec --clock {CLOCK} --"
# What is typed is echoed: answers are computed, so that they are not taken for it.
expect("outer> ")

# A program that counts what it is sent: Ctrl-C reaches it once.
script = "trap 'n=$((n+1))' INT; n=0; echo re''ady; while [ $n = 0 ]; do sleep 0.01; done; echo he''ard; read line; echo count=$n"
enter(f"""{EXEC} bash -c "{script.replace('$', chr(92) + '$')}" """)
expect("ready\r\n")
press("C")
expect("heard\r\n")
enter("")
expect("count=1\r\n")
expect("outer> ")

# Ctrl-Z stops it and us, `fg` has both go on, Ctrl-C ends it.
enter(f"{EXEC} sh -c 'echo $$ re''ady; exec cat'")
expect("ready\r\n")
program = before.split()[-1]
for line in ("one", "two"):
    press("Z")
    expect("Stopped")
    expect("outer> ")
    stopped(program)
    enter("fg")
    expect("cat'")
    enter(line)
    expect(f"{line}\r\n{line}\r\n")
press("C")
expect("outer> ")
enter("echo code=$((130 - $?))")
expect("code=0\r\n")

# A shell within has jobs of its own.
enter(f"{EXEC} env PS1='inner> ' bash --norc --noprofile --noediting -i")
expect("\ninner> ")
enter("sh -c 'echo re''ady; exec cat'")
expect("ready\r\n")
press("Z")
expect("Stopped")
expect("inner> ")
enter("fg")
expect("cat'")
enter("one")
expect("one\r\none\r\n")
press("C")
expect("inner> ")
if CLOCK == "preload":
    # Of one that is traced it is not always heard that it has stopped itself.
    enter("suspend")
    expect("Stopped")
    expect("outer> ")
    enter("fg")
enter("echo within=$((40 + 2))")
expect("within=42\r\n")
enter("exit 5")
expect("outer> ")
enter("echo code=$((5 - $?))")
expect("code=0\r\n")
enter("exit")
os.waitpid(pid, 0)
