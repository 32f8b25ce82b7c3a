"""A program that knows of no endpoint but those of AWS itself, and of nothing but what Python brings.

A line names a source; what it finds there is printed as one line of JSON.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 30
METADATA_TOKEN = "X-aws-ec2-metadata-token"


def get(url, method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return answer.read().decode()


def instance(host):
    token = get(
        f"http://{host}/latest/api/token",
        "PUT",
        X_aws_ec2_metadata_token_ttl_seconds="60",
    )
    shown = {METADATA_TOKEN: token}
    roles = f"http://{host}/latest/meta-data/iam/security-credentials/"
    return json.loads(get(roles + get(roles, **shown), **shown))


def task():
    path = os.environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
    return json.loads(get("http://169.254.170.2" + path))


def task_metadata():
    return json.loads(get(os.environ["ECS_CONTAINER_METADATA_URI_V4"] + "/task"))


def shell():
    url = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    token = os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    return json.loads(get(url, **{"Authorization": token, METADATA_TOKEN: token}))


def pod(host):
    with open(os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) as file:
        return json.loads(
            get(f"http://{host}/v1/credentials", Authorization=file.read())
        )


SOURCES = {
    "instance": lambda: instance("169.254.169.254"),
    "instance-ipv6": lambda: instance("[fd00:ec2::254]"),
    "task": task,
    "task-metadata": task_metadata,
    "shell": shell,
    "pod": lambda: pod("169.254.170.23"),
    "pod-ipv6": lambda: pod("[fd00:ec2::23]"),
    "aws": lambda: get(os.environ["AWS_ENDPOINT_URL"]),
}


def ask(what):
    try:
        return SOURCES[what]() if what in SOURCES else get(what)
    except urllib.error.HTTPError as error:
        return {"status": error.code}
    except OSError as error:
        return {"error": str(error)}


for line in sys.stdin:
    what = line.strip()
    if what == "facts":
        told = {
            "environment": dict(os.environ),
            "network": os.readlink("/proc/self/ns/net"),
            "now": int(time.time()),
        }
    else:
        told = ask(what)
    print(json.dumps(told), flush=True)
