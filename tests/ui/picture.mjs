// Pictures for the documents, taken in passing by the stories when they are asked for.

import { join } from 'node:path';

const directory = process.env.DOKU_UI_PICTURES;

/** So that two runs give the same pictures; any free ones where no pictures are taken. */
export const FIXED_PORTS = directory ? { mock: 8480, receiver: 8099 } : null;

/** Takes a picture of the page's upper part, if pictures are asked for. */
export async function picture(page, name, height) {
  if (!directory) return;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 1200, height });
  await page.evaluate(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
  await page.screenshot({ path: join(directory, `${name}.png`), animations: 'disabled' });
  await page.setViewportSize(before);
}
