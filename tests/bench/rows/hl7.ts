import { FrameReader } from "../../../adapters/mllp/framing/frame_reader.ts";
import type { Bench } from "../bench.ts";
import { corpusMessages } from "../hl7/corpus.ts";
import { admission, document, report } from "../hl7/messages.ts";
import { mitral, others, type Parser } from "../hl7/npm_parsers.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** How long one case runs in one round. */
const runMs = 150;

/** Reading, changing and framing HL7 v2, beside the parsers of npm on the same bytes in the same run. */
export async function hl7({ rounds }: Bench): Promise<void> {
  await besideOthers(
    `${admission.length} bytes: parse and five reads`,
    rounds,
    others,
    (parser) => parser.read(admission),
  );
  await besideOthers(
    `${admission.length} bytes: parse, one change, serialise`,
    rounds,
    others,
    (parser) => parser.change(admission, "SMITH"),
  );
  await corpus(rounds);
  const long = report(10_000);
  await besideOthers(
    "10,000 observations: parse and five reads",
    rounds,
    others,
    (parser) => parser.read(long),
  );
  await besideOthers(
    "… parse, one change, serialise",
    rounds,
    others,
    (parser) => parser.change(long, "SMITH"),
  );
  await growth(rounds);
  await framing(rounds);
}

async function besideOthers(
  what: string,
  rounds: number,
  parsers: readonly Parser[],
  act: (parser: Parser) => unknown,
): Promise<void> {
  const all = [mitral, ...parsers];
  const cases = Object.fromEntries(all.map((parser) => [parser.name, () => microseconds(() => act(parser))]));
  await inTurn(1, cases);
  const runs = await inTurn(rounds, cases);
  const ours = runs[mitral.name];
  line(what, `${said(each(ours, (us) => us), 2)} µs`);
  for (const { name } of parsers) {
    const ratio = ratios(runs[name], ours, (a, b) => a / b);
    line(`… ${name}`, `${said(each(runs[name], (us) => us), 1)} µs`, `${said(ratio, 1)} × as long`);
  }
}

/** All messages of the corpus one after the other; of others, those that they read without an error. */
async function corpus(rounds: number): Promise<void> {
  const messages = await corpusMessages();
  if (messages === undefined) return line("the corpus", "SKIP: ../shared/corpus not found");
  const readAll = (parser: Parser) => {
    let failed = 0;
    for (const message of messages) {
      try {
        parser.read(message);
      } catch {
        failed++;
      }
    }
    return failed;
  };
  const bytes = messages.reduce((sum, message) => sum + message.length, 0);
  await besideOthers(
    `${messages.length} messages of the corpus, ${(bytes / 1e6).toFixed(1)} MB`,
    rounds,
    others,
    readAll,
  );
  for (const parser of [mitral, ...others]) {
    line(`… ${parser.name}: cannot read`, `${readAll(parser)} messages`);
  }
}

/** What twice the bytes cost: 2 is linear. */
async function growth(rounds: number): Promise<void> {
  const sizes = { "10 MB": document(10), "20 MB": document(20) };
  const runs = await inTurn(rounds, {
    "10 MB": async () => await microseconds(() => mitral.read(sizes["10 MB"])),
    "20 MB": async () => await microseconds(() => mitral.read(sizes["20 MB"])),
    "change": async () => await microseconds(() => mitral.change(sizes["20 MB"], "SMITH")),
    "decode": async () => await microseconds(() => new TextDecoder().decode(sizes["20 MB"])),
  });
  const milliseconds = (values: readonly number[]) => `${said(each(values, (us) => us / 1_000), 1)} ms`;
  const twice = ratios(runs["20 MB"], runs["10 MB"], (a, b) => a / b);
  line(
    "a document of 20 MB: parse and five reads",
    milliseconds(runs["20 MB"]),
    `${said(twice, 1)} × that of 10 MB`,
  );
  line("… parse, one change, serialise", milliseconds(runs.change));
  line("… raw: decode the bytes", milliseconds(runs.decode));
}

/** Frames found in what a socket gives: pieces of 64 KiB with 1 kB messages, beside a search for FS alone. */
async function framing(rounds: number): Promise<void> {
  const frame = new Uint8Array(admission.length + 3);
  frame[0] = 0x0b;
  frame.set(admission, 1);
  frame.set([0x1c, 0x0d], admission.length + 1);
  const stream = new Uint8Array(frame.length * 1_000);
  for (let at = 0; at < 1_000; at++) stream.set(frame, at * frame.length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += 65_536) pieces.push(stream.subarray(at, at + 65_536));
  const runs = await inTurn(rounds, {
    reader: async () =>
      await microseconds(() => {
        const reader = new FrameReader({ frameBytesMax: 1_000_000 });
        let frames = 0;
        for (const piece of pieces) {
          reader.feed(piece);
          while (reader.next()) frames++;
        }
        if (frames !== 1_000) throw new Error(`${frames} frames`);
      }),
    search: async () =>
      await microseconds(() => {
        for (const piece of pieces) for (let at = 0; (at = piece.indexOf(0x1c, at) + 1) > 0;);
      }),
  });
  const rate = (values: readonly number[]) => `${said(each(values, (us) => stream.length / us))} MB/s`;
  line("framing, 1 kB messages in pieces of 64 KiB", rate(runs.reader));
  line("… raw: search for FS", rate(runs.search));
}

/** Time of one call. */
async function microseconds(act: () => unknown): Promise<number> {
  await Promise.resolve();
  const startedMs = performance.now();
  let count = 0;
  for (; count < 3 || performance.now() - startedMs < runMs; count++) act();
  return (performance.now() - startedMs) * 1_000 / count;
}
