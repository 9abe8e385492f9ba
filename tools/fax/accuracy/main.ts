/**
 * How well faxes are read: `deno task fax:accuracy [--images DIR --truth DIR]`. Reads every image as a channel would, lets
 * the product say what a person has to look at, and compares what is left with what stands on the page. Ends with 1 where
 * a bar is missed, with 2 where nothing can be measured.
 *
 *   --images DIR, --truth DIR   IMAGE.tif (or .pdf) and ID.truth.json; ../shared/faxes where left out
 *   --templates DIR             beside the built-in templates
 *   --below N                   confidence from which on nobody looks; 0.95 where left out
 *   --words DIR                 words that were read before, as IMAGE.json: only understanding them is measured
 *   --only TEXT                 images whose name holds this
 *   --misses                    also what was not read, or not accepted
 *   --json                      the figures as JSON
 */
import { parseArgs } from "node:util";
import { shortfalls, sum, table } from "./bars.ts";
import { measure, type Measured } from "./measure.ts";
import { openReader } from "./product.ts";
import { pairUp, type Truth } from "./samples.ts";

const { values: given } = parseArgs({
  options: {
    images: { type: "string" },
    truth: { type: "string" },
    templates: { type: "string" },
    below: { type: "string", default: "0.95" },
    words: { type: "string" },
    only: { type: "string", default: "" },
    misses: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const shared = new URL("../../../../shared/faxes/", import.meta.url).pathname;
const images = given.images ?? `${shared}fax`, truth = given.truth ?? `${shared}truth`;
const { samples, alone } = pairUp(
  namesIn(images).filter((name) => name.includes(given.only)),
  truthsIn(truth),
);
if (samples.length === 0) {
  console.error(
    given.images === undefined && namesIn(images).length === 0
      ? "SKIP: ../shared/faxes not found; --images DIR --truth DIR names other faxes"
      : `Cannot measure: no image of ${images} has a truth of its name in ${truth}`,
  );
  Deno.exit(2);
}
if (alone.length > 0) console.error(`${alone.length} images have no truth, and are left out`);

const truths = samples.map((sample) => sample.truth);
const reader = await openReader({ images, truths, ...given, below: Number(given.below) });
const startedMs = performance.now();
const tallies = await measure(samples, reader, given.misses ? tellMisses : undefined);
await reader[Symbol.asyncDispose]();
const short = shortfalls(tallies);
if (given.json) {
  console.log(
    JSON.stringify({ ok: short.length === 0, short, rows: Object.fromEntries(tallies), all: sum(tallies) }),
  );
} else {
  console.log(table(tallies));
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `${samples.length} documents in ${seconds.toFixed(0)} s, values below ${given.below} wait for a person`,
  );
  for (const each of short) console.log(`BELOW THE BAR: ${each}`);
}
Deno.exit(short.length > 0 ? 1 : 0);

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter((entry) => !entry.isDirectory).map((entry) => entry.name);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw cause;
  }
}

function truthsIn(folder: string): Truth[] {
  return namesIn(folder).filter((name) => name.endsWith(".truth.json")).map((name) => {
    const { type, fields } = JSON.parse(Deno.readTextFileSync(`${folder}/${name}`)) as Truth;
    // Files are paired by name, whatever they say of themselves.
    return { id: name.replace(/\.truth\.json$/, ""), type, fields };
  });
}

/** Documents that are made up may be shown; nobody should do so with those of patients. */
function tellMisses({ sample, outcome: { document, verdict }, tally, misses }: Measured): void {
  const { kind, template } = document;
  const score = template ? `${template.name} ${template.score.toFixed(2)}` : "no template";
  console.log(
    `\n${sample.image}: ${kind} by ${score}, patient ${verdict.kind}${tally.classified ? "" : "  MISTAKEN"}`,
  );
  for (const { path, truth, read, isAccepted } of misses) {
    const said = read
      ? `${JSON.stringify(read.value)} ${read.confidence.toFixed(3)} <${read.raw}>`
      : "nothing";
    console.log(
      `  ${isAccepted ? "WRONG " : ""}${path} = ${JSON.stringify(truth)}: ${said} ${
        read?.notes?.join(", ") ?? ""
      }`,
    );
  }
}
