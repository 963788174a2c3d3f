// The explorer in Chromium: every lesson, by keyboard, in light and dark, on a phone, with links, files, and a run that is cancelled.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { accessibility, launch, open, overflow } from "./browser.mjs";
import { serve } from "./explorer.mjs";

let browser;
let server;
let lessons;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
  const { context, page } = await open(browser, server.address);
  lessons = await page.locator("#lesson option").evaluateAll((options) => options.map((option) => option.value));
  await context.close();
});

after(async () => {
  await browser?.close();
  server?.stop();
});

/** Waits until the page has shown one more answer than `before`. */
async function answered(page, before) {
  await page.waitForFunction((n) => Number(document.body.dataset.pictures ?? 0) > n, before, { timeout: 30000 });
}

const pictures = (page) => page.evaluate(() => Number(document.body.dataset.pictures ?? 0));

/** Opens a lesson and waits for its first answer. */
async function lesson(id, options = {}, rest = "") {
  const opened = await open(browser, `${server.address}#lesson=${id}${rest}`, options);
  await answered(opened.page, 0);
  return opened;
}

/** Guesses and asks for the picture, by keyboard. */
async function guess(page) {
  const before = await pictures(page);
  if (await page.locator("#guess-number").isVisible()) {
    await page.locator("#guess-slider").press("ArrowRight");
    await page.locator("#show").press("Enter");
  } else {
    await page.locator("#answers input").first().press(" ");
    await page.locator("#show").press("Enter");
  }
  await answered(page, before);
}

async function moved(page, slider, key) {
  const before = await pictures(page);
  await slider.press(key);
  await answered(page, before);
  return { sentence: await page.locator("#sentence").textContent(), picture: await page.locator("#picture svg").innerHTML() };
}

async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(button).press("Enter")]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

