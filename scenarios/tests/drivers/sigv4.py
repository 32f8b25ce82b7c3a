"""AWS Signature Version 4, as the IAM User Guide describes it, of requests and of URLs."""

import datetime
import hashlib
import hmac
import urllib.parse

ALGORITHM = "AWS4-HMAC-SHA256"


def stamp():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y%m%dT%H%M%SZ")


def digest(content):
    return hashlib.sha256(content).hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def in_order(query):
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    quoted = sorted((encoded(name), encoded(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in quoted)


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


def signature(method, url, headers, payload, secret, date, region, service):
    """The signature, the names of the signed headers, and the scope."""
    parts = urllib.parse.urlsplit(url)
    lines = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    names = ";".join(sorted(lines))
    canonical = "\n".join(
        [
            method,
            parts.path or "/",
            in_order(parts.query),
            *(f"{name}:{lines[name]}" for name in sorted(lines)),
            "",
            names,
            payload,
        ]
    )
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([ALGORITHM, date, scope, digest(canonical.encode())])
    key = mac(f"AWS4{secret}".encode(), date[:8])
    for part in (region, service, "aws4_request"):
        key = mac(key, part)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), names, scope


def signed(method, url, headers, body, credentials, region, service):
    """The headers of a request, with its signature."""
    date, payload = stamp(), digest(body)
    headers = {**headers, "Host": urllib.parse.urlsplit(url).netloc, "X-Amz-Date": date}
    if service == "s3":
        headers["X-Amz-Content-Sha256"] = payload
    if credentials.get("session_token"):
        headers["X-Amz-Security-Token"] = credentials["session_token"]
    secret = credentials["secret_access_key"]
    made, names, scope = signature(method, url, headers, payload, secret, date, region, service)
    whose = f"Credential={credentials['access_key_id']}/{scope}"
    headers["Authorization"] = f"{ALGORITHM} {whose}, SignedHeaders={names}, Signature={made}"
    return headers


def presigned(method, url, expires, credentials, region):
    """A URL of S3 that works for so many seconds."""
    date, host = stamp(), urllib.parse.urlsplit(url).netloc
    scope = f"{date[:8]}/{region}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials['access_key_id']}/{scope}",
        "X-Amz-Date": date,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.get("session_token"):
        query["X-Amz-Security-Token"] = credentials["session_token"]
    url = f"{url}?{in_order(urllib.parse.urlencode(query))}"
    headers, secret = {"Host": host}, credentials["secret_access_key"]
    made, _, _ = signature(method, url, headers, "UNSIGNED-PAYLOAD", secret, date, region, "s3")
    return f"{url}&X-Amz-Signature={made}"
