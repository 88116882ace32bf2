#!/usr/bin/env python3
"""Gets a token from https://api-uat.doku.com by Python's standard library.

Usage: SSL_CERT_FILE=ca.pem token.py [ADDRESS]
With a hosts entry and the mock at port 443 no ADDRESS is needed; with one, such as 127.0.0.1:8443, names lead
there.
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import socket
import sys
import uuid

CLIENT_ID = "BRN-0001-1700000000000"
SECRET_KEY = "SK-doku-mock-test-secret"
TARGET = "/adv-core-api/partner/v1.0/token"
BODY = b'{"grant_type":"client_credentials","valid_time":"360"}'

if len(sys.argv) > 1:
    # In the place of a hosts entry; it leads to another port, too.
    host, port = sys.argv[1].rsplit(":", 1)
    resolve = socket.getaddrinfo
    socket.getaddrinfo = lambda _host, _port, *rest, **more: resolve(host, port, *rest, **more)

request_id = str(uuid.uuid4())
timestamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
component = "\n".join(
    [
        f"Client-Id:{CLIENT_ID}",
        f"Request-Id:{request_id}",
        f"Request-Timestamp:{timestamp}",
        f"Request-Target:{TARGET}",
        f"Digest:{digest}",
    ]
)
mac = hmac.new(SECRET_KEY.encode(), component.encode(), hashlib.sha256).digest()
signature = "HMACSHA256=" + base64.b64encode(mac).decode()

connection = http.client.HTTPSConnection("api-uat.doku.com", timeout=10)
connection.request(
    "POST",
    TARGET,
    BODY,
    {
        "Client-Id": CLIENT_ID,
        "Request-Id": request_id,
        "Request-Timestamp": timestamp,
        "Signature": signature,
        "Content-Type": "application/json",
    },
)
reply = connection.getresponse()
print(reply.read().decode())
sys.exit(reply.status != 200)
