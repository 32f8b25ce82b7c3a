"""The plain driver: a small chain of providers with nothing but Python's standard library, so that what
is played on a process of its own can be played wherever there is a Python.

It is a client of the tests, and no example of a good one: it tries once, waits little, and keeps a set
until five minutes before its end by its wall clock. With `PLAIN_FETCHES_BEHIND` in its environment it
fetches once more behind its caller's back, a moment after each answer. Told `lies` on its command line it
says that its clock is the simulated one, whatever it is.
"""

import configparser
import datetime
import hashlib
import json
import os
import pathlib
import platform
import shlex
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

# Nothing may be left in the tree.
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "fixtures" / "providers"))

import contract
from contract import Unsupported, body_of, serve
from sigv4 import presigned, signed

SOON = datetime.timedelta(minutes=5)
# Of a metadata service, and of all else.
SHORT, LONG = 1.5, 10
STS = "https://sts.amazonaws.com/doc/2011-06-15/"


class Failure(Exception):
    """No credentials, or no answer; of a class of the contract."""

    def __init__(self, kind, text, code=None, status=None):
        super().__init__(text)
        self.kind, self.code, self.status = kind, code, status


def fetched(url, method="GET", headers=None, body=None, timeout=LONG):
    """Status, headers and body of what is answered; an error status is an answer, too."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()
    except TimeoutError as late:
        raise Failure("timeout", str(late)) from late
    except urllib.error.URLError as lost:
        kind = "timeout" if isinstance(lost.reason, TimeoutError) else "network"
        raise Failure(kind, str(lost.reason)) from lost
    except OSError as lost:
        raise Failure("network", str(lost)) from lost


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def document(body, fields=("AccessKeyId", "SecretAccessKey", "Token", "Expiration")):
    """A set, as the sources of temporary credentials tell it."""
    try:
        told = json.loads(body)
        key, secret, token, end = (told[field] for field in fields)
        return {
            "access_key_id": key,
            "secret_access_key": secret,
            "session_token": token,
            "expiration": end and moment(end),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as odd:
        raise Failure("source-error", f"no document: {type(odd).__name__}") from odd


def good(answer, what):
    status, _, body = answer
    if status != 200:
        raise Failure("source-error", f"{what} answers {status}", status=status)
    return body


def from_imds():
    base = os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"].rstrip("/")
    asked = {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}
    answer = fetched(f"{base}/latest/api/token", "PUT", asked, timeout=SHORT)
    held = {}
    # Without a token, where none is to be had: IMDSv1.
    if answer[0] not in (403, 404, 405):
        held["X-aws-ec2-metadata-token"] = good(answer, "the metadata service").decode()
    path = f"{base}/latest/meta-data/iam/security-credentials/"
    listing = fetched(path, headers=held, timeout=SHORT)
    if listing[0] == 404:
        return None
    role = good(listing, "the metadata service").decode().strip()
    return document(good(fetched(path + role, headers=held, timeout=SHORT), "the metadata service"))


def from_container():
    uri = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    file = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if file:
        try:
            token = pathlib.Path(file).read_text()
        except OSError as lost:
            raise Failure("bad-config", str(lost)) from lost
    headers = {"Authorization": token} if token else {}
    return document(good(fetched(uri, headers=headers), "the container endpoint"))


def sts(region, parameters, credentials=None):
    """A call of STS, signed if there is something to sign with: its answer, by path."""
    url = os.environ.get("AWS_ENDPOINT_URL_STS", os.environ["AWS_ENDPOINT_URL"]) + "/"
    body = urllib.parse.urlencode({**parameters, "Version": "2011-06-15"}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if credentials:
        headers = signed("POST", url, headers, body, credentials, region, "sts")
    status, _, answer = fetched(url, "POST", headers, body)
    if status != 200:
        code = of_xml(answer, "Code") or str(status)
        # Who has credentials was refused by the service, who wants some by their source.
        raise Failure("refused", of_xml(answer, "Message") or code, code, status)
    return lambda name: of_xml(answer, name)


def of_xml(text, name):
    """The text of the first element of that name."""
    text = text.decode(errors="replace")
    _, begun, rest = text.partition(f"<{name}>")
    return rest.partition(f"</{name}>")[0] if begun else None


def session_of(answer):
    return {
        "access_key_id": answer("AccessKeyId"),
        "secret_access_key": answer("SecretAccessKey"),
        "session_token": answer("SessionToken"),
        "expiration": moment(answer("Expiration")),
        "arn": answer("Arn"),
    }


def as_source(ask):
    """Whoever refuses a role to a provider is a source that refuses."""
    try:
        return ask()
    except Failure as refused:
        if refused.kind == "refused":
            refused.kind = "source-refused"
        raise


def from_web_identity(region, role=None, file=None, session=None):
    file = file or os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"]
    try:
        token = pathlib.Path(file).read_text().strip()
    except OSError as lost:
        raise Failure("bad-config", str(lost)) from lost
    asked = {
        "Action": "AssumeRoleWithWebIdentity",
        "RoleArn": role or os.environ["AWS_ROLE_ARN"],
        "RoleSessionName": session or os.environ.get("AWS_ROLE_SESSION_NAME", "plain"),
        "WebIdentityToken": token,
    }
    return as_source(lambda: session_of(sts(region, asked)))


def from_process(command):
    ran = subprocess.run(shlex.split(command), capture_output=True, check=False)
    if ran.returncode:
        raise Failure("source-error", f"the process ended with {ran.returncode}")
    told = {"SessionToken": None, "Expiration": None, **json.loads(ran.stdout)}
    return document(
        json.dumps(told), ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    )


class Profiles:
    """The shared configuration files."""

    def __init__(self):
        self.sections = {}
        for variable, prefix in (
            ("AWS_SHARED_CREDENTIALS_FILE", ""),
            ("AWS_CONFIG_FILE", "profile "),
        ):
            file = configparser.RawConfigParser(default_section="")
            file.read(os.environ.get(variable, "/nowhere"))
            for section in file.sections():
                name = section.removeprefix(prefix)
                self.sections.setdefault(name, {}).update(file[section])

    def find(self, name, region):
        """The set of a profile; nothing if it says nothing of credentials."""
        if name not in self.sections:
            raise Failure("bad-config", f"there is no profile {name}")
        said = self.sections[name]
        if "aws_access_key_id" in said and "role_arn" not in said:
            return {
                "access_key_id": said["aws_access_key_id"],
                "secret_access_key": said["aws_secret_access_key"],
                "session_token": said.get("aws_session_token"),
                "expiration": None,
            }
        if "credential_process" in said:
            return from_process(said["credential_process"])
        if "role_arn" not in said:
            return None
        session, file = said.get("role_session_name"), said.get("web_identity_token_file")
        if file:
            return from_web_identity(region, said["role_arn"], file, session)
        source = said.get("source_profile")
        if source == name:
            source = {**self.sections[name]}
            base = {
                "access_key_id": source["aws_access_key_id"],
                "secret_access_key": source["aws_secret_access_key"],
                "session_token": None,
            }
        elif source:
            base = self.find(source, region)
        else:
            base = {
                "Environment": from_environment,
                "Ec2InstanceMetadata": from_imds,
                "EcsContainer": from_container,
            }[said["credential_source"]]()
        return assumed(region, base, said["role_arn"], session, said.get("external_id"))


def assumed(region, base, role, session=None, external_id=None, duration=None):
    asked = {
        "Action": "AssumeRole",
        "RoleArn": role,
        "RoleSessionName": session or "plain",
        "ExternalId": external_id,
        "DurationSeconds": duration and int(duration),
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    return as_source(lambda: session_of(sts(region, asked, base)))


def from_environment():
    return {
        "access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "session_token": os.environ.get("AWS_SESSION_TOKEN"),
        "expiration": None,
    }


class Client:
    def __init__(self, use, settings):
        self.use, self.settings = use, settings
        self.region_ = settings.pop("region", "us-east-1")
        self.profile = settings.pop("profile", os.environ.get("AWS_PROFILE"))
        role = ("role_arn", "role_session_name", "external_id", "duration_s")
        self.role = [settings.pop(name, None) for name in role]
        if settings:
            raise Unsupported(f"it has no setting for {', '.join(settings)}")
        if use in ("process", "sso"):
            raise Unsupported(f"it has no bare `{use}` provider")
        self.held, self.lock = None, threading.Lock()

    def find(self):
        """The first source that there is."""
        region = self.region_
        if self.use == "imds":
            return from_imds()
        if self.use == "container":
            return from_container()
        if self.use == "web-identity":
            return from_web_identity(region)
        if self.use == "assume-role":
            return assumed(region, self.chain(), *self.role)
        if self.use == "profile":
            return Profiles().find(self.profile or "default", region)
        return self.chain()

    def chain(self):
        env, profiles = os.environ, Profiles()
        if "AWS_ACCESS_KEY_ID" in env:
            return from_environment()
        if self.profile or "default" in profiles.sections:
            found = profiles.find(self.profile or "default", self.region_)
            if found:
                return found
        if "AWS_WEB_IDENTITY_TOKEN_FILE" in env:
            return from_web_identity(self.region_)
        if "AWS_CONTAINER_CREDENTIALS_FULL_URI" in env:
            return from_container()
        if env.get("AWS_EC2_METADATA_DISABLED") == "true":
            return None
        try:
            return from_imds()
        except Failure as lost:
            # Nobody is there: it is no instance.
            if lost.kind == "network":
                return None
            raise

    def credentials(self):
        with self.lock:
            end = self.held and self.held["expiration"]
            if self.use == "client" and self.held and (end is None or end > now() + SOON):
                return self.held
            try:
                found = self.find()
            except Failure:
                # A source that fails leaves what is there, as long as it lives.
                if self.use == "client" and self.held and end > now():
                    return self.held
                raise
            if found is None:
                raise Failure("none-found", "no source has credentials")
            self.held = found
            return found

    def resolve(self, task):
        found = self.credentials()
        if os.environ.get("PLAIN_FETCHES_BEHIND"):
            threading.Timer(0.1, self.find).start()
        told = {name: found[name] for name in ("access_key_id", "secret_access_key", "session_token")}
        return {**told, "expiration": contract.timestamp(found["expiration"])}, None

    def s3(self, method, bucket, key, query="", headers=None, body=b""):
        url = object_url(bucket, key) + (f"?{query}" if query else "")
        headers = signed(method, url, headers or {}, body, self.credentials(), self.region_, "s3")
        status, answered, content = fetched(url, method, headers, body or None)
        if status >= 300:
            code = of_xml(content, "Code")
            raise Failure("refused", of_xml(content, "Message") or f"status {status}", code, status)
        return answered, content

    def put_object(self, asked, task):
        body = body_of(asked["key"], asked.get("size", 0))
        metadata = (asked.get("metadata") or {}).items()
        headers = {f"x-amz-meta-{name}": value for name, value in metadata}
        self.s3("PUT", asked["bucket"], asked["key"], headers=headers, body=body)
        return {}

    def get_object(self, asked, task):
        _, body = self.s3("GET", asked["bucket"], asked["key"])
        return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    def upload_multipart(self, asked, task):
        where, size = (asked["bucket"], asked["key"]), asked["part_size"]
        body = body_of(asked["key"], asked["parts"] * size)
        upload = of_xml(self.s3("POST", *where, "uploads=")[1], "UploadId")
        parts = ""
        for number in range(1, asked["parts"] + 1):
            part = body[(number - 1) * size : number * size]
            stored, _ = self.s3("PUT", *where, f"partNumber={number}&uploadId={upload}", body=part)
            parts += f"<Part><ETag>{stored['ETag']}</ETag><PartNumber>{number}</PartNumber></Part>"
        whole = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        self.s3("POST", *where, f"uploadId={upload}", body=whole)
        return {}

    def presign(self, asked, task):
        url = object_url(asked["bucket"], asked["key"])
        credentials = self.credentials()
        return {"url": presigned(asked["method"], url, asked["expires_s"], credentials, self.region_)}

    def caller_identity(self, asked, task):
        answer = sts(self.region_, {"Action": "GetCallerIdentity"}, self.credentials())
        return {"arn": answer("Arn"), "account": answer("Account"), "user_id": answer("UserId")}

    def assume_role(self, asked, task):
        parameters = {
            "Action": "AssumeRole",
            "RoleArn": asked["role_arn"],
            "RoleSessionName": asked.get("role_session_name") or "plain",
            "ExternalId": asked.get("external_id"),
            "DurationSeconds": asked.get("duration_s"),
        }
        parameters = {name: value for name, value in parameters.items() if value is not None}
        made = session_of(sts(self.region_, parameters, self.credentials()))
        end = contract.timestamp(made["expiration"])
        return {"access_key_id": made["access_key_id"], "expiration": end, "arn": made["arn"]}

    def region(self):
        return self.region_

    def close(self):
        pass


def object_url(bucket, key):
    return f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{urllib.parse.quote(key)}"


class Plain:
    CANCELS = False

    def hello(self):
        return {
            "name": "plain",
            "version": "1",
            "runtime": f"{platform.python_implementation()} {platform.python_version()}",
            "can": ["at-once", "region", "settings"],
            "callers": "threads",
        }

    def open(self, use, settings):
        return Client(use, settings)

    def describe(self, error, request):
        if isinstance(error, Failure):
            return {"class": error.kind, "code": error.code, "status": error.status}
        return {}


def borrowed_wall():
    """What the clock of whoever answers says: AWS dates its answers."""
    _, headers, _ = fetched(os.environ["AWS_ENDPOINT_URL"])
    date = datetime.datetime.strptime(headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    if "lies" in sys.argv:
        contract.wall = borrowed_wall
    serve(Plain())
