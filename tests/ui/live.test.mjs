// With JavaScript the lists follow what happens, and disturb nobody.

import assert from 'node:assert/strict';

import { until } from './browser.mjs';
import { story } from './story.mjs';

story('lists follow what happens without a reload', {}, async ({ mock, partner, receiver, page, open }) => {
  const { page: businesses } = await open();
  const { page: time } = await open();
  await page.goto('/_mock/ui');
  await businesses.goto('/_mock/ui/businesses');
  await time.goto('/_mock/ui/time');
  for (const each of [page, businesses, time]) await each.evaluate(() => (globalThis.sameDocument = true));

  const { id } = await partner.register(receiver.url);
  await page.getByRole('row').filter({ hasText: 'Business Registration' }).waitFor();
  await businesses.getByRole('row').filter({ hasText: id }).waitFor();
  await mock.api('POST', `businesses/${id}/decide`, { outcome: 'approve' });
  await businesses.getByRole('row').filter({ hasText: id }).getByText('ACTIVE').waitFor();
  await page.getByRole('row').filter({ hasText: 'BRAND_PRODUCT' }).waitFor();
  await mock.api('POST', 'clock/advance', { by: '24h' });
  await time.getByRole('banner').getByText('2026-11-23').waitFor();
  for (const each of [page, businesses, time]) {
    assert.equal(await each.evaluate(() => globalThis.sameDocument), true, 'it is the same document still');
  }
});

story('who types into a form is not disturbed by what happens', {}, async ({ mock, partner, receiver, page }) => {
  await page.goto('/_mock/ui');
  const text = page.getByLabel('Text');
  await text.fill('half a wor');
  await partner.register(receiver.url);
  await page.getByRole('row').filter({ hasText: 'Business Registration' }).waitFor();
  await page.keyboard.type('d');
  assert.equal(await text.inputValue(), 'half a word');

  const { id } = await partner.register(receiver.url);
  await page.goto(`/_mock/ui/businesses/${id}`);
  const note = page.getByLabel('Note on BUSINESS_BANK');
  await note.fill('half a no');
  await mock.api('POST', `businesses/${id}/decide`, { outcome: 'approve' });
  // The very part is decided meanwhile: its status says so, and what was typed is still there.
  await page.getByRole('region', { name: 'Parts of the business' }).getByRole('row').filter({ hasText: 'BUSINESS_BANK' }).getByText('APPROVED').waitFor();
  await page.keyboard.type('te');
  assert.equal(await note.inputValue(), 'half a note');

  await page.goto('/_mock/ui/time');
  await page.getByLabel('By a duration').fill('1h');
  await mock.api('POST', 'clock/advance', { by: '24h' });
  await page.getByRole('banner').getByText('2026-11-23').waitFor();
  await page.keyboard.type('30m');
  assert.equal(await page.getByLabel('By a duration').inputValue(), '1h30m');
});

story('a window that nobody looks at is up to date once somebody does', {}, async ({ partner, receiver, page }) => {
  await page.goto('/_mock/ui');
  // What a browser says of a tab in the background.
  const hide = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  await partner.register(receiver.url);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const rows = page.getByRole('row').filter({ hasText: 'Business Registration' });
  assert.equal(await rows.count(), 0);
  await hide(false);
  await until(async () => (await rows.count()) === 1, 'the row is there');
});
