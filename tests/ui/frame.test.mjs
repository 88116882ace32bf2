import assert from 'node:assert/strict';
import { assertAccessible } from './axe.mjs';
import { assertNotTooWide } from './browser.mjs';
import { story } from './story.mjs';

for (const javascript of [true, false])
story('frame '+javascript, { javascript, timeout: 20000 }, async ({ mock, partner, receiver, page }) => {
  await page.goto('/_mock/ui');
  const b = await partner.register(receiver.url);
  console.log(JSON.stringify(b).slice(0,1500));
  console.log(receiver.received);
  if (javascript) {
  console.time('axe');
  await assertAccessible(page, 'x');
  console.timeEnd('axe'); }
  await assertNotTooWide(page, 'x');
  console.log(await partner.invite(receiver.url));
});
