/**
 * Runs the real engine and the real journal through power cuts, failing disks, bad networks and crashes, all of them made
 * of a seed: `deno task simulate [--seed N] [--cycles M] [--workers W]`. Each seed is a schedule of its own, the first one
 * N; there are M of them. Whatever is found is printed with its seed; `--seed N --cycles 1 --trace` then tells that run
 * step by step. The last line has a checksum of all that happened: the same seeds give the same. The exit code is 1
 * where anything was found.
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";
import type { Share, Told } from "./worker.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    cycles: { type: "string", default: "1000" },
    workers: { type: "string", default: String(navigator.hardwareConcurrency) },
    trace: { type: "boolean", default: false },
  },
});
const [seed, cycles, wanted] = [values.seed, values.cycles, values.workers].map(Number);
if (![seed, cycles, wanted].every((each) => Number.isSafeInteger(each) && each >= 0) || wanted === 0) {
  throw new Error("--seed, --cycles and --workers need whole numbers");
}
const workers = values.trace ? 1 : Math.min(wanted, Math.max(cycles, 1));
const startedMs = performance.now();
const total = { runs: 0, found: 0, messages: 0, lives: 0, moments: 0, checksum: 0 };

function note({ result }: Told): void {
  total.runs++;
  total.messages += result.messages;
  total.lives += result.lives;
  total.moments += result.moments;
  total.checksum = (total.checksum ^ Number.parseInt(result.checksum, 16)) >>> 0;
  if (result.violations.length > 0) {
    total.found++;
    console.log(`FOUND seed ${result.seed}:\n  ${result.violations.join("\n  ")}`);
    console.log(`  again: deno task simulate --seed ${result.seed} --cycles 1 --trace`);
  }
  if (total.runs % 1_000 === 0) console.log(summary());
}

function summary(): string {
  const { runs, found, messages, lives, moments, checksum } = total;
  const minutes = (performance.now() - startedMs) / 60_000;
  const sum = checksum.toString(16).padStart(8, "0");
  return `${runs} schedules from seed ${seed}, ${
    Math.round(runs / minutes)
  } a minute: ${messages} messages, ` +
    `${lives} lives, ${moments} moments; ${found} found; checksum ${sum}`;
}

function runShare(share: Share): Promise<void> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Told | "ready" | "done">) => {
      if (data === "ready") return worker.postMessage(share);
      if (data !== "done") return note(data);
      worker.terminate();
      resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(event.error ?? new Error(event.message));
    };
  });
}

if (values.trace) {
  for (let at = 0; at < cycles; at++) note({ result: await simulate(seed + at, { say: console.log }) });
} else {
  await Promise.all(
    Array.from(
      { length: workers },
      (_, at) => runShare({ first: seed + at, step: workers, end: seed + cycles }),
    ),
  );
}
console.log(summary());
Deno.exitCode = total.found > 0 ? 1 : 0;
