// Every page at every width in both themes: nothing that keeps people out, nothing that sticks out.

import assert from 'node:assert/strict';

import { assertAccessible } from './axe.mjs';
import { assertNotTooWide } from './browser.mjs';
import { makeBusy } from './busy.mjs';
import { story } from './story.mjs';

const WIDTHS = [360, 768, 1440];
/** So that one page does not keep the others from being looked at. */
const collect = (found) => async (look) => {
  try {
    await look();
  } catch (error) {
    found.push(error.message);
  }
};

story('on no page axe finds anything serious, and none is too wide: 360, 768 and 1440 px, light and dark', { timeout: 150_000 }, async (world) => {
  const paths = await makeBusy(world);
  const found = [];
  const look = collect(found);
  const windows = [];
  for (const theme of ['light', 'dark']) {
    const window = await world.open({ theme });
    window.allow(/status of 404/);
    windows.push([theme, window]);
  }
  const grounds = new Set();
  for (const [name, path] of Object.entries(paths)) {
    for (const [theme, { page }] of windows) {
      await page.goto(path);
      for (const width of WIDTHS) {
        const what = `${name} (${path}), ${theme}, ${width} px`;
        await page.setViewportSize({ width, height: 900 });
        await look(() => assertNotTooWide(page, what));
        // Nothing but the colours is another in the dark, and nothing between narrow and wide.
        if (width === 768) continue;
        await look(() => assertAccessible(page, what, theme === 'dark' ? ['color-contrast'] : undefined));
      }
      grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
  }
  assert.equal(grounds.size, 2, `a ground for each theme: ${[...grounds]}`);
  assert.equal(found.length, 0, found.join('\n\n'));
});

story('every page stays below 300 KiB and loads nothing but its style, script, icon and pictures', {}, async (world) => {
  const paths = await makeBusy(world);
  const { page } = world;
  world.allow(/status of 404/);
  const loaded = new Set();
  page.on('request', (request) => loaded.add(new URL(request.url()).pathname.replace(/\/files\/.*/, '/files/…')));
  for (const [name, path] of Object.entries(paths)) {
    const answer = await page.goto(path);
    const size = (await answer.body()).length;
    assert.ok(size < 300 * 1024, `${name}: ${size} bytes`);
    assert.match(answer.headers()['content-security-policy'], /default-src 'none'/);
  }
  const pages = new Set(Object.values(paths).map((path) => path.split('?')[0]));
  const others = [...loaded].filter((path) => !pages.has(path)).sort();
  const known = ['/_mock/files/…', '/_mock/ui/events', '/_mock/ui/icon.svg', '/_mock/ui/script.js', '/_mock/ui/style.css'];
  assert.deepEqual(others.filter((path) => !known.includes(path)), []);
});
