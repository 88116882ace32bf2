// The whole flow by pages alone, with JavaScript and without it: by real forms, from an empty mock to an active business.

import assert from 'node:assert/strict';

import { press, until } from './browser.mjs';
import { picture } from './picture.mjs';
import { stringToSign } from './doku.mjs';
import { story } from './story.mjs';

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  story(`an empty mock comes to an active business by pages alone, ${how}`, { javascript, options: ['--pace', 'realistic'] }, async ({ receiver, page }) => {
    const follow = (link) => press(page, link);
    await page.goto('/_mock/ui');
    await page.getByText('Nothing has gone over the wire yet').waitFor();
    await follow(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Try it' }));
    await follow(page.getByRole('link', { name: 'Business Registration' }));
    await press(page, page.getByRole('button', { name: 'Fill in an example' }));

    const body = page.getByLabel('Body', { exact: true });
    const document = JSON.parse(await body.inputValue());
    document.business.callback_url = receiver.url;
    const text = JSON.stringify(document, null, 2);
    await body.fill(text);
    await press(page, page.getByRole('button', { name: 'Compose' }));
    const shown = await page.getByRole('region', { name: 'The string to sign' }).innerText();
    const field = (name) => shown.match(new RegExp(`^${name}:(.*)$`, 'm'))?.[1];
    const wanted = stringToSign({
      method: 'POST',
      clientId: field('Client-Id'),
      requestId: field('Request-Id'),
      timestamp: field('Request-Timestamp'),
      target: '/adv-core-api/partner/v1.0/business',
      body: text,
    });
    if (javascript) await picture(page, 'try-it', 1100);
    assert.equal(shown.trim(), wanted, 'what is signed is what a partner would sign of this body');
    await press(page, page.getByRole('button', { name: 'Send' }));
    await page.getByRole('heading', { name: 'What came back' }).waitFor();
    await follow(page.getByRole('link', { name: /^BSN-/ }));

    await page.getByText('Under review: what is UPDATING').waitFor();
    assert.equal(receiver.received.length, 0, 'KYB takes its time');
    await follow(page.getByRole('link', { name: 'Move the clock on' }));
    await page.getByRole('row').filter({ hasText: 'KYB decides' }).first().waitFor();
    await press(page, page.getByRole('button', { name: /^Advance to the next event/ }));
    await page.getByRole('status').waitFor();
    assert.ok(receiver.received.length > 0 && receiver.received.every(({ signed }) => signed), 'the first verdict is told');

    await follow(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Businesses' }));
    await follow(page.getByRole('link', { name: 'Warung Contoh' }));
    await press(page, page.getByRole('button', { name: 'Approve', exact: true }));
    await until(() => receiver.of('BUSINESS', 'ACTIVE').length === 1, 'the approval reaches the receiver');
    await follow(page.getByRole('link', { name: 'Its requests and callbacks in the timeline' }));
    const rows = page.getByRole('region', { name: 'Exchanges' }).getByRole('row');
    await rows.filter({ hasText: 'Business Registration' }).waitFor();
    assert.ok((await rows.filter({ hasText: 'sent' }).count()) >= receiver.received.length);
    await follow(rows.filter({ hasText: 'Business Registration' }).getByRole('link').first());
    await page.getByRole('heading', { name: 'Answer' }).waitFor();
  });
}
