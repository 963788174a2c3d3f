// Chromium for the tests of pages: what is opened, what goes wrong on it, what a reader with a screen reader or a phone meets.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The program under test: named in DYADSIM, else the one that cargo built last. */
export function program() {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
  const found = [process.env.DYADSIM, ...["debug", "release"].map((profile) => path.join(target, profile, "dyadsim"))].find(
    (file) => file && existsSync(file),
  );
  assert.ok(found, "there is no dyadsim to test: run `cargo build`, or name the program in DYADSIM");
  return found;
}

/** Runs the program and gives its standard output; its messages are shown when it fails. */
export function dyadsim(...args) {
  return execFileSync(program(), args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
}

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts Chromium: the one named in CHROMIUM, else the system's. */
export async function launch() {
  const executablePath = [process.env.CHROMIUM, ...browsers].find((file) => file && existsSync(file));
  assert.ok(executablePath, "there is no Chromium: install it, or name it in CHROMIUM");
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens an address in a context of its own. `problems` fills with console errors, exceptions, refused resources, and
 * requests to anywhere but `address` itself (its origin, for http). `options` are those of Playwright's `newContext`.
 */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const problems = [];
  const { origin, protocol } = new URL(address);
  const own = (url) => url.startsWith("data:") || url.startsWith("blob:") || (protocol === "file:" ? url.split("#")[0] === address.split("#")[0] : new URL(url).origin === origin);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
  page.on("request", (request) => own(request.url()) || problems.push(`foreign request: ${request.url()}`));
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()} (${request.failure()?.errorText})`));
  await page.goto(address);
  return { context, page, problems };
}

/** What axe finds on the page, as texts; `rules` as in axe's own options. */
export async function accessibility(page, rules = {}) {
  // Through the debugger: the page's own policy forbids scripts that it does not name.
  const debug = await page.context().newCDPSession(page);
  await debug.send("Runtime.evaluate", { expression: axe.source });
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { rules }), rules);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html.slice(0, 200)}\n  ${node.failureSummary}`).join("\n")}`);
}

/** How many pixels the page is wider than the window, and what sticks out. */
export async function overflow(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide <= 0) return [];
    const scrolls = (element) => element && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    const out = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !scrolls(element.parentElement),
    );
    return [`${wide} px too wide`, ...out.slice(0, 10).map((element) => element.outerHTML.slice(0, 160))];
  });
}
