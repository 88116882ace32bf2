#!/usr/bin/env python3
"""Rebuilds every stage of every vector beside this file, knowing nothing of the Rust code.

Usage: check.py. Ends with 1 if a stage differs, a verdict is another than the context asks for, or
a scheme has fewer than twelve cases. Standard library only; the layout is told in README.md.
"""

import base64
import binascii
import hashlib
import hmac
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent
FEWEST_CASES = 12


def main():
    total, failed, too_few = 0, 0, False
    for scheme, build in SCHEMES.items():
        cases = sorted(path for path in (ROOT / scheme).glob("*") if path.is_dir())
        for case in cases:
            failures = check(case, scheme, build)
            for failure in failures:
                print(f"FAILED {scheme}/{case.name}: {failure}")
            failed += bool(failures)
        total += len(cases)
        print(f"{scheme}: {len(cases)} cases")
        if len(cases) < FEWEST_CASES:
            print(f"FAILED {scheme}: fewer than {FEWEST_CASES} cases")
            too_few = True
    print(f"{total} cases, {failed} failed")
    return 1 if failed or too_few else 0


def check(case, scheme, build):
    """What is wrong with a case, a line each."""
    try:
        context = json.loads((case / "context.json").read_text("utf-8"))
        digest, string, presented = build(context, case)
        signer = SIGNERS[scheme](context)
        signature, wrong_string = stage(case, "signature.txt"), stage(case, "signed-instead.txt")
        failures = [
            *differs("digest.txt", digest, stage(case, "digest.txt")),
            *differs("string-to-sign.txt", string, stage(case, "string-to-sign.txt")),
            *signer.differs("signature.txt", string, signature),
        ]
        # A negative is the result of the mistake it names, not just any wrong text.
        if wrong_string is not None or "signed_with" in context:
            key = context.get("signed_with", context.get("secret_key"))
            mistaken = SIGNERS[scheme]({"secret_key": key})
            signed = string if wrong_string is None else wrong_string
            failures += mistaken.differs("signed-instead.txt", signed, presented)
        found = signer.refusal(string, presented)
        # Without a named reason more than one applies, and any will do.
        expected = {"accept": None, "refuse": context.get("refused_for", found or "a reason")}
        failures += differs("verdict", found, expected[context["expect"]])
        return failures
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]


def differs(name, made, file):
    return [] if made == file else [f"{name}: made {made!r}, the file has {file!r}"]


def stage(case, name):
    path = case / name
    return path.read_bytes() if path.exists() else None


def message(case, name):
    """First line, headers by lower-case name, and body of an HTTP message."""
    head, separator, body = (case / name).read_bytes().partition(b"\r\n\r\n")
    if not separator:
        raise ValueError(f"{name}: the head does not end")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = {}
    for line in lines:
        header, _, value = line.partition(":")
        headers[header.lower()] = value.strip(" \t")
    if int(headers.get("content-length", len(body))) != len(body):
        raise ValueError(f"{name}: the body is not as long as its Content-Length says")
    return first.split(" "), headers, body


# Each scheme: digest (or none), string to sign, signature as it is presented.


def non_snap_request(context, case):
    (method, target, _), headers, body = message(case, "request.http")
    return non_snap(context, case, "Request-Timestamp", method, target, headers, body)


def non_snap_response(context, case):
    _, headers, body = message(case, "response.http")
    return non_snap(
        context, case, "Response-Timestamp", context["method"], context["target"], headers, body
    )


def non_snap(context, case, timestamp, method, target, headers, body):
    target = context.get("registered_target", target)
    if not context.get("query_in_target"):
        target = target.split("?")[0]
    digest = base64.b64encode(sha256(body)) if body and method != "GET" else None
    if context.get("digest_only"):
        digest = stage(case, "digest.txt")
    lines = [f"{name}:{headers[name.lower()]}" for name in ("Client-Id", "Request-Id", timestamp)]
    lines.append(f"Request-Target:{target}")
    if digest is not None:
        lines.append(f"Digest:{digest.decode()}")
    return digest, "\n".join(lines).encode(), headers["signature"].encode()


def snap_symmetric(context, case):
    (method, target, _), headers, body = message(case, "request.http")
    token = re.sub(r"(?i)^bearer\s*", "", headers.get("authorization", ""))
    if context.get("token_not_signed"):
        token = ""
    if not context.get("body_not_minified"):
        body = minified(body)
    digest = sha256(body).hex()
    string = ":".join((method, target, token, digest, headers["x-timestamp"]))
    return digest.encode(), string.encode(), headers["x-signature"].encode()


