// How long a moved slider takes until the new picture is on the screen, lesson by lesson: median and 95th percentile.
//
//     DYADSIM=target/release/dyadsim node tests/browser/explorer_bench.mjs [moves per lesson, 40 without it]

import { launch, open } from "./browser.mjs";
import { serve } from "./explorer.mjs";

const moves = Number(process.argv[2] ?? 40);
const [browser, server] = await Promise.all([launch(), serve()]);
const { page } = await open(browser, server.address);
await page.waitForFunction(() => document.body.dataset.pictures);
const ids = await page.locator("#lesson option").evaluateAll((options) => options.map((option) => option.value));
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
const all = [];
console.log("lesson          median ms   p95 ms");
for (const id of ids) {
  const guess = await page.evaluate((id) => JSON.parse(document.getElementById("data").textContent).lessons.find((one) => one.id === id)?.guess.values[0] ?? 0, id);
  await page.goto(`${server.address}#lesson=${id}&shown=1&guess=${guess}`);
  await page.reload();
  await page.waitForSelector("#picture svg");
  // From the event of the slider to the frame after the one in which the picture was changed.
  const times = await page.evaluate(async (moves) => {
    const sliders = [...document.querySelectorAll("#sliders input")];
    const out = [];
    for (let i = 0; i < moves; i += 1) {
      const slider = sliders[i % sliders.length];
      const start = Number(slider.value);
      slider.value = start + (start < Number(slider.max) && Math.floor(i / sliders.length) % 2 === 0 ? 1 : -1);
      const before = document.body.dataset.pictures;
      const began = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((done) => {
        const watch = new MutationObserver(() => {
          if (document.body.dataset.pictures === before) return;
          watch.disconnect();
          requestAnimationFrame(() => setTimeout(done));
        });
        watch.observe(document.body, { attributes: true, attributeFilter: ["data-pictures"] });
      });
      out.push(performance.now() - began);
    }
    return out;
  }, moves);
  times.sort((a, b) => a - b);
  all.push(...times);
  console.log(`${id.padEnd(15)} ${quantile(times, 0.5).toFixed(0).padStart(9)} ${quantile(times, 0.95).toFixed(0).padStart(8)}`);
}
all.sort((a, b) => a - b);
console.log(`${"all".padEnd(15)} ${quantile(all, 0.5).toFixed(0).padStart(9)} ${quantile(all, 0.95).toFixed(0).padStart(8)}`);
await browser.close();
server.stop();
