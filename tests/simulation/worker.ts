/// <reference lib="deno.worker" />
/** Runs its share of the schedules, one after another. */
import { type RunResult, simulate } from "./simulate.ts";

/** Seeds from `first` on, below `end`, every `step`th. */
export interface Share {
  readonly first: number;
  readonly step: number;
  readonly end: number;
}

/** How a schedule came out. */
export interface Told {
  readonly result: RunResult;
}

let seed = NaN;

self.onmessage = async ({ data: { first, step, end } }: MessageEvent<Share>) => {
  for (seed = first; seed < end; seed += step) {
    const told: Told = { result: await simulate(seed) };
    self.postMessage(told);
  }
  self.postMessage("done");
};
// What came before SQLite was loaded would be lost.
self.postMessage("ready");

// A mistake of the simulator's own ends everything, and says where.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  throw new Error(`seed ${seed}: ${event.reason instanceof Error ? event.reason.stack : event.reason}`);
});
