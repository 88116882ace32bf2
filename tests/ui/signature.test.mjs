// A signature that does not verify is found in the timeline and explained.

import assert from 'node:assert/strict';

import { press, until } from './browser.mjs';
import { picture } from './picture.mjs';
import { story } from './story.mjs';

story('a wrong signature stands out in the timeline, and its page says what to change', {}, async ({ partner, receiver, page }) => {
  await partner.register(receiver.url, { outcome: 'approve' });
  await until(() => receiver.of('BRAND_PRODUCT').length === 1, 'the last callback has come');
  // The usual mistake: what was signed has the query.
  const reply = await partner.send('GET', '/file', undefined, {
    query: '?businessType=PERSONAL&legalEntity=PERSEORANGAN&businessLine=RETAIL&nationality=ID',
    change: (signed) => ({ ...signed, target: `${signed.target}?businessType=PERSONAL&legalEntity=PERSEORANGAN&businessLine=RETAIL&nationality=ID` }),
  });
  assert.ok(reply.status >= 400, 'the mock refuses it');

  await page.goto('/_mock/ui');
  const row = page.getByRole('region', { name: 'Exchanges' }).getByRole('row').filter({ hasText: /not authenticated/ });
  assert.equal(await row.count(), 1);
  const look = (of) => of.getByRole('cell').first().evaluate((cell) => getComputedStyle(cell).boxShadow + getComputedStyle(cell).backgroundColor);
  const accepted = page.getByRole('row').filter({ hasText: /accepted/ }).first();
  assert.notEqual(await look(row), await look(accepted), 'it looks another way than the others');
  await picture(page, 'timeline', 800);
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'timeline-dark', 800);
  await page.emulateMedia({ colorScheme: 'light' });

  await page.getByLabel('Outcome').selectOption('not_authenticated');
  await press(page, page.getByRole('button', { name: 'Filter' }));
  assert.equal(await page.getByRole('row').count(), 2, 'the head and the one that is looked for');
  await row.getByRole('link').first().click();

  const report = page.getByRole('region', { name: 'What to change' });
  await report.getByText(/query/i).first().waitFor();
  const right = page.getByRole('region', { name: 'To be signed' });
  const wrong = page.getByRole('region', { name: 'Was signed' });
  for (const side of [right, wrong]) {
    assert.match(await side.innerText(), /Request-Target:\/adv-core-api\/partner\/v1\.0\/file/);
    assert.equal(await side.locator('mark').count(), 1, 'the difference is marked once');
  }
  assert.ok((await wrong.locator('mark').innerText()).startsWith('?'), 'the mark begins where the query does');
  const [a, b] = [await right.boundingBox(), await wrong.boundingBox()];
  assert.ok(Math.abs(a.y - b.y) < 2 && b.x >= a.x + a.width, 'side by side');
  await picture(page, 'exchange', 1000);
  await page.setViewportSize({ width: 360, height: 800 });
  const [c, d] = [await right.boundingBox(), await wrong.boundingBox()];
  assert.ok(d.y >= c.y + c.height, 'below each other where there is no room');
});

story('a signature by another key is told from a wrong string', {}, async ({ partner, page }) => {
  const { status } = await partner.send('POST', '/token', { grant_type: 'client_credentials', valid_time: '60' }, { secretKey: 'SK-of-somebody-else' });
  assert.ok(status >= 400);
  await page.goto('/_mock/ui');
  await page.getByRole('row').filter({ hasText: /not authenticated/ }).getByRole('link').first().click();
  await page.getByRole('region', { name: 'What to change' }).getByText(/key/i).first().waitFor();
  await page.getByRole('region', { name: 'To be signed' }).waitFor();
});
