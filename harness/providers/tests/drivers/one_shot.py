"""A one-shot program: sick in the way that its argument says, or well."""

import json
import os
import sys
import time

SICK = sys.argv[1]
if log := os.environ.get("SICK_LOG"):
    with open(log, "a") as file:
        file.write("run\n")
if SICK == "fails":
    print("no such role: wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY77", file=sys.stderr)
    sys.exit(255)
if SICK == "hangs":
    time.sleep(1000)
if SICK == "garbage":
    print("Welcome to the credential helper!")
    sys.exit(0)
if SICK == "floods":
    while True:
        print("x" * 1000)
document = {
    "Version": 2 if SICK == "version" else 1,
    "AccessKeyId": "ASIAQ7XEXAMPLEKEYID0",
    "SecretAccessKey": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY77",
    "SessionToken": "a session token of some length",
    "Expiration": "2031-05-01T06:00:00Z",
}
print(json.dumps(document, indent=4))
