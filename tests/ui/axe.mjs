// axe-core on a page: nothing serious or critical may be found.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const tools = process.env.DOKU_UI_TOOLS ?? fileURLToPath(new URL('../../target/ui-tools/', import.meta.url));
const { source } = createRequire(`${tools}/`)('axe-core');

/** Fails with rule, place and reason of each violation that is serious or critical; of some rules if they are named. */
export async function assertAccessible(page, what, rules) {
  // By the debugger, as the page's policy lets no script in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const told = grave.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id} at ${target.join(' ')}: ${failureSummary}`),
  );
  assert.deepEqual(told, [], `what axe finds on ${what}`);
}
