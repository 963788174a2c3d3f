// Starts `dyadsim explore` for tests, screenshots and the bench.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { program } from "./browser.mjs";

/** Starts the explorer on a free port. */
export async function serve(...args) {
  const child = spawn(program(), ["explore", "--no-open", ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const [address] = await Promise.race([
    createInterface({ input: child.stdout })[Symbol.asyncIterator]().next().then(({ value }) => [value]),
    new Promise((_, reject) => child.once("exit", (code) => reject(new Error(`dyadsim explore ended with code ${code}`)))),
  ]);
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  return { address, stop: () => child.kill("SIGINT") };
}
