// Gets a token from https://api-uat.doku.com by Node's own https.
//
// Usage: NODE_EXTRA_CA_CERTS=ca.pem node token.mjs [ADDRESS]
// With a hosts entry and the mock at port 443 no ADDRESS is needed; with one, such as 127.0.0.1:8443, the name
// leads there.

import { createHash, createHmac, randomUUID } from "node:crypto";
import { request } from "node:https";

const CLIENT_ID = "BRN-0001-1700000000000";
const SECRET_KEY = "SK-doku-mock-test-secret";
const TARGET = "/adv-core-api/partner/v1.0/token";
const BODY = '{"grant_type":"client_credentials","valid_time":"360"}';

const requestId = randomUUID();
const timestamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
const digest = createHash("sha256").update(BODY).digest("base64");
const component = [
  `Client-Id:${CLIENT_ID}`,
  `Request-Id:${requestId}`,
  `Request-Timestamp:${timestamp}`,
  `Request-Target:${TARGET}`,
  `Digest:${digest}`,
].join("\n");
const signature = createHmac("sha256", SECRET_KEY).update(component).digest("base64");

const options = {
  method: "POST",
  headers: {
    "Client-Id": CLIENT_ID,
    "Request-Id": requestId,
    "Request-Timestamp": timestamp,
    Signature: `HMACSHA256=${signature}`,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(BODY),
  },
};
if (process.argv[2]) {
  // In the place of a hosts entry.
  const [address, port] = process.argv[2].split(":");
  options.port = port;
  options.lookup = (_name, { all }, found) =>
    all ? found(null, [{ address, family: 4 }]) : found(null, address, 4);
}

const asked = request(`https://api-uat.doku.com${TARGET}`, options, (reply) => {
  reply.setEncoding("utf8");
  reply.on("data", (text) => process.stdout.write(text));
  reply.on("end", () => (process.exitCode = reply.statusCode === 200 ? 0 : 1));
});
asked.on("error", (error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
asked.end(BODY);
