// A partner of DOKU in Node's own modules: signs, uploads, registers. It shares no code with the Rust client.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const CLIENT_ID = 'BRN-0001-1700000000000';
const SECRET_KEY = 'SK-doku-mock-test-secret';
const BASE = '/adv-core-api/partner/v1.0';

const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));
const sample = (name) => JSON.parse(file(`tests/samples/${name}.request.json`));

/** The string that is signed; without a digest where there is no body, and for whatever a GET answers. */
export function stringToSign({ method, clientId, requestId, timestamp, named = 'Request-Timestamp', target, body = '' }) {
  const lines = [
    `Client-Id:${clientId}`,
    `Request-Id:${requestId}`,
    `${named}:${timestamp}`,
    `Request-Target:${target}`,
  ];
  if (body.length > 0 && method !== 'GET') lines.push(`Digest:${createHash('sha256').update(body).digest('base64')}`);
  return lines.join('\n');
}

/** The value of the header `Signature`. */
export function signature(string, secretKey = SECRET_KEY) {
  return `HMACSHA256=${createHmac('sha256', secretKey).update(string).digest('base64')}`;
}

/** Whether a request that came, a callback say, was signed by the one who has the key. */
export function isSigned({ target, headers, body }, secretKey = SECRET_KEY) {
  const string = stringToSign({
    clientId: headers['client-id'],
    requestId: headers['request-id'],
    timestamp: headers['request-timestamp'],
    target,
    body,
  });
  return headers['client-id'] === CLIENT_ID && headers.signature === signature(string, secretKey);
}

/** A partner of a mock. Its Request-Ids count up, its time is the mock's. */
export class Partner {
  #mock;
  #sent = 0;
  #token;

  constructor(mock) {
    this.#mock = mock;
  }

  /**
   * Sends a signed request and looks whether the reply is signed. `change` may change what is signed, after which
   * what is sent differs from it; `headers` go unsigned.
   */
  async send(method, path, document, { query = '', change = (signed) => signed, headers = {}, secretKey } = {}) {
    const body = document === undefined ? '' : JSON.stringify(document);
    const target = BASE + path;
    const requestId = `ui-${(this.#sent += 1)}`;
    const timestamp = await this.#mock.now();
    const signed = change({ method, clientId: CLIENT_ID, requestId, timestamp, target, body });
    const answer = await fetch(this.#mock.url + target + query, {
      method,
      headers: {
        'Client-Id': CLIENT_ID,
        'Request-Id': requestId,
        'Request-Timestamp': timestamp,
        Signature: signature(stringToSign(signed), secretKey),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body || undefined,
    });
    const text = await answer.text();
    if (answer.headers.has('signature')) {
      const string = stringToSign({
        method,
        clientId: answer.headers.get('client-id'),
        requestId,
        timestamp: answer.headers.get('response-timestamp'),
        named: 'Response-Timestamp',
        target,
        body: text,
      });
      assert.equal(answer.headers.get('signature'), signature(string), 'the signature of the reply');
    }
    return { status: answer.status, document: text ? JSON.parse(text) : null, headers: answer.headers };
  }

  /** A bearer token for uploads. */
  async token() {
    const { status, document } = await this.send('POST', '/token', { grant_type: 'client_credentials', valid_time: '1440' });
    assert.equal(status, 200);
    return document.token;
  }

  /** Uploads one of the example's files; its id. */
  async upload(name, category, code) {
    this.#token ??= await this.token();
    const form = new FormData();
    form.append('category', category);
    if (code) form.append('code', code);
    const type = name.endsWith('.png') ? 'image/png' : 'image/jpeg';
    form.append('file', new Blob([file(`examples/${name}`)], { type }), name);
    const answer = await fetch(`${this.#mock.url}${BASE}/file`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.#token}` },
      body: form,
    });
    const document = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(document));
    return document.id;
  }

  /** The documented sample of a registration, with uploaded papers. */
  async registration(callbackUrl) {
    const document = sample('business-registration');
    const { business } = document;
    business.callback_url = callbackUrl;
    business.brands[0].photo_proofs[0].id = await this.upload('photo-proof.jpg', 'PHOTO_PROOF');
    business.contacts[0].documents[0].id = await this.upload('ktp.jpg', 'DOCUMENT', 'KTP');
    business.contacts[0].owner_liveness.id = await this.upload('owner-liveness.png', 'OWNER_LIVENESS');
    return document;
  }

  /** Registers the sample, after `change`; the business as the reply has it. */
  async register(callbackUrl, { outcome = 'pending', change = () => {} } = {}) {
    const document = await this.registration(callbackUrl);
    change(document);
    const headers = { 'Doku-Mock-Outcome': outcome };
    const reply = await this.send('POST', '/business', document, { headers });
    assert.equal(reply.status, 200, JSON.stringify(reply.document));
    return reply.document.business;
  }

  /** Invites a merchant by Create Business Lite; the business as the reply has it. */
  async invite(callbackUrl) {
    const document = sample('create-business-lite');
    if (callbackUrl) document.business.callback_url = callbackUrl;
    const reply = await this.send('POST', '/business/lite/registration', document);
    assert.equal(reply.status, 200, JSON.stringify(reply.document));
    return reply.document.business;
  }

  /** Get Business Data. */
  async business(brand) {
    const reply = await this.send('GET', `/business/${brand}`);
    assert.equal(reply.status, 200, JSON.stringify(reply.document));
    return reply.document;
  }

  /** Update Business Data. */
  async update(brand, document, outcome = 'approve') {
    const headers = { 'Doku-Mock-Outcome': outcome };
    const reply = await this.send('PUT', `/business/${brand}`, document, { headers });
    assert.equal(reply.status, 200, JSON.stringify(reply.document));
  }
}
