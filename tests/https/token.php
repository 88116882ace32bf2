<?php
// Gets a token from https://api-uat.doku.com by PHP's curl.
//
// Usage: php -d curl.cainfo=ca.pem token.php [ADDRESS]
// With a hosts entry and the mock at port 443 no ADDRESS is needed; with one, such as 127.0.0.1:8443, curl is
// led there.

const CLIENT_ID = 'BRN-0001-1700000000000';
const SECRET_KEY = 'SK-doku-mock-test-secret';
const TARGET = '/adv-core-api/partner/v1.0/token';
const BODY = '{"grant_type":"client_credentials","valid_time":"360"}';

$requestId = bin2hex(random_bytes(16));
$timestamp = gmdate('Y-m-d\TH:i:s\Z');
$digest = base64_encode(hash('sha256', BODY, true));
$component = implode("\n", [
    'Client-Id:' . CLIENT_ID,
    "Request-Id:$requestId",
    "Request-Timestamp:$timestamp",
    'Request-Target:' . TARGET,
    "Digest:$digest",
]);
$signature = base64_encode(hash_hmac('sha256', $component, SECRET_KEY, true));

$curl = curl_init('https://api-uat.doku.com' . TARGET);
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 10,
    CURLOPT_POSTFIELDS => BODY,
    CURLOPT_HTTPHEADER => [
        'Client-Id: ' . CLIENT_ID,
        "Request-Id: $requestId",
        "Request-Timestamp: $timestamp",
        "Signature: HMACSHA256=$signature",
        'Content-Type: application/json',
    ],
]);
if (isset($argv[1])) {
    // In the place of a hosts entry.
    curl_setopt($curl, CURLOPT_CONNECT_TO, ["api-uat.doku.com:443:$argv[1]"]);
}
$reply = curl_exec($curl);
if ($reply === false) {
    fwrite(STDERR, curl_error($curl) . "\n");
    exit(1);
}
echo $reply, "\n";
exit(curl_getinfo($curl, CURLINFO_RESPONSE_CODE) === 200 ? 0 : 1);
