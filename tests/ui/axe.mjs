// axe-core on a page: nothing serious or critical may be found.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const tools = process.env.DOKU_UI_TOOLS ?? fileURLToPath(new URL('../../target/ui-tools/', import.meta.url));
const { source } = createRequire(`${tools}/`)('axe-core');

/** Fails with rule, place and reason of each violation that is serious or critical. */
export async function assertAccessible(page, what) {
  // By the debugger, as the page's policy lets no script in.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const told = grave.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id} at ${target.join(' ')}: ${failureSummary}`),
  );
  assert.deepEqual(told, [], `what axe finds on ${what}`);
}