describe("every lesson", () => {
  test("there are about a dozen, and one for a scenario of one's own", () => {
    assert.ok(lessons.length >= 12 && lessons.at(-1) === "own", lessons.join(", "));
  });

  test("guess, picture, sliders, truth, downloads, link", async (t) => {
    for (const id of lessons) {
      await t.test(id, async () => {
        const { context, page, problems } = await lesson(id);
        assert.equal(await page.locator("#picture svg").count(), 0, "the picture waits for the guess");
        assert.ok((await page.locator("h1").textContent()).endsWith("?"), "the title is a question");
        await guess(page);
        assert.match(await page.locator("#verdict").textContent(), /^You said .+/);
        const first = await page.locator("#sentence").textContent();
        assert.match(first, /\d/);
        assert.match(await page.locator("#picture svg").textContent(), /Simulated, not evidence/);
        assert.ok((await page.locator("#table tbody tr").count()) > 0, "the table has rows");

        const sliders = page.locator("#sliders input");
        const count = await sliders.count();
        assert.ok(count >= 1 && count <= 6, `${count} sliders`);
        for (let i = 0; i < count; i += 1) {
          const slider = sliders.nth(i);
          const before = { sentence: await page.locator("#sentence").textContent(), picture: await page.locator("#picture svg").innerHTML() };
          const told = await slider.getAttribute("aria-valuetext");
          const key = (await slider.inputValue()) === (await slider.getAttribute("max")) ? "ArrowLeft" : "ArrowRight";
          // One step may be too small to show in a rounded number; the ends of the slider are not.
          let after = await moved(page, slider, key);
          assert.notEqual(await slider.getAttribute("aria-valuetext"), told);
          for (const [end, there] of [["End", await slider.getAttribute("max")], ["Home", "0"]]) {
            if (after.sentence === before.sentence && (await slider.inputValue()) !== there) after = await moved(page, slider, end);
          }
          const name = await slider.getAttribute("data-key");
          assert.notEqual(after.sentence, before.sentence, `${name}: the sentence stays the same`);
          const reset = await pictures(page);
          await page.locator("#reset").press("Enter");
          await answered(page, reset);
        }
        assert.equal(await page.locator("#sentence").textContent(), first, "Reset brings back the first picture");

        const before = await pictures(page);
        await page.locator("#reveal").press("Enter");
        await answered(page, before);
        assert.match(await page.locator("#truth").textContent(), /\d/);

        const svg = await downloaded(page, "#svg");
        assert.equal(svg.name, `dyadsim-${id}.svg`);
        assert.match(svg.content.toString(), /^<svg[^>]*viewBox[\s\S]*Simulated, not evidence/);
        const png = await downloaded(page, "#png");
        assert.deepEqual([...png.content.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
        assert.ok(png.content.length > 5000, `${png.content.length} bytes`);
        await page.locator("#scenario > summary").press("Enter");
        const ron = await downloaded(page, "#save");
        assert.equal(ron.content.toString(), await page.locator("#ron").textContent());

        const state = async () => [await page.locator("#sentence").textContent(), await page.locator("#truth").textContent(), await page.locator("#verdict").textContent()];
        const slider = sliders.first();
        await moved(page, slider, (await slider.inputValue()) === "0" ? "End" : "Home");
        const here = await state();
        await page.reload();
        await answered(page, 0);
        assert.deepEqual(await state(), here, "the link brings back the same state");
        assert.deepEqual(problems, []);
        await context.close();
      });
    }
  });

  test("nothing sticks out on a phone, and axe finds nothing in light and dark", async (t) => {
    for (const id of lessons) {
      await t.test(id, async () => {
        for (const [colorScheme, width] of [["light", 1280], ["dark", 360]]) {
          const { context, page, problems } = await lesson(id, { colorScheme, viewport: { width, height: 800 }, reducedMotion: "reduce" });
          await guess(page);
          const before = await pictures(page);
          await page.locator("#reveal").press("Enter");
          await answered(page, before);
          for (const details of await page.locator("#numbers > summary, #notes > summary, #scenario > summary").all()) await details.press("Enter");
          assert.deepEqual(await overflow(page), [], `${id} at ${width} px`);
          assert.deepEqual(await accessibility(page), [], `${id}, ${colorScheme}`);
          assert.deepEqual(problems, []);
          if (width === 360) {
            const [picture, sliders] = await Promise.all(["#picture", "#sliders"].map((part) => page.locator(part).boundingBox()));
            assert.ok(picture.y < sliders.y, "the picture comes first");
          }
          await context.close();
        }
      });
    }
  });
});

test("the same clinic comes back with its seed, and a new one is another", async () => {
  const { context, page, problems } = await lesson("therapists", {}, "&guess=3&shown=1");
  const first = await page.locator("#picture svg").innerHTML();
  const before = await pictures(page);
  await page.locator("#random").press("Enter");
  await answered(page, before);
  assert.notEqual(await page.locator("#picture svg").innerHTML(), first);
  assert.match(page.url(), /seed=\d+/);
  assert.match(await page.locator("#ron").textContent(), /seed: \d+/);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a link that makes no sense gives a message and a lesson that works", async () => {
  for (const [rest, message] of [
    ["#lesson=therapits", /no lesson called “therapits”/],
    ["#lesson=therapists&clinics.therapists=7", /the slider goes from 10 to 60/],
    ["#lesson=therapists&clinics.therapsts=20", /did you mean clinics.therapists\?/],
    ["#lesson=therapists&clinics.therapists=many", /“many” is not a number/],
    ["#lesson=own&text=(titel:1)", /scenario.ron/],
    ["#lesson=therapists&shown=1&guess=-4", /no such answer/],
    ["#%E0%A4%A", /is not a number/],
  ]) {
    const { context, page, problems } = await open(browser, `${server.address}${rest}`);
    await answered(page, 0);
    assert.match(await page.locator("#problem").textContent(), message, rest);
    await guess(page);
    assert.equal(await page.locator("#picture svg").count(), 1, rest);
    assert.deepEqual(problems, [], rest);
    await context.close();
  }
});

test("a scenario of one's own is checked, shown and has sliders", async () => {
  const { context, page, problems } = await lesson("own");
  await page.locator("#scenario > summary").press("Enter");
  const file = (text) => page.locator("#load").setInputFiles({ name: "my.ron", mimeType: "text/plain", buffer: Buffer.from(text) });
  await file('(title: "x", clinics: (therapsts: 4))');
  await page.waitForFunction(() => !document.getElementById("message").hidden);
  assert.match(await page.locator("#problem").textContent(), /therapsts[\s\S]*did you mean/);
  await page.locator("#dismiss").press("Enter");
  const before = await pictures(page);
  await file('(title: "Mine", question: "Are four enough?", seed: 2, replicates: 3, clinics: (therapists: 4, clients_per_therapist: 12), arms: [(name: "a"), (name: "<b>", set: {"rupture.onset.mean": 0.5})])');
  await answered(page, before);
  assert.equal(await page.locator("h1").textContent(), "Are four enough?");
  assert.equal(await page.locator("#sliders input").count(), 2);
  await guess(page);
  assert.match(await page.locator("#sentence").textContent(), /<b> \d/);
  const sentence = await page.locator("#sentence").textContent();
  await page.reload();
  await answered(page, 0);
  assert.equal(await page.locator("#sentence").textContent(), sentence, "the link holds the scenario");
  await page.locator("#scenario > summary").press("Enter");
  await file('(replicates: 100000000)');
  await page.waitForFunction(() => !document.getElementById("message").hidden);
  assert.match(await page.locator("#problem").textContent(), /explorer simulates up to/);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a long run tells how far it is, can be cancelled, and is stopped by the next one", async () => {
  const { context, page, problems } = await lesson("own");
  const long = '(title: "Long", question: "How long?", replicates: 180, clinics: (count: 2, therapists: 20, clients_per_therapist: 25), endings: (session_cap: 60, planned: 0.0, administrative: 0.0, dropout: -9.0), estimators: [(name: "m", on: Sessions, method: Mixed(formula: "symptoms ~ session + (1 + session | client) + (1 | therapist)"))])';
  await page.locator("#scenario > summary").press("Enter");
  await page.locator("#edit > summary").press("Enter");
  await page.locator("#text").fill(long);
  await page.locator("#use").press("Enter");
  await page.waitForFunction(() => !document.getElementById("work").hidden);
  await page.locator("#cancel").press("Enter");
  await page.waitForFunction(() => document.getElementById("effort").textContent === "Cancelled.");
  assert.ok(await page.locator("#work").isHidden());
  // Another lesson is not kept waiting by a run that nobody wants any more.
  await page.locator("#random").press("Enter");
  await page.waitForFunction(() => !document.getElementById("work").hidden);
  const before = await pictures(page);
  await page.locator("#next").press("Enter");
  await answered(page, before);
  assert.equal(await page.locator("#lesson").inputValue(), lessons[0]);
  assert.deepEqual(problems, []);
  await context.close();
});

test("large type makes letters larger", async () => {
  const { context, page, problems } = await lesson("therapists", {}, "&guess=3&shown=1");
  const size = () => page.locator("#sentence").evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  const small = await size();
  const before = await pictures(page);
  await page.locator("#big").press("Enter");
  await answered(page, before);
  assert.ok((await size()) >= 1.4 * small);
  assert.equal(await page.locator("#big").getAttribute("aria-pressed"), "true");
  assert.deepEqual(await overflow(page), []);
  assert.deepEqual(problems, []);
  await context.close();
});
