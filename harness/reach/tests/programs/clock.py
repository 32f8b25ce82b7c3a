"""As clock.c, by the means of Python."""

import datetime
import select
import sys
import threading
import time

for line in iter(sys.stdin.readline, ""):
    if line == "now\n":
        now = datetime.datetime.now(datetime.timezone.utc)
        print(int(time.time()), int(now.timestamp()), int(time.monotonic() * 1000), flush=True)
    if line == "sleep\n":
        taken = []
        for wait in (
            time.sleep,
            lambda seconds: select.select([], [], [], seconds),
            lambda seconds: threading.Event().wait(seconds),
        ):
            start = time.monotonic()
            wait(0.2)
            taken.append(int((time.monotonic() - start) * 1000))
        print(*taken, flush=True)
