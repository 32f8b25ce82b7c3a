"""Reads the wall clock, and waits, in the ways that Python has. What it prints, and when, is told in
../preload/story.rs."""

import asyncio
import datetime
import multiprocessing
import queue
import select
import socket
import sys
import threading
import time

SOON = 0.3


def say(line):
    # In one piece: others print at the same time.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def readings():
    say(f"reading {time.time():.6f} time.time")
    say(f"reading {datetime.datetime.now().timestamp():.6f} datetime.now")
    say(f"reading {time.clock_gettime(time.CLOCK_REALTIME):.6f} time.clock_gettime")
    say(f"steady {time.monotonic():.6f} time.monotonic")
    say(f"steady {time.perf_counter():.6f} time.perf_counter")


def lock():
    held = threading.Lock()
    held.acquire()
    return not held.acquire(timeout=SOON)


def shared_lock():
    held = multiprocessing.Lock()
    held.acquire()
    return not held.acquire(timeout=SOON)


def condition():
    quiet = threading.Condition()
    with quiet:
        return not quiet.wait(SOON)


def get():
    try:
        queue.Queue().get(timeout=SOON)
    except queue.Empty:
        return True


def timer():
    rung = threading.Event()
    threading.Timer(SOON, rung.set).start()
    return rung.wait(60)


async def never():
    try:
        await asyncio.wait_for(asyncio.Event().wait(), SOON)
    except asyncio.TimeoutError:
        return True


def receive():
    one, other = socket.socketpair()
    one.settimeout(SOON)
    try:
        one.recv(1)
    except TimeoutError:
        return True
    finally:
        other.close()


WAITS = {
    "time.sleep": lambda: time.sleep(SOON) is None,
    "Lock.acquire": lock,
    "multiprocessing.Lock": shared_lock,
    "Condition.wait": condition,
    "Event.wait": lambda: not threading.Event().wait(SOON),
    "Queue.get": get,
    "Timer": timer,
    "select": lambda: select.select([], [], [], SOON) == ([], [], []),
    "socket": receive,
    "asyncio.sleep": lambda: asyncio.run(asyncio.sleep(SOON)) is None,
    "asyncio.wait_for": lambda: asyncio.run(never()),
}


def run(name, wait):
    begun = time.monotonic()
    over = wait()
    took = int((time.monotonic() - begun) * 1000)
    say(f"wait {took} {name}" if over else f"wrong {name}")


def start(name, wait):
    thread = threading.Thread(target=run, args=(name, wait))
    thread.start()
    return thread


def main():
    readings()
    threads = [start(f"{name}, early", WAITS[name]) for name in WAITS if name != "multiprocessing.Lock"]
    say("ready")
    if not sys.stdin.readline():
        sys.exit(1)
    readings()
    threads += [start(name, wait) for name, wait in WAITS.items()]
    for thread in threads:
        thread.join()
    say("done")


main()
