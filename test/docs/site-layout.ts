/** What a reader with a window of 1280 pixels would stumble over, found by laying the pages out in Chromium. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { layoutProbe, menuIsFilled } from './layout-probe.mjs';

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Null where there is none. */
export const chromiumPath = existsSync(executable) ? executable : null;

/** The faults of the pages that are written by hand, as `page: fault`; those of the reference are all of one form. */
export async function layoutFaults(site: string): Promise<string[]> {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?!classes|functions|interfaces|types|variables).*\.html$/.test(name),
  );
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const faults: string[] = [];
    for (const name of pages) {
      await page.goto(pathToFileURL(path.join(site, name)).href);
      // typedoc's script fills the menu.
      await page.waitForFunction(menuIsFilled);
      for (const fault of await page.evaluate(layoutProbe)) faults.push(`${name}: ${fault}`);
    }
    return faults;
  } finally {
    await browser.close();
  }
}
