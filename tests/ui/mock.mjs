// A mock of its own for a story: the program, with a fixed seed and a clock that stands still.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = process.env.DOKU_MOCK ?? fileURLToPath(new URL('../../target/debug/doku-mock', import.meta.url));
const running = new Set();

/** The instant at which every mock begins. */
export const START = '2026-11-22T03:04:05Z';

/** Starts a mock on a free port, with more options if there are any. */
export async function startMock({ options = [], listen = '127.0.0.1:0' } = {}) {
  const args = ['--listen', listen, '--clock', `manual@${START}`, '--seed', '7', ...options];
  // Nothing of the environment: DOKU_MOCK_… would make it another mock.
  const child = spawn(program, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let log = '';
  child.stderr.on('data', (text) => (log = (log + text).slice(-4000)));
  const ended = new Promise((resolve) => child.once('close', resolve)).then(() => running.delete(child));
  const line = await new Promise((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: child.stdout }).once('line', resolve);
    ended.then(() => reject(new Error(`the mock did not start: ${log}`)));
  });
  const ready = JSON.parse(line);
  return new Mock(ready, child, ended);
}

/** A mock that runs. */
class Mock {
  #child;
  #ended;

  constructor(ready, child, ended) {
    this.url = ready.base_url;
    this.clientId = ready.client_id;
    this.#child = child;
    this.#ended = ended;
  }

  /** Asks the mock's own API as a program would; anything but 200 is an error. */
  async api(method, path, document) {
    const headers = document === undefined ? {} : { 'Content-Type': 'application/json' };
    const body = document === undefined ? undefined : JSON.stringify(document);
    const answer = await fetch(`${this.url}/_mock/${path}`, { method, headers, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_mock/${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  /** The engine's present. */
  async now() {
    return (await this.api('GET', 'clock')).now;
  }

  /** Ends it by its process id, and waits until it is gone. */
  async stop() {
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 6000);
    await this.#ended;
    clearTimeout(patience);
  }
}

// Whatever ends this process ends its mocks too.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
