// A partner's receiver of callbacks: keeps all that comes, looks whether it is signed, and answers as it is told.

import { createServer } from 'node:http';

import { isSigned } from './doku.mjs';

/** Starts one on a free port. It answers with the statuses of `answers` in turn, then with 200. */
export async function startReceiver({ answers = [], port = 0 } = {}) {
  const received = [];
  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const { url: target, headers } = request;
      received.push({ headers, callback: JSON.parse(body), signed: isSigned({ target, headers, body }) });
      response.writeHead(receiver.refuses ?? answers.shift() ?? 200).end();
    });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const receiver = {
    url: `http://127.0.0.1:${server.address().port}/kyb`,
    /** Everything that came, in its order. */
    received,
    /** A status that it answers everything with, if there is one. */
    refuses: null,
    /** Those of a type and, if it is given, a status. */
    of: (type, status) =>
      received.filter(({ callback }) => callback.type === type && (!status || callback.status === status)),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
