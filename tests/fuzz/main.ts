/**
 * Feeds every parser of the project with what nobody meant to send: `deno task fuzz [--seconds N] [--seed N] [--target
 * NAME]`. Seconds are those of all targets together, 60 where left out. An input is made from its seed and its number
 * alone, so that a run can be repeated. Findings are written to `data/fuzz/`, as small as they could be made; the exit
 * code is 1 where there are any.
 *
 * What holds: nothing but a declared error is thrown; what is read keeps the laws of its target; no input takes longer
 * than {@linkcode SILENT_MS_MAX} or more than {@linkcode HEAP_MB_MAX} on the way; and what an input of 250 kB and more
 * leaves behind is at most 64 times its size (`attempt.ts`).
 */
import { parseArgs } from "node:util";
import { targets } from "./targets/mod.ts";

/** A worker speaks several times a second. */
const SILENT_MS_MAX = 20_000;
const HEAP_MB_MAX = 512;
const folder = new URL("../../data/fuzz/", import.meta.url);

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    target: { type: "string" },
  },
});
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) {
  throw new Error(`no target ${values.target}: there are ${targets.map(({ name }) => name)}`);
}

await Deno.mkdir(folder, { recursive: true });
let found = 0;
for (const { name } of chosen) {
  const run = {
    name,
    seed: values.seed,
    from: 0,
    seconds: Math.max(Number(values.seconds) / chosen.length, 1),
  };
  const { last, tried } = await fuzz(run);
  // It fell silent or died: again from where it last spoke, with every input in a file before it is tried.
  if (tried === undefined) {
    const current = new URL(`${name}-${values.seed}-current.bin`, folder);
    const again = await fuzz({ ...run, from: last }, current);
    const how = again.tried === undefined
      ? "never ends, or takes all memory"
      : "died, and did not when tried again";
    found++;
    console.log(`FOUND ${name}: ${how}, from input ${last} on: ${current.pathname}`);
  }
  console.log(`${name}: ${tried ?? last} inputs, seed ${values.seed}`);
}
Deno.exitCode = found > 0 ? 1 : 0;

interface Run {
  readonly name: string;
  readonly seed: string;
  readonly from: number;
  readonly seconds: number;
}

async function fuzz(
  { name, seed, from, seconds }: Run,
  trace?: URL,
): Promise<{ readonly last: number; readonly tried?: number }> {
  const worker = new URL("./worker.ts", import.meta.url).pathname;
  const flags = `--v8-flags=--expose-gc,--max-old-space-size=${HEAP_MB_MAX}`;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=test", "--no-check", flags, worker, name, seed, String(from), String(seconds)]
      .concat(trace ? ["trace", trace.pathname] : []),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let last = from, tried: number | undefined;
  const stop = () => process.kill("SIGKILL");
  let timer = setTimeout(stop, SILENT_MS_MAX);
  let rest = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    clearTimeout(timer);
    timer = setTimeout(stop, SILENT_MS_MAX);
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const { at, done, found } = JSON.parse(line);
      last = at ?? last;
      tried = done ?? tried;
      if (found) await report(name, seed, found);
    }
  }
  clearTimeout(timer);
  await process.status;
  return { last, tried };
}

async function report(name: string, seed: string, finding: { number: number; input: string; trace: string }) {
  found++;
  const file = new URL(`${name}-${seed}-${finding.number}.bin`, folder);
  await Deno.writeFile(file, Uint8Array.fromHex(finding.input));
  await Deno.writeTextFile(new URL(`${file.href}.txt`), `${finding.trace}\n`);
  console.log(`FOUND ${name}, input ${finding.number}: ${file.pathname}\n${finding.trace}`);
}
