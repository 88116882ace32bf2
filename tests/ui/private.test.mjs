// Who may see what.

import assert from 'node:assert/strict';

import { story } from './story.mjs';

const PERSONAL = ['john@example.com', 'John Doe', '81987654321', '1234567890123456', '98765432', 'Jalan Contoh 1'];

story('personal data is masked until it is revealed, and a window later it is masked again', {}, async ({ partner, receiver, page }) => {
  const { id } = await partner.register(receiver.url, { outcome: 'approve' });
  await page.goto('/_mock/ui');
  const registration = page.getByRole('row').filter({ hasText: 'Business Registration' }).getByRole('link').first();
  const exchange = await registration.getAttribute('href');
  for (const path of [`/_mock/ui/businesses/${id}`, exchange]) {
    await page.goto(path);
    const masked = await page.content();
    for (const of of PERSONAL) assert.ok(!masked.includes(of), `${of} on ${path}`);
    assert.equal(await page.getByRole('img', { name: /KTP|liveness/i }).count(), 0);
    await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name: 'Reveal personal data' }).first().click()]);
    const open = await page.content();
    for (const of of PERSONAL) assert.ok(open.includes(of), `${of} revealed on ${path}`);
    assert.ok(!open.includes('SK-doku-mock-test-secret'), 'a key is never shown');
    await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name: 'Mask personal data' }).first().click()]);
    assert.ok(!(await page.content()).includes(PERSONAL[0]));
  }
  await page.goto(`/_mock/ui/businesses/${id}?reveal=true`);
  const pictures = page.getByRole('region', { name: 'Documents' }).getByRole('img');
  assert.equal(await pictures.count(), 3, 'the papers have thumbnails');
  await pictures.last().scrollIntoViewIfNeeded();
  for (const picture of await pictures.all()) {
    await picture.scrollIntoViewIfNeeded();
    const drawn = () => picture.evaluate(async (image) => (await image.decode(), image.naturalWidth));
    assert.ok((await drawn()) > 0, 'each is drawn');
    assert.ok((await picture.getAttribute('alt')).length > 0);
  }
});

story('with an admin token a page asks for it as a password, and refuses another one', { options: ['--admin-token', 'let-me-in'] }, async ({ mock, open }) => {
  const asked = await fetch(`${mock.url}/_mock/ui`);
  assert.equal(asked.status, 401);
  assert.match(asked.headers.get('www-authenticate'), /^Basic /, 'a browser knows to ask for a password');
  for (const password of [undefined, 'let-me-out']) {
    const credentials = password && { username: 'anybody', password };
    const { page, allow } = await open({ credentials });
    // Without a page there is no icon that it names.
    allow(/status of 401|ERR_INVALID_AUTH_CREDENTIALS|favicon.ico/);
    const answer = await page.goto('/_mock/ui').catch(() => null);
    assert.ok(answer === null || answer.status() === 401);
    assert.equal(await page.getByRole('heading').count(), 0, 'nothing of the page is there');
  }
  const { page: right } = await open({ credentials: { username: 'anybody', password: 'let-me-in' } });
  assert.equal((await right.goto('/_mock/ui/faults')).status(), 200);
  await right.getByLabel('The whole fault').fill('unsigned;times=1');
  await Promise.all([right.waitForEvent('load'), right.getByRole('button', { name: 'Arm the fault of this text' }).click()]);
  await right.getByRole('status').getByText('Armed.').waitFor();
});
