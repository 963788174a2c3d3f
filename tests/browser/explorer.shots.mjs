// Pictures of the explorer for the README: node explorer.shots.mjs FOLDER

import path from "node:path";
import { launch, open } from "./browser.mjs";
import { serve } from "./explorer.mjs";

const [, , to] = process.argv;
const [browser, server] = await Promise.all([launch(), serve()]);

/** One lesson as a link opens it. */
async function shot(name, link, options) {
  const { context, page } = await open(browser, `${server.address}#${link}`, options);
  await page.waitForSelector("#picture svg");
  // The time that a run took differs from run to run.
  await page.locator("#effort").evaluate((element) => element.replaceChildren());
  await page.screenshot({ path: path.join(to, `explorer-${name}.png`) });
  await context.close();
}

await shot("therapists", "lesson=therapists&guess=10&shown=1&truth=1", { viewport: { width: 1180, height: 1180 } });
await shot("twin", "lesson=twin&guess=0&shown=1&truth=1", { viewport: { width: 1180, height: 900 } });
await browser.close();
server.stop();
