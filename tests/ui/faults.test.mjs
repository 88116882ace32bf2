// What goes wrong on demand is armed, seen and disarmed by the page.

import assert from 'node:assert/strict';

import { press, until } from './browser.mjs';
import { story } from './story.mjs';

story('a fault of replies that is armed on the page strikes, and is disarmed', {}, async ({ partner, page }) => {
  const ask = () => partner.send('POST', '/token', { grant_type: 'client_credentials', valid_time: '60' });
  await page.goto('/_mock/ui/faults');
  await page.getByText('Nothing is armed: everything goes as it should.').waitFor();
  const form = page.getByRole('region', { name: 'Of replies' });
  await form.getByLabel('What happens').selectOption('status');
  await form.getByLabel('HTTP status, for status').fill('503');
  await form.getByLabel('Only of operation').selectOption('Generate Token');
  await press(page, page.getByRole('button', { name: 'Arm this fault of replies' }));
  await page.getByRole('status').getByText('Armed.').waitFor();

  assert.equal((await ask()).status, 503);
  const row = page.getByRole('row').filter({ hasText: 'Generate Token' });
  await until(async () => /once/.test(await row.innerText()), 'the page says that it has happened once, without a reload');
  await page.goto('/_mock/ui');
  await page.getByRole('row').filter({ hasText: '503' }).getByText('fault', { exact: true }).waitFor();

  await page.goto('/_mock/ui/faults');
  await press(page, row.getByRole('button', { name: /^Disarm fault \d+$/ }));
  await page.getByRole('status').getByText('Disarmed.').waitFor();
  assert.equal((await ask()).status, 200);
});

story('a fault of callbacks keeps one from the receiver, until it is sent again by hand', {}, async ({ partner, receiver, page }) => {
  await page.goto('/_mock/ui/faults');
  await page.getByLabel('The whole fault').fill('callback.drop;type=BUSINESS_BANK;times=1');
  await press(page, page.getByRole('button', { name: 'Arm the fault of this text' }));
  const { id } = await partner.register(receiver.url, { outcome: 'approve' });
  await until(() => receiver.of('BUSINESS', 'ACTIVE').length === 1, 'the others come');
  assert.equal(receiver.of('BUSINESS_BANK').length, 0);
  await page.goto(`/_mock/ui/businesses/${id}`);
  const row = page.getByRole('region', { name: 'Callbacks' }).getByRole('row').filter({ hasText: 'BUSINESS_BANK' });
  await row.getByText('dropped', { exact: true }).waitFor();
  await press(page, row.getByRole('button', { name: /again$/ }));
  assert.equal(receiver.of('BUSINESS_BANK').length, 1);
});

story('what is no fault is refused with what was typed', {}, async ({ page, allow }) => {
  allow(/status of 400/);
  await page.goto('/_mock/ui/faults');
  await page.getByLabel('The whole fault').fill('<b>everything</b>');
  await press(page, page.getByRole('button', { name: 'Arm the fault of this text' }));
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('The whole fault').inputValue(), '<b>everything</b>');
  assert.equal(await page.locator('main b').count(), 0);
});
