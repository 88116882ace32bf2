#!/bin/sh
# Gets a token from https://api-uat.doku.com by curl.
#
# Usage: CA=ca.pem token.sh [ADDRESS]
# With a hosts entry and the mock at port 443 no ADDRESS is needed; with one, such as 127.0.0.1:8443, curl is
# led there. Without CA curl trusts what the system trusts.
set -eu

CLIENT_ID=BRN-0001-1700000000000
SECRET_KEY=SK-doku-mock-test-secret
TARGET=/adv-core-api/partner/v1.0/token
BODY='{"grant_type":"client_credentials","valid_time":"360"}'
REQUEST_ID=$(openssl rand -hex 16)
TIMESTAMP=$(date -u +%Y-%m-%dT%H:%M:%SZ)

DIGEST=$(printf %s "$BODY" | openssl dgst -sha256 -binary | openssl base64 -A)
SIGNATURE=$(printf 'Client-Id:%s\nRequest-Id:%s\nRequest-Timestamp:%s\nRequest-Target:%s\nDigest:%s' \
    "$CLIENT_ID" "$REQUEST_ID" "$TIMESTAMP" "$TARGET" "$DIGEST" |
    openssl dgst -sha256 -hmac "$SECRET_KEY" -binary | openssl base64 -A)

curl --silent --show-error --fail ${CA:+--cacert "$CA"} ${1:+--connect-to "api-uat.doku.com:443:$1"} \
    "https://api-uat.doku.com$TARGET" \
    -H "Client-Id: $CLIENT_ID" -H "Request-Id: $REQUEST_ID" -H "Request-Timestamp: $TIMESTAMP" \
    -H "Signature: HMACSHA256=$SIGNATURE" -H 'Content-Type: application/json' -d "$BODY"
