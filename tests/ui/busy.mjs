// A mock with something of everything, and the pages that show it.

import assert from 'node:assert/strict';

import { until } from './browser.mjs';

/**
 * Fills a mock by a partner; the paths of its pages, each under the name of what it is. Registrations are changed by
 * `change`, and whoever decides gives `note` as the reason.
 */
export async function makeBusy({ mock, partner, receiver }, { change, note = 'Goods that may not be sold' } = {}) {
  const active = await partner.register(receiver.url, { outcome: 'approve', change });
  const open = await partner.register(receiver.url, { outcome: 'pending', change });
  await mock.api('POST', `businesses/${open.id}/decide`, { outcome: 'reject.BUSINESS_BANK', reject_notes: [note, note, note] });
  await until(() => receiver.of('BUSINESS_BANK', 'REJECTED').length > 0, 'the rejection is told');
  await mock.api('POST', `businesses/${active.id}/decide`, { outcome: 'suspend', reject_notes: [note] });
  const invited = await partner.invite();
  receiver.refuses = 503;
  const refusing = await partner.register(receiver.url, { outcome: 'reject.BUSINESS_DOCUMENT', change });
  await until(() => receiver.of('BUSINESS_DOCUMENT', 'REJECTED').length > 0, 'the receiver refuses');
  receiver.refuses = null;
  const wrong = await partner.send('GET', '/file', undefined, {
    query: '?businessType=PERSONAL',
    change: (signed) => ({ ...signed, target: `${signed.target}?businessType=PERSONAL` }),
  });
  assert.ok(wrong.status >= 400);
  await partner.send('POST', '/business', { business: { name: '' } });
  await mock.api('POST', 'faults', { fault: 'status=503;retry-after=5s;operation=check-requirements;probability=0.1' });
  await mock.api('POST', 'faults', { fault: 'callback.delay=30m;type=BRAND;times=1' });

  const journal = await mock.api('GET', 'journal?limit=1000');
  const exchange = (of) => `/_mock/ui/exchanges/${journal.find(of).number}`;
  return {
    'the timeline': '/_mock/ui',
    'a timeline without rows': '/_mock/ui?text=nothing+of+that',
    'an upload': exchange(({ operation }) => operation === 'Upload File'),
    'a registration': exchange(({ operation }) => operation === 'Business Registration'),
    'a wrong signature': exchange(({ verdict }) => verdict === 'not_authenticated'),
    'a refusal': exchange(({ verdict }) => verdict === 'refused'),
    'a callback': exchange(({ direction }) => direction === 'sent'),
    'the businesses': '/_mock/ui/businesses',
    'a suspended business': `/_mock/ui/businesses/${active.id}`,
    'a rejected business': `/_mock/ui/businesses/${open.id}`,
    'a business revealed': `/_mock/ui/businesses/${open.id}?reveal=true`,
    'an invited business': `/_mock/ui/businesses/${invited.id}`,
    'a business that nobody hears of': `/_mock/ui/businesses/${refusing.id}`,
    'the time': '/_mock/ui/time',
    'the faults': '/_mock/ui/faults',
    'the assumptions': '/_mock/ui/assumptions',
    'what can be tried': '/_mock/ui/try',
    'a registration to try': '/_mock/ui/try/business-registration',
    'an upload to try': '/_mock/ui/try/upload-file',
    'a question to try': '/_mock/ui/try/get-business-data',
    'a page that is not there': '/_mock/ui/exchanges/999999',
  };
}
