// The report, opened from disk as a reader opens it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { accessibility, dyadsim, launch, open, overflow, root } from "./browser.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "dyadsim-report-"));
const study = path.join(folder, "study.h5");
const report = path.join(folder, "study.html");
const address = pathToFileURL(report).href;
const phone = { width: 360, height: 740 };
let browser;

before(async () => {
  dyadsim("run", path.join(root, "tests/scenarios/report.ron"), "-q", "-o", study);
  dyadsim("report", study, "-q", "-o", report);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The rows of the table below a chart, as texts. */
function rows(page, chart) {
  return page.$$eval(`figure#${chart} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
}

/** A number as the page writes it. */
const number = (text) => Number(text.replace("−", "-").replace(" %", ""));

function near(shown, expected, tolerance, what) {
  assert.ok(Math.abs(shown - expected) <= tolerance, `${what}: the page has ${shown}, the file ${expected}`);
}

describe("the page", () => {
  test("opens without errors, requests or scripts from elsewhere, in light and dark", async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page, problems } = await open(browser, address, { colorScheme });
      assert.equal(await page.title(), "Feedback in a small clinic – simulated");
      assert.deepEqual(await accessibility(page), []);
      assert.deepEqual(problems, []);
      await context.close();
    }
    assert.ok(statSync(report).size < 3e6, `${statSync(report).size} bytes`);
  });

  test("has a sentence, a picture, a table and files for every chart", async () => {
    const { context, page } = await open(browser, address);
    const charts = await page.$$eval("figure", (figures) =>
      figures.map((figure) => ({
        id: figure.id,
        sentence: figure.querySelector(".says").textContent.trim(),
        pictures: figure.querySelectorAll("svg[role=img]").length,
        mark: [...figure.querySelectorAll("svg")].every((svg) => svg.textContent.includes("Simulated, not evidence")),
        rows: figure.querySelectorAll("tbody tr").length,
        buttons: [...figure.querySelectorAll("button:not([hidden])")].map((button) => button.textContent),
        seen: figure.querySelector(".wide svg").getBoundingClientRect().height > 50,
      })),
    );
    assert.ok(charts.length >= 18, `only ${charts.length} charts`);
    for (const chart of charts) {
      assert.match(chart.sentence, /[.]$/, chart.id);
      assert.deepEqual([chart.pictures, chart.mark, chart.buttons, chart.seen], [2, true, ["SVG", "PNG"], true], chart.id);
      assert.ok(chart.rows > 0, chart.id);
    }
    const ids = await page.$$eval("[id]", (all) => all.map((one) => one.id));
    assert.equal(new Set(ids).size, ids.length, "an id is there twice");
    await context.close();
  });

  test("is read out as one picture per chart, not label by label", async () => {
    const { context, page } = await open(browser, address);
    const heard = await page.locator("figure#survival .wide").ariaSnapshot();
    assert.match(heard, /^- img "Still in treatment/);
    assert.doesNotMatch(heard, /At risk, clients of|40 %/);
    await context.close();
  });

  test("fits a phone, with letters large enough to read", async () => {
    const { context, page, problems } = await open(browser, address, { viewport: phone });
    assert.deepEqual(await overflow(page), []);
    const sizes = await page.$$eval(".narrow svg text", (texts) =>
      texts.map((text) => {
        const svg = text.ownerSVGElement;
        return (parseFloat(getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width;
      }),
    );
    assert.ok(sizes.length > 100 && Math.min(...sizes) >= 11, `smallest letters: ${Math.min(...sizes)} px`);
    assert.deepEqual(await accessibility(page), []);
    assert.deepEqual(problems, []);
    await context.close();
  });

  test("keeps its words inside its pictures", async () => {
    for (const [viewport, layout] of [[{ width: 1280, height: 900 }, "wide"], [phone, "narrow"]]) {
      const { context, page } = await open(browser, address, { viewport });
      const outside = await page.$$eval(`.${layout} svg`, (pictures) =>
        pictures.flatMap((svg) => {
          const room = svg.getBoundingClientRect();
          const sticks = (text) => {
            const box = text.getBoundingClientRect();
            return box.left < room.left - 2 || box.right > room.right + 2 || box.bottom > room.bottom + 2;
          };
          return [...svg.querySelectorAll("text")].filter(sticks).map((text) => `${svg.closest("figure").id}: ${text.textContent.trim()}`);
        }),
      );
      assert.deepEqual(outside, [], layout);
      await context.close();
    }
  });

  test("is complete without scripts", async () => {
    const { context, page } = await open(browser, address, { javaScriptEnabled: false });
    assert.equal(await page.locator("figure .wide svg").first().isVisible(), true);
    assert.equal(await page.locator("figure button").first().isVisible(), false);
    await page.locator("figure#survival summary").click();
    assert.equal(await page.locator("figure#survival table").isVisible(), true);
    await context.close();
  });

  test("can be used with the keyboard alone", async () => {
    const { context, page } = await open(browser, address);
    await page.locator("figure#survival summary").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("figure#survival table").isVisible(), true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.save), "svg");
    await context.close();
  });

  test("prints on A4", async () => {
    const { context, page } = await open(browser, address);
    const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
    assert.ok(pages >= 6 && pages <= 60, `${pages} pages`);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("figure button").first().isVisible(), false);
    assert.equal(await page.locator("figure .wide svg").first().isVisible(), true);
    await context.close();
  });
});

describe("a chart as a file", () => {
  async function saved(page, kind) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`figure#survival button[data-save=${kind}]`).click()]);
    assert.equal(download.suggestedFilename(), `survival.${kind}`);
    return readFileSync(await download.path());
  }

  test("SVG stands alone, in light colours, with the mark", async () => {
    const { context, page, problems } = await open(browser, address, { colorScheme: "dark" });
    const svg = (await saved(page, "svg")).toString();
    for (const part of ['xmlns="http://www.w3.org/2000/svg"', "Simulated, not evidence", ".fig .ink", 'width="720"']) {
      assert.ok(svg.includes(part), `no ${part}`);
    }
    assert.ok(!svg.includes("prefers-color-scheme"));
    assert.deepEqual(problems, []);
    await context.close();
  });

  test("PNG has twice the size and is not empty", async () => {
    const { context, page, problems } = await open(browser, address);
    const png = await saved(page, "png");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.equal(png.readUInt32BE(16), 1440);
    assert.ok(png.length > 10000, `${png.length} bytes`);
    assert.deepEqual(problems, []);
    await context.close();
  });
});

describe("the numbers", () => {
  test("of the headline are those of the file", async () => {
    const { cells } = JSON.parse(dyadsim("show", study, "--json"));
    const meaning = Object.fromEntries(JSON.parse(dyadsim("show", study, "--json")).measures.map(({ name, meaning }) => [name, meaning]));
    const { context, page } = await open(browser, address);
    const table = await page.$$eval("#chapter-headline table", (tables) =>
      [...tables[0].tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
    );
    for (const name of ["final_score", "recovered", "dropout", "sessions"]) {
      const row = table.find(([label]) => label.toLowerCase() === meaning[name].toLowerCase());
      assert.ok(row, `no row ${meaning[name]}`);
      cells[0].arms.forEach((arm, at) => {
        const [value, mcse] = row[1 + at].split(" ± ").map(number);
        near(value, arm.measures[name].value, 0.051 * Math.max(arm.measures[name].mcse, 1e-6) + 5e-6, `${name} in ${arm.name}`);
        near(mcse, arm.measures[name].mcse, 0.051 * arm.measures[name].mcse + 5e-6, `error of ${name} in ${arm.name}`);
      });
      const { differences } = cells[0].arms[1].contrast;
      near(number(row[3].split(" ± ")[0]), differences[name].value, 0.051 * differences[name].mcse + 5e-6, `difference in ${name}`);
    }
    await context.close();
  });

  test("of the charts are those of the rows, worked out with pandas", async () => {
    const python = process.env.DYADSIM_PYTHON ?? "python3";
    const rowsOf = JSON.parse(execFileSync(python, [path.join(root, "tests/browser/study_numbers.py"), study], { encoding: "utf8" }));
    const arms = ["usual care", "feedback"];
    const { context, page } = await open(browser, address);

    const lines = await rows(page, "trajectories");
    assert.ok(lines.length > 20);
    for (const [line, session, mean] of lines) {
      const [name, there] = line.split(", ");
      const from = rowsOf[there ? "there" : "everybody"][arms.indexOf(name) + 1];
      near(number(mean), from[session], 0.0051, `${line}, session ${session}`);
    }

    for (const [name, session, share] of await rows(page, "survival")) {
      near(number(share) / 100, rowsOf.still_there[arms.indexOf(name) + 1][session], 0.00051, `${name}, session ${session}`);
    }

    for (const arm of [1, 2]) {
      for (const [outcome, clients] of await rows(page, `jacobson-${arm}`)) {
        assert.equal(Number(clients), rowsOf.classes[arm][outcome] ?? 0, `${outcome} in arm ${arm}`);
      }
    }

    const sentence = await page.textContent("figure#effects-2 .says");
    near(number(sentence.match(/mean difference is (−?[\d.]+)/)[1]), rowsOf.effect[2], 0.0051, "mean effect");
    await context.close();
  });
});
