// Names and notes that want to be more than text.

import assert from 'node:assert/strict';

import { assertAccessible } from './axe.mjs';
import { assertNotTooWide } from './browser.mjs';
import { makeBusy } from './busy.mjs';
import { story } from './story.mjs';

const NAMES = {
  'full of markup': `<script>alert(1)</script>"'\`&quot;&#39;</title></textarea></option>"><img src=x onerror=alert(2)><svg onload=alert(3)>`,
  'full of marks of direction': '\u202Eenim eb ot tnaw I\u202C \u2066\u2067abc\u200F\u061C\u202D مطعم',
  'a thousand letters': 'W'.repeat(1000),
};

for (const [what, name] of Object.entries(NAMES)) {
  story(`a merchant whose name is ${what} breaks no page`, { width: 360, timeout: 90_000 }, async (world) => {
    const { page, allow } = world;
    allow(/status of 404/);
    const change = ({ business }) => {
      business.name = name;
      business.description = name;
      const [brand] = business.brands;
      brand.name = name.slice(0, 255);
      brand.description = name.slice(0, 255);
      business.addresses[0].name = name.slice(0, 255);
      business.contacts[0].name = name.slice(0, 255);
    };
    const paths = await makeBusy(world, { change, note: name });
    // What can be no client id is refused.
    await world.mock.api('POST', 'faults', { reply: 'unsigned', partner: name.slice(0, 200) }).catch(() => {});
    if (/^[ -~]*$/.test(name)) {
      // Whoever proves nothing may say anything of itself.
      const headers = { 'Client-Id': name, 'Request-Id': name, Signature: name, 'X-Other': name };
      await world.partner.send('POST', '/token', { grant_type: name }, { headers });
      const journal = await world.mock.api('GET', 'journal?limit=1000');
      paths['an exchange with a stranger'] = `/_mock/ui/exchanges/${journal.at(-1).number}`;
    }
    paths['a filter'] = `/_mock/ui?text=${encodeURIComponent(name.slice(0, 200))}&business=${encodeURIComponent(name.slice(0, 90))}`;
    paths['a search'] = `/_mock/ui/businesses?text=${encodeURIComponent(name.slice(0, 90))}`;
    for (const [place, path] of Object.entries(paths)) {
      for (const query of ['', 'reveal=true']) {
        if (query && !/businesses\/|exchanges\//.test(path)) continue;
        await page.goto(query ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path);
        await assertNotTooWide(page, `${place} (${path})`);
        const foreign = await page.evaluate(() => ({
          scripts: document.querySelectorAll('script:not([src="/_mock/ui/script.js"])').length,
          broken: [...document.images].filter((image) => image.getAttribute('src') === 'x').length,
          drawings: document.querySelectorAll('[onload], [onerror]').length,
          title: document.title.endsWith('doku-mock'),
          frame: document.querySelectorAll('header.top').length + document.querySelectorAll('footer').length,
        }));
        assert.deepEqual(foreign, { scripts: 0, broken: 0, drawings: 0, title: true, frame: 2 }, place);
      }
    }
    await page.goto('/_mock/ui/businesses');
    const shown = page.getByRole('link').filter({ hasText: name.slice(0, 5).trim() }).first();
    assert.ok((await shown.textContent()).startsWith(name.slice(0, 20)), 'it is shown as it is');
    // A name that reads from the right does not turn the rest of its row.
    await page.setViewportSize({ width: 1200, height: 900 });
    const row = page.getByRole('row').filter({ has: shown }).first();
    const places = await row.getByRole('cell').evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().left));
    assert.deepEqual(places, [...places].sort((a, b) => a - b), 'the cells stand in their order');
    await page.goto(paths['a rejected business']);
    await assertAccessible(page, 'a rejected business');
  });
}
