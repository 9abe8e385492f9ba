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

self.onmessage = async ({ data: { first, step, end } }: MessageEvent<Share>) => {
  for (let seed = first; seed < end; seed += step) {
    const told: Told = { result: await simulate(seed) };
    self.postMessage(told);
  }
  self.postMessage("done");
};
// What came before SQLite was loaded would be lost.
self.postMessage("ready");
