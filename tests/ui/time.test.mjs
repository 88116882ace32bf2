// The clock is moved on by the page, and everything happens that falls due.

import assert from 'node:assert/strict';

import { press, until } from './browser.mjs';
import { START } from './mock.mjs';
import { picture } from './picture.mjs';
import { story } from './story.mjs';

const MINUTE = 60_000;
const LADDER = [0, 30, 360, 720];

story('the ladder of a receiver that refuses is seen step by step, by a clock that the page moves on', {}, async ({ mock, partner, receiver, page }) => {
  receiver.refuses = 503;
  const { id } = await partner.register(receiver.url, { outcome: 'reject.BUSINESS_BANK' });
  await page.goto(`/_mock/ui/businesses/${id}`);
  await until(() => receiver.of('BUSINESS_BANK').length === 1, 'the first attempt');
  const attempts = page.getByRole('region', { name: 'Callbacks' }).getByRole('row').filter({ hasText: 'BUSINESS_BANK' });
  await page.goto('/_mock/ui/time');
  const agenda = page.getByRole('row').filter({ hasText: 'BUSINESS_BANK' });
  await agenda.getByText('Attempt 2').waitFor();
  await agenda.getByText('in 30 min').waitFor();
  await picture(page, 'time', 800);

  for (const [step, minutes] of LADDER.entries()) {
    if (step > 0) {
      await page.goto('/_mock/ui/time');
      await press(page, page.getByRole('button', { name: /^Advance to the next event/ }));
      await page.getByRole('status').getByText('The clock was moved on').waitFor();
    }
    const passed = new Date(await mock.now()) - new Date(START);
    assert.equal(Math.floor(passed / MINUTE), minutes, 'the clock stands where this attempt is due');
    assert.equal(receiver.of('BUSINESS_BANK').length, step + 1, `attempt ${step + 1} has come`);
    await page.goto(`/_mock/ui/businesses/${id}`);
    await attempts.getByText(`attempt ${step + 1}:`).waitFor();
    assert.equal(await attempts.getByText('503').count(), step + 1, 'each attempt with its answer');
  }
  await attempts.getByText('exhausted').waitFor();
  await page.goto('/_mock/ui/time');
  await page.getByText('Nothing is planned.').waitFor();
  const ids = new Set(receiver.of('BUSINESS_BANK').map(({ headers }) => headers['request-id']));
  assert.equal(ids.size, 1, 'one callback, told four times');
});

story('with a realistic pace the page says what KYB will decide when, and 48 h later it has', { options: ['--pace', 'realistic'] }, async ({ partner, receiver, page }) => {
  const { brands } = await partner.register(receiver.url, { outcome: 'approve' });
  await page.goto('/_mock/ui/time');
  await page.getByRole('row').filter({ hasText: 'KYB decides' }).first().waitFor();
  assert.equal(receiver.received.length, 0);
  await press(page, page.getByRole('button', { name: /^Advance by 1 h/ }));
  await page.getByRole('status').waitFor();
  await press(page, page.getByRole('button', { name: /^Advance by 48 h/ }));
  await page.getByRole('status').waitFor();
  assert.equal((await partner.business(brands[0].id)).status, 'ACTIVE');
  assert.ok(receiver.of('BUSINESS', 'ACTIVE').length === 1 && receiver.received.every(({ signed }) => signed));
});

story('a duration and an instant are typed, and what is neither is refused with what was typed', {}, async ({ mock, page, allow }) => {
  allow(/status of 400/);
  await page.goto('/_mock/ui/time');
  await page.getByLabel('By a duration').fill('1h30m');
  await press(page, page.getByRole('button', { name: 'Advance by this duration' }));
  await page.getByRole('status').waitFor();
  assert.match(await mock.now(), /^2026-11-22T04:34:05/);
  await page.getByLabel('To an instant').fill('2027-01-01T00:00:00Z');
  await press(page, page.getByRole('button', { name: 'Advance to this instant' }));
  await page.getByRole('status').waitFor();
  assert.match(await mock.now(), /^2027-01-01T00:00:00/);
  await page.getByLabel('By a duration').fill('tomorrow "soon"');
  await press(page, page.getByRole('button', { name: 'Advance by this duration' }));
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('By a duration').inputValue(), 'tomorrow "soon"');
  assert.match(await mock.now(), /^2027-01-01T00:00:00/);
});
