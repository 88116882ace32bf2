// Every page at every width in both themes: nothing that keeps people out, nothing that sticks out.

import assert from 'node:assert/strict';

import { assertAccessible } from './axe.mjs';
import { assertNotTooWide } from './browser.mjs';
import { makeBusy } from './busy.mjs';
import { story } from './story.mjs';

const WIDTHS = [360, 768, 1440];
/** Nothing but the colours is another in the dark. */
const RULES = { light: undefined, dark: ['color-contrast'] };
const GROUNDS = { light: 'rgb(255, 255, 255)', dark: 'rgb(20, 23, 27)' };

for (const theme of ['light', 'dark']) {
  story(`on no page axe finds anything serious, and none is too wide: ${theme}`, { theme, timeout: 200_000 }, async (world) => {
    const { page, allow } = world;
    allow(/status of 404/);
    const paths = await makeBusy(world);
    // One page does not keep the others from being looked at.
    const found = [];
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(path);
      for (const width of WIDTHS) {
        const what = `${name} (${path}), ${width} px`;
        await page.setViewportSize({ width, height: 900 });
        await assertNotTooWide(page, what).catch((error) => found.push(error.message));
        // Between narrow and wide there is nothing that neither has.
        if (width === 768) continue;
        await assertAccessible(page, what, RULES[theme]).catch((error) => found.push(error.message));
      }
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(ground, GROUNDS[theme], name);
    }
    assert.equal(found.length, 0, found.join('\n\n'));
  });
}

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
