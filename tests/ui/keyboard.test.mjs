// Every page by keyboard alone.

import assert from 'node:assert/strict';

import { makeBusy } from './busy.mjs';
import { story } from './story.mjs';

/** What the key Tab has to reach, kept in the page; how much it is. */
function reachable() {
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]');
  const controls = 'a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex="0"]';
  const shownControls = [...document.querySelectorAll(controls)].filter(shown);
  const groups = new Set();
  globalThis.wanted = shownControls.filter((element) => {
    if (element.type !== 'radio') return true;
    const isNew = !groups.has(element.name);
    groups.add(element.name);
    return isNew;
  });
  return globalThis.wanted.length;
}

/** Where the focus is, and whether one sees it. */
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    number: globalThis.wanted.indexOf(element),
    what: `<${element.tagName.toLowerCase()} id="${element.id}">${(element.innerText || element.getAttribute('aria-label') || '').slice(0, 50)}`,
    visible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    name: element.innerText || element.getAttribute('aria-label') || element.labels?.[0]?.innerText || element.querySelector('img')?.alt || '',
  };
}

story('the key Tab reaches every control of every page, in order, and one sees where it is', { timeout: 120_000 }, async (world) => {
  const paths = await makeBusy(world);
  const { page, allow } = world;
  allow(/status of 404/);
  for (const [name, path] of Object.entries(paths)) {
    await page.goto(path);
    const count = await page.evaluate(reachable);
    const seen = [];
    for (let pressed = 0; pressed <= count + 2; pressed += 1) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate(focused);
      if (!now) break;
      if (seen.length && now.number === seen[0].number) break;
      assert.ok(now.visible, `${name} (${path}): the focus on ${now.what} is seen`);
      assert.ok(now.name.trim(), `${name} (${path}): ${now.what} has a name`);
      seen.push(now);
    }
    const order = seen.map((at) => at.number);
    assert.deepEqual(order, [...Array(count).keys()], `${name} (${path}): every control, in the order of the page`);
    assert.equal(seen[0].name, 'Skip to the content');
  }
});

story('the first key leads past the navigation, and a form is filled in and sent by keyboard', {}, async ({ mock, page }) => {
  await page.goto('/_mock/ui/time');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const main = await page.evaluate(() => document.activeElement.id);
  assert.equal(main, 'main');
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => [document.activeElement.closest('main') !== null, document.activeElement.innerText]);
  assert.ok(first[0] && first[1].startsWith('Advance by 1 h'), `${first}`);
  for (let pressed = 0; pressed < 20; pressed += 1) {
    if ((await page.evaluate(() => document.activeElement.name)) === 'by' && (await page.evaluate(() => document.activeElement.type)) === 'text') break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('2h');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  await page.getByRole('status').waitFor();
  assert.match(await mock.now(), /^2026-11-22T05:04:05/);
});
