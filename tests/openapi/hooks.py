"""Signs what schemathesis makes up, so that it gets beyond the checks of the headers.

Three requests of four are signed; the others go as they were made up, for the checks themselves.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import time
import urllib.parse
import urllib.request
import uuid

import schemathesis

BASE_URL = os.environ["DOKU_BASE_URL"]
CLIENT_ID = os.environ["DOKU_CLIENT_ID"]
SECRET_KEY = os.environ["DOKU_SECRET_KEY"].encode()
BASE = "/adv-core-api/partner/v1.0"

# One sequence for all: the same run signs the same requests.
chance = random.Random(7)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Leaves one request of four alone; an upload gets its bearer here."""
    if not case.path.startswith(BASE) or chance.random() < 0.25:
        return
    if case.method.upper() == "POST" and case.path == BASE + "/file":
        case.headers["Authorization"] = "Bearer " + bearer()
    else:
        kwargs["auth"] = sign


def sign(prepared):
    """Over the very bytes that are sent, at the last moment."""
    body = prepared.body or b""
    body = body.encode() if isinstance(body, str) else body
    target = urllib.parse.urlsplit(prepared.url).path
    signed = headers(prepared.method, target, body if isinstance(body, bytes) else b"")
    prepared.headers.update(signed)
    return prepared


def headers(method, target, body):
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    request_id = str(uuid.UUID(int=chance.getrandbits(128)))
    lines = [
        f"Client-Id:{CLIENT_ID}",
        f"Request-Id:{request_id}",
        f"Request-Timestamp:{moment}",
        f"Request-Target:{target}",
    ]
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        lines.append(f"Digest:{digest}")
    mac = hmac.new(SECRET_KEY, "\n".join(lines).encode(), hashlib.sha256).digest()
    return {
        "Client-Id": CLIENT_ID,
        "Request-Id": request_id,
        "Request-Timestamp": moment,
        "Signature": "HMACSHA256=" + base64.b64encode(mac).decode(),
    }


def bearer():
    """Asked for anew each time: other requests move the clock on that it lives by."""
    body = b'{"grant_type":"client_credentials","valid_time":"1440"}'
    signed = headers("POST", BASE + "/token", body)
    signed["Content-Type"] = "application/json"
    request = urllib.request.Request(BASE_URL + BASE + "/token", body, signed)
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.load(reply)["token"]
