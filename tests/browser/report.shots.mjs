// Pictures of the report for the README: node report.shots.mjs FOLDER

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { dyadsim, launch, open, root } from "./browser.mjs";

const [, , to] = process.argv;
const folder = mkdtempSync(path.join(tmpdir(), "dyadsim-shots-"));
const study = path.join(folder, "feedback.h5");
const report = path.join(folder, "feedback.html");
dyadsim("run", path.join(root, "scenarios/feedback.ron"), "-q", "--replicates", "100", "--set", "output.sessions=Share(0.1)", "-o", study);
dyadsim("report", study, "-q", "-o", report);
const browser = await launch();
const { page } = await open(browser, pathToFileURL(report).href, { viewport: { width: 820, height: 900 } });
for (const [chart, name] of [["trajectories"], ["survival"], ["jacobson-1", "jacobson"], ["storyboard-1", "storyboard"]]) {
  await page.locator(`figure#${chart}`).screenshot({ path: path.join(to, `report-${name ?? chart}.png`) });
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
