// Chromium without a window, and what a page may not do in it: no error, nothing that the policy forbids, no request
// that fails or leads elsewhere.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const tools = process.env.DOKU_UI_TOOLS ?? fileURLToPath(new URL('../../target/ui-tools/', import.meta.url));
const { chromium } = createRequire(`${tools}/`)('playwright-core');

/** How long anything on a page may take, in milliseconds: machines may be busy. */
const PATIENCE = 20_000;

let browser;

/** One browser for all stories of a process. */
async function launched() {
  browser ??= await chromium.launch({
    executablePath: process.env.DOKU_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  });
  return browser;
}

/** Ends the browser, if there is one. */
export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** A window on a mock, as somebody has it: with or without JavaScript, in a theme, so wide. */
export async function openWindow(mock, { javascript = true, theme = 'light', width = 1200, height = 900, credentials } = {}) {
  const context = await (await launched()).newContext({
    baseURL: mock.url,
    javaScriptEnabled: javascript,
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    httpCredentials: credentials,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems = [];
  const allowed = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${mock.url}/`)) problems.push(`leads elsewhere: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // Whoever leaves a page leaves what it was listening to and asking for.
    const left = why === 'net::ERR_ABORTED' && !request.isNavigationRequest();
    if (!left) problems.push(`failed: ${request.url()} ${why}`);
  });
  return {
    page,
    /** What matches is expected: a refusal, say, of which the console tells too. */
    allow: (pattern) => allowed.push(pattern),
    /** Fails if anything was wrong so far. */
    check() {
      const wrong = problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
      assert.deepEqual(wrong, [], 'what the browser complains about');
    },
    close: () => context.close(),
  };
}

/** Fails if a page is wider than its window. */
export async function assertNotTooWide(page, what) {
  const { width, wide } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const place = (element) => {
      const { tagName, id, className, textContent } = element;
      return `<${tagName.toLowerCase()} id="${id}" class="${className}">${textContent.trim().slice(0, 60)}`;
    };
    const beyond = [...document.body.querySelectorAll('*')].filter((element) => {
      // What may be scrolled within its own box is not too wide.
      return element.getBoundingClientRect().right > clientWidth + 1 && !element.closest('.code, .table');
    });
    return { width: scrollWidth - clientWidth, wide: beyond.slice(0, 5).map(place) };
  });
  assert.equal(width, 0, `${what} is ${width} px too wide: ${wide.join('\n')}`);
}

/** Waits, bounded in time, until `done` says so. */
export async function until(done, what) {
  const end = Date.now() + PATIENCE;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Presses what sends a form, and waits until the page that answers is there. */
export async function press(page, control) {
  await Promise.all([page.waitForEvent('load'), control.click()]);
}
