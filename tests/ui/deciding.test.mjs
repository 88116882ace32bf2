// What DOKU's people decide, by the page of a business; and what its partner hears of it.

import assert from 'node:assert/strict';

import { press, until } from './browser.mjs';
import { picture } from './picture.mjs';
import { story } from './story.mjs';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const said = (page) => page.getByRole('status').filter({ hasText: /\S/ });

story('a merchant that was registered through the API is approved through the page, and its receiver hears of it', {}, async ({ partner, receiver, page }) => {
  const { id, brands } = await partner.register(receiver.url);
  assert.deepEqual(receiver.received, [], 'nothing is decided yet');

  await page.goto('/_mock/ui/businesses');
  await page.getByRole('row').filter({ hasText: id }).getByRole('link', { name: 'Warung Contoh' }).click();
  await page.getByText('Under review: what is UPDATING').waitFor();
  await press(page, button(page, 'Approve'));
  await said(page).getByText('Decided').waitFor();

  await until(() => receiver.of('BUSINESS', 'ACTIVE').length === 1, 'the approval reaches the receiver');
  assert.ok(receiver.received.every(({ signed }) => signed), 'every callback is signed');
  assert.equal(receiver.of('BUSINESS')[0].callback.business.id, id);
  assert.equal((await partner.business(brands[0].id)).status, 'ACTIVE');
  await page.reload();
  await page.getByText('Active: KYB has approved').waitFor();
  const told = page.getByRole('region', { name: 'Callbacks' }).getByRole('row').filter({ hasText: 'delivered' });
  await until(async () => (await told.count()) === receiver.received.length, 'the page has every callback');
});

story('a rejection with a note that is typed on the page reaches the receiver, and an update heals it', {}, async ({ partner, receiver, page }) => {
  const note = 'The name on the account is "another" <one>';
  const { id, brands } = await partner.register(receiver.url);
  await page.goto(`/_mock/ui/businesses/${id}`);
  await page.getByLabel('Note on BUSINESS_BANK').fill(note);
  await press(page, button(page, 'Reject BUSINESS_BANK'));
  await said(page).getByText('Decided').waitFor();

  await until(() => receiver.of('BUSINESS_BANK', 'REJECTED').length === 1, 'the rejection reaches the receiver');
  const [{ callback, signed }] = receiver.of('BUSINESS_BANK', 'REJECTED');
  assert.deepEqual([callback.reject_notes, callback.business.id, signed], [[note], id, true]);
  await page.reload();
  await page.getByText('Rejected: the notes below say why').waitFor();
  assert.ok((await page.getByRole('row').filter({ hasText: 'BUSINESS_BANK' }).filter({ hasText: note }).count()) >= 2, 'beside the part and beside the callback');
  await picture(page, 'business', 1200);

  const brand = brands[0].id;
  const { banks } = await partner.business(brand);
  await partner.update(brand, { business: { banks: [{ id: banks[0].id, account_name: 'John Doe', account_number: '87654321' }] } });
  await until(() => receiver.of('BUSINESS_BANK', 'APPROVED').some((of) => of.callback.business.id === id), 'the approval reaches the receiver');
  await page.reload();
  const bank = page.getByRole('region', { name: 'Parts of the business' }).getByRole('row').filter({ hasText: 'BUSINESS_BANK' });
  await bank.getByText('APPROVED').waitFor();
  assert.equal(await bank.getByText(note).count(), 0, 'the note is gone');
  if ((await partner.business(brand)).status !== 'ACTIVE') {
    await press(page, button(page, 'Approve'));
    await said(page).getByText('Decided').waitFor();
  }
  assert.equal((await partner.business(brand)).status, 'ACTIVE');
});

story('brands are suspended and activated, and a service is rejected, by the page', {}, async ({ partner, receiver, page }) => {
  const { id, brands } = await partner.register(receiver.url, { outcome: 'approve' });
  const brand = brands[0].id;
  const operational = async () => (await partner.business(brand)).brands[0].operational_status;
  await page.goto(`/_mock/ui/businesses/${id}`);
  assert.equal(await operational(), 'ACTIVE');

  await page.getByLabel('Reason of a suspension').fill('Goods that may not be sold');
  await press(page, button(page, 'Suspend all brands'));
  await said(page).getByText('Decided').waitFor();
  assert.equal(await operational(), 'SUSPENDED');
  await until(() => receiver.received.some(({ callback }) => callback.reject_notes?.includes('Goods that may not be sold')), 'the reason reaches the receiver');
  await page.getByRole('region', { name: 'Brand 1' }).getByText('Goods that may not be sold').first().waitFor();

  await press(page, button(page, 'Activate everything'));
  await said(page).getByText('Decided').waitFor();
  assert.equal(await operational(), 'ACTIVE');

  const services = page.getByRole('region', { name: 'Services of brand 1' });
  await services.getByRole('textbox').first().fill('No such sales');
  await press(page, services.getByRole('button', { name: /^Reject / }).first());
  await said(page).getByText('Decided').waitFor();
  await until(() => receiver.of('BRAND_PRODUCT', 'REJECTED').length === 1, 'the rejection reaches the receiver');
  assert.deepEqual(receiver.of('BRAND_PRODUCT', 'REJECTED')[0].callback.reject_notes, ['No such sales']);
  await press(page, services.getByRole('button', { name: /^Activate / }));
  await said(page).getByText('Decided').waitFor();
  await until(() => receiver.of('BRAND_PRODUCT').at(-1).callback.status === 'ACTIVE', 'so does the activation');
});

story('a callback is sent again by the page, with the same Request-Id', {}, async ({ partner, receiver, page }) => {
  const { id } = await partner.register(receiver.url, { outcome: 'approve' });
  await until(() => receiver.of('BUSINESS', 'ACTIVE').length === 1, 'the approval is told');
  await page.goto(`/_mock/ui/businesses/${id}`);
  const row = page.getByRole('region', { name: 'Callbacks' }).getByRole('row').filter({ has: page.getByText('BUSINESS', { exact: true }) });
  await press(page, row.getByRole('button', { name: /^Send callback \d+ again$/ }));
  await said(page).getByText('Attempted again').waitFor();
  await until(() => receiver.of('BUSINESS', 'ACTIVE').length === 2, 'it comes once more');
  const [first, second] = receiver.of('BUSINESS', 'ACTIVE').map(({ headers }) => headers['request-id']);
  assert.equal(first, second);
  await row.getByText('by hand').waitFor();
});

story('an invited business is completed by the page, as its owner would', {}, async ({ partner, page, allow }) => {
  allow(/status of 400/);
  await partner.registration('http://127.0.0.1:1/');
  const { id, brands } = await partner.invite();
  await page.goto(`/_mock/ui/businesses/${id}`);
  await page.getByText('Invited: nobody has completed it yet').waitFor();
  const document = page.getByLabel('Registration, as JSON');
  const text = await document.inputValue();
  await document.fill('{"business":');
  await press(page, button(page, 'Complete the business'));
  await page.getByRole('alert').waitFor();
  assert.equal(await document.inputValue(), '{"business":', 'what was typed is still there');
  await document.fill(text);
  await page.getByLabel('What KYB decides').fill('pending');
  await press(page, button(page, 'Complete the business'));
  await said(page).getByText('Completed').waitFor();
  await page.getByText('Under review: what is UPDATING').waitFor();
  assert.equal((await partner.business(brands[0].id)).status, 'UPDATING');
});
