// Reads the wall clock, and waits, in the ways that Node has. What it prints, and when, is told in
// ../preload/story.rs.

import { createInterface } from "node:readline";
import { setTimeout as later } from "node:timers/promises";
import { Worker } from "node:worker_threads";

const SOON = 300;

function readings() {
  console.log(`reading ${(Date.now() / 1000).toFixed(3)} Date.now`);
  console.log(`reading ${(new Date().getTime() / 1000).toFixed(3)} new Date`);
  console.log(`steady ${(performance.now() / 1000).toFixed(3)} performance.now`);
  console.log(`steady ${(Number(process.hrtime.bigint()) / 1e9).toFixed(6)} process.hrtime`);
}

// It holds up its whole thread, so that it has one of its own.
const blocked = `
  const { parentPort } = require("node:worker_threads");
  const word = new Int32Array(new SharedArrayBuffer(4));
  const begun = performance.now();
  const over = Atomics.wait(word, 0, 0, ${SOON}) === "timed-out";
  parentPort.postMessage({ over, took: performance.now() - begun });`;

const WAITS = {
  setTimeout: () => new Promise((resolve) => setTimeout(() => resolve(true), SOON)),
  "timers/promises": () => later(SOON).then(() => true),
  "AbortSignal.timeout": () =>
    new Promise((resolve) => AbortSignal.timeout(SOON).addEventListener("abort", () => resolve(true))),
};

async function run(name, wait) {
  const begun = performance.now();
  const over = await wait();
  // Timers count in whole milliseconds, begun before ours.
  const took = Math.round(performance.now() - begun);
  console.log(over ? `wait ${took} ${name}` : `wrong ${name}`);
}

function atomics() {
  const worker = new Worker(blocked, { eval: true });
  return new Promise((resolve) =>
    worker.on("message", ({ over, took }) => {
      console.log(over ? `wait ${Math.round(took)} Atomics.wait` : "wrong Atomics.wait");
      resolve();
    }),
  );
}

readings();
const all = Object.entries(WAITS).map(([name, wait]) => run(`${name}, early`, wait));
const input = createInterface({ input: process.stdin });
console.log("ready");
await new Promise((resolve) => input.once("line", resolve));
input.close();
readings();
all.push(...Object.entries(WAITS).map(([name, wait]) => run(name, wait)), atomics());
// Signals that only time out keep no process alive.
const alive = setInterval(() => {}, 1000);
await Promise.all(all);
clearInterval(alive);
console.log("done");
