#!/usr/bin/env node
// Rebuilds every stage of every vector beside this file, knowing nothing of the Rust code.
//
// Usage: check.mjs. Ends with 1 if a stage differs, a verdict is another than the context asks for,
// or a scheme has fewer than twelve cases. Node's own modules only; README.md tells the layout.
// Texts are held as latin1, a character a byte, so that no byte is lost; `utf8` turns JSON's over.

import * as crypto from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

const root = new URL('./', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'latin1');
const stage = (path) => (existsSync(new URL(path, root)) ? read(path) : null);
const bytes = (text) => Buffer.from(text, 'latin1');
const utf8 = (text) => Buffer.from(text, 'utf8').toString('latin1');
const sha256 = (text, encoding) => crypto.createHash('sha256').update(bytes(text)).digest(encoding);

/** First line, headers by lower-case name, and body of an HTTP message. */
function message(path) {
  const text = read(path);
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`${path}: the head does not end`);
  const [first, ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = text.slice(end + 4);
  if (Number(headers['content-length'] ?? body.length) !== body.length) {
    throw new Error(`${path}: the body is not as long as its Content-Length says`);
  }
  const [method, target] = first.split(' ');
  return { method, target, headers, body };
}

/** JSON without the white space outside of its strings. */
const minified = (body) =>
  body.replace(/("(?:\\[^]|[^"\\])*")|[ \t\r\n]+/g, (_, string) => string ?? '');

/** Standard base64, padded or not, as bytes; null unless it is the one spelling of its bytes. */
function decode(text) {
  const decoded = Buffer.from(text, 'base64');
  const spelling = decoded.toString('base64');
  return text === spelling || text === spelling.replace(/=+$/, '') ? decoded : null;
}

// How a scheme signs: `make` gives the text for a string, `refusal` what is wrong with a text.

function hmac(algorithm, prefix) {
  const mac = (string, key) =>
    crypto.createHmac(algorithm, Buffer.from(key)).update(bytes(string)).digest();
  return {
    make: (string, key) => prefix + mac(string, key).toString('base64'),
    refusal(string, key, presented) {
      if (!presented.startsWith(prefix)) return 'prefix';
      const decoded = decode(presented.slice(prefix.length));
      if (!decoded) return 'base64';
      const wanted = mac(string, key);
      if (decoded.length !== wanted.length) return 'length';
      return decoded.equals(wanted) ? null : 'mismatch';
    },
  };
}

const privateKey = crypto.createPrivateKey(read('test-rsa-private.pem'));
const publicKey = crypto.createPublicKey(read('test-rsa-public.pem'));
const rsa = {
  make: (string) => crypto.sign('sha256', bytes(string), privateKey).toString('base64'),
  refusal(string, _key, presented) {
    const decoded = decode(presented);
    if (!decoded) return 'base64';
    return crypto.verify('sha256', bytes(string), publicKey, decoded) ? null : 'mismatch';
  },
};

const checksum = {
  make: (string) => sha256(string, 'hex'),
  refusal: (string, _key, presented) => (presented === sha256(string, 'hex') ? null : 'mismatch'),
};

// What a scheme signs: the digest (or null), the string to sign, the signature as it is presented.

function nonSnap(timestamp, { method, target, headers, body }, context, path) {
  const registered = context.registered_target ?? target;
  const signedTarget = context.query_in_target ? registered : registered.split('?')[0];
  let digest = body && method !== 'GET' ? sha256(body, 'base64') : null;
  if (context.digest_only) digest = stage(path + 'digest.txt');
  const lines = ['Client-Id', 'Request-Id', timestamp].map(
    (name) => `${name}:${headers[name.toLowerCase()]}`,
  );
  lines.push(`Request-Target:${signedTarget}`);
  if (digest !== null) lines.push(`Digest:${digest}`);
  return { digest, string: lines.join('\n'), presented: headers.signature };
}

