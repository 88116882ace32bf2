// A story: a mock, a partner of it, its receiver and somebody who looks, all begun for it and ended after it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { closeBrowser, openWindow } from './browser.mjs';
import { Partner } from './doku.mjs';
import { startMock } from './mock.mjs';
import { FIXED_PORTS } from './picture.mjs';
import { startReceiver } from './receiver.mjs';

/** How long a story may take, in milliseconds. What it began is ended also when it takes longer. */
const TIMEOUT = 60_000;
const END = 20_000;

after(closeBrowser);

/**
 * Tells a story. `tell` gets `mock`, `partner`, `receiver`, `page`, and `open` for more windows on the same mock.
 * `options` go to the mock, `answers` are the receiver's, the rest is the window's.
 */
export function story(name, { options, answers, timeout = TIMEOUT, ...view }, tell) {
  test(name, { timeout: timeout + END }, async () => {
    const begun = [];
    const windows = [];
    const live = async () => {
      const mock = await startMock({ options, listen: `127.0.0.1:${FIXED_PORTS?.mock ?? 0}` });
      begun.push(() => mock.stop());
      const receiver = await startReceiver({ answers, port: FIXED_PORTS?.receiver });
      begun.push(() => receiver.stop());
      const open = async (more = {}) => {
        const window = await openWindow(mock, { ...view, ...more });
        windows.push(window);
        return window;
      };
      const { page, allow } = await open();
      await tell({ mock, partner: new Partner(mock), receiver, page, allow, open });
      windows.forEach((window) => window.check());
    };
    let clock;
    const late = new Promise((_, reject) => {
      clock = setTimeout(() => reject(new Error(`not told after ${timeout / 1000} s`)), timeout);
    });
    try {
      await Promise.race([live(), late]);
    } catch (error) {
      await shown(name, windows, error);
      throw error;
    } finally {
      clearTimeout(clock);
      for (const window of windows) await window.close();
      for (const end of begun.reverse()) await end();
    }
  });
}

/** What the windows showed as the story failed, as pictures. */
async function shown(name, windows, error) {
  const directory = process.env.DOKU_UI_FAILURES;
  if (!directory) return;
  mkdirSync(directory, { recursive: true });
  for (const [number, { page }] of windows.entries()) {
    const path = join(directory, `${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)}-${number}.png`);
    await page.screenshot({ path, fullPage: true, timeout: 5000 }).then(
      () => (error.message += `\nThe page ${page.url()} as it was: ${path}`),
      () => {},
    );
  }
}