def snap_asymmetric_token(_, case):
    _, headers, _ = message(case, "request.http")
    string = headers["x-client-key"] + "|" + headers["x-timestamp"]
    return None, string.encode(), headers["x-signature"].encode()


def snap_asymmetric_transaction(_, case):
    (method, target, _), headers, body = message(case, "request.http")
    digest = sha256(minified(body)).hex()
    string = ":".join((method, target, digest, headers["x-timestamp"]))
    return digest.encode(), string.encode(), headers["x-signature"].encode()


def ovo_checksum(context, _):
    parts = ("amount", "client_id", "invoice_number", "ovo_id", "secret_key")
    return None, "".join(context[part] for part in parts).encode(), context["check_sum"].encode()


def sha256(data):
    return hashlib.sha256(data).digest()


def minified(body):
    """JSON without the white space outside of its strings."""
    kept = rb'("(?:\\.|[^"\\])*")|[ \t\r\n]+'
    return re.sub(kept, lambda match: match.group(1) or b"", body, flags=re.DOTALL)


class Hmac:
    def __init__(self, context, algorithm, prefix):
        self.key, self.algorithm, self.prefix = context["secret_key"].encode(), algorithm, prefix

    def sign(self, string):
        return hmac.new(self.key, string, self.algorithm).digest()

    def differs(self, name, string, file):
        return differs(name, self.prefix + base64.b64encode(self.sign(string)), file)

    def refusal(self, string, presented):
        if not presented.startswith(self.prefix):
            return "prefix"
        decoded, wanted = decode(presented[len(self.prefix) :]), self.sign(string)
        if decoded is None:
            return "base64"
        if len(decoded) != len(wanted):
            return "length"
        return None if decoded == wanted else "mismatch"


class Rsa:
    """RSASSA-PKCS1-v1_5 with SHA-256, verified by the public key."""

    def differs(self, name, string, file):
        refusal = self.refusal(string, file)
        return [] if refusal is None else [f"{name}: does not verify ({refusal})"]

    def refusal(self, string, presented):
        decoded = decode(presented)
        if decoded is None:
            return "base64"
        size = (MODULUS.bit_length() + 7) // 8
        number = int.from_bytes(decoded, "big")
        if len(decoded) != size or number >= MODULUS:
            return "mismatch"
        # RFC 8017, 9.2: the whole padded block is compared.
        block = SHA256_NAME + sha256(string)
        block = b"\0\1" + b"\xff" * (size - len(block) - 3) + b"\0" + block
        opened = pow(number, EXPONENT, MODULUS).to_bytes(size, "big")
        return None if opened == block else "mismatch"


class Checksum:
    def differs(self, name, string, file):
        return differs(name, sha256(string).hex().encode(), file)

    def refusal(self, string, presented):
        return "mismatch" if self.differs("", string, presented) else None


def decode(text):
    """Standard base64, padded or not; the text must be the one spelling of its bytes."""
    try:
        decoded = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
    spelling = base64.b64encode(decoded)
    return decoded if text in (spelling, spelling.rstrip(b"=")) else None


def public_key():
    """Modulus and exponent of test-rsa-public.pem."""
    lines = (ROOT / "test-rsa-public.pem").read_text("ascii").splitlines()
    info, _ = der(base64.b64decode("".join(line for line in lines if "-" not in line)))
    _, after_algorithm = der(info)
    bits, _ = der(after_algorithm)
    numbers, _ = der(bits[1:])  # the first byte counts unused bits
    modulus, rest = der(numbers)
    exponent, _ = der(rest)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def der(data):
    """The content of the first DER element, and what follows it."""
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    return data[start : start + length], data[start + length :]


SHA256_NAME = bytes.fromhex("3031300d060960864801650304020105000420")
MODULUS, EXPONENT = public_key()
SCHEMES = {
    "non-snap-request": non_snap_request,
    "non-snap-response": non_snap_response,
    "snap-symmetric": snap_symmetric,
    "snap-asymmetric-token": snap_asymmetric_token,
    "snap-asymmetric-transaction": snap_asymmetric_transaction,
    "ovo-checksum": ovo_checksum,
}
SIGNERS = {
    "non-snap-request": lambda context: Hmac(context, "sha256", b"HMACSHA256="),
    "non-snap-response": lambda context: Hmac(context, "sha256", b"HMACSHA256="),
    "snap-symmetric": lambda context: Hmac(context, "sha512", b""),
    "snap-asymmetric-token": lambda context: Rsa(),
    "snap-asymmetric-transaction": lambda context: Rsa(),
    "ovo-checksum": lambda context: Checksum(),
}

if __name__ == "__main__":
    sys.exit(main())