const schemes = {
  'non-snap-request': {
    signer: hmac('sha256', 'HMACSHA256='),
    build: (context, path) =>
      nonSnap('Request-Timestamp', message(path + 'request.http'), context, path),
  },
  'non-snap-response': {
    signer: hmac('sha256', 'HMACSHA256='),
    build(context, path) {
      const { method, target } = context;
      const reply = { ...message(path + 'response.http'), method, target };
      return nonSnap('Response-Timestamp', reply, context, path);
    },
  },
  'snap-symmetric': {
    signer: hmac('sha512', ''),
    build(context, path) {
      const { method, target, headers, body } = message(path + 'request.http');
      const presented = (headers.authorization ?? '').replace(/^bearer\s*/i, '');
      const token = context.token_not_signed ? '' : presented;
      const digest = sha256(context.body_not_minified ? body : minified(body), 'hex');
      const string = [method, target, token, digest, headers['x-timestamp']].join(':');
      return { digest, string, presented: headers['x-signature'] };
    },
  },
  'snap-asymmetric-token': {
    signer: rsa,
    build(_context, path) {
      const { headers } = message(path + 'request.http');
      const string = `${headers['x-client-key']}|${headers['x-timestamp']}`;
      return { digest: null, string, presented: headers['x-signature'] };
    },
  },
  'snap-asymmetric-transaction': {
    signer: rsa,
    build(_context, path) {
      const { method, target, headers, body } = message(path + 'request.http');
      const digest = sha256(minified(body), 'hex');
      const string = [method, target, digest, headers['x-timestamp']].join(':');
      return { digest, string, presented: headers['x-signature'] };
    },
  },
  'ovo-checksum': {
    signer: checksum,
    build(context) {
      const { amount, client_id, invoice_number, ovo_id, secret_key } = context;
      const string = utf8(amount + client_id + invoice_number + ovo_id + secret_key);
      return { digest: null, string, presented: context.check_sum };
    },
  },
};

/** What is wrong with a case, a line each. */
function check({ signer, build }, path) {
  const context = JSON.parse(readFileSync(new URL(path + 'context.json', root), 'utf8'));
  const key = context.secret_key;
  const { digest, string, presented } = build(context, path);
  const failures = [];
  const same = (name, made, file) => {
    if (made !== file) {
      failures.push(`${name}: made ${JSON.stringify(made)}, not ${JSON.stringify(file)}`);
    }
  };
  same('digest.txt', digest, stage(path + 'digest.txt'));
  same('string-to-sign.txt', string, stage(path + 'string-to-sign.txt'));
  same('signature.txt', signer.make(string, key), stage(path + 'signature.txt'));
  // A negative is the result of the mistake it names, not just any wrong text.
  const wrongString = stage(path + 'signed-instead.txt');
  if (wrongString !== null || context.signed_with) {
    const made = signer.make(wrongString ?? string, context.signed_with ?? key);
    same('signed-instead.txt', made, presented);
  }
  const found = signer.refusal(string, key, presented);
  // Without a named reason more than one applies, and any will do.
  const expected = { accept: null, refuse: context.refused_for ?? found ?? 'a reason' };
  same('verdict', found, expected[context.expect]);
  return failures;
}

const FEWEST_CASES = 12;
let total = 0;
let failed = 0;
let tooFew = false;
for (const [name, scheme] of Object.entries(schemes)) {
  const directory = new URL(`${name}/`, root);
  const cases = existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  for (const entry of cases) {
    const path = `${name}/${entry.name}`;
    let failures;
    try {
      failures = check(scheme, `${path}/`);
    } catch (error) {
      failures = [error.message];
    }
    for (const failure of failures) console.log(`FAILED ${path}: ${failure}`);
    if (failures.length) failed += 1;
  }
  total += cases.length;
  console.log(`${name}: ${cases.length} cases`);
  if (cases.length < FEWEST_CASES) {
    console.log(`FAILED ${name}: fewer than ${FEWEST_CASES} cases`);
    tooFew = true;
  }
}
console.log(`${total} cases, ${failed} failed`);
process.exitCode = failed || tooFew ? 1 : 0;
