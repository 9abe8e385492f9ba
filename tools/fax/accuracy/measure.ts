import type { RecognisedDocument } from "../../../runtime/contract/document.ts";
import type { Tallies } from "./bars.ts";
import { add, judge, type Miss, nothing, type Outcome, type Tally } from "./judge.ts";
import type { Sample } from "./samples.ts";

/** What measuring needs: who reads, and who says what a person has to look at. */
export interface Reader {
  /** What stands on an image. */
  read(sample: Sample): Promise<RecognisedDocument>;
  /** What the product itself doubts, and whose document it takes it to be. */
  review(document: RecognisedDocument): Omit<Outcome, "document">;
}

/** An image with what went wrong on it. */
export interface Measured {
  readonly sample: Sample;
  readonly outcome: Outcome;
  readonly tally: Tally;
  readonly misses: readonly Miss[];
}

/** Images that are being read at once: whoever reads them has as many threads as it likes. */
const AT_ONCE = 4;

/** Reads every image, and compares it with its truth, in order. */
export async function measure(
  samples: readonly Sample[],
  reader: Reader,
  tell: (measured: Measured) => void = () => {},
): Promise<Tallies> {
  const tallies = new Map<string, Tally>();
  const reading = samples.slice(0, AT_ONCE).map((sample) => reader.read(sample));
  for (const [at, sample] of samples.entries()) {
    const document = await reading[at];
    if (at + AT_ONCE < samples.length) reading.push(reader.read(samples[at + AT_ONCE]));
    const outcome = { document, ...reader.review(document) };
    const { tally, misses } = judge(sample.truth, outcome);
    const row = `${sample.level} ${sample.resolution}`.trim() || "other";
    const sum = tallies.get(row) ?? nothing();
    tallies.set(row, sum);
    add(sum, tally);
    tell({ sample, outcome, tally, misses });
  }
  return tallies;
}
