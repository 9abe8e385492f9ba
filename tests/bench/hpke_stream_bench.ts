/**
 * Seals a payload of 1 GB as a stream and opens it, from one into the other, and tells the rate and how the memory of the
 * process grew meanwhile: it must not follow the payload. Run: `deno run -A tests/bench/hpke_stream_bench.ts [MB]`.
 */
import { openStream, sealStream } from "../../actors/envelopes/hpke/mod.ts";
import { keyringFor } from "../contract/_envelope_keys.ts";

const MB = 1_000_000;
const PIECE_BYTES = 65_536;
/** More than the streams hold, less than a hundredth of a large payload. */
const GROWTH_BYTES_MAX = 100 * MB;

const suiteOf = () => ({ signs: "Ed25519", seals: "MLKEM768-X25519" } as const);
const nowMs = Date.now();
const statement = {
  id: "bench",
  from: "hospital.example",
  channel: "images",
  epoch: 1,
  sequence: 1,
  issuedAtMs: nowMs,
  expiresAtMs: nowMs + 3_600_000,
  contentType: "application/dicom",
};

async function* payloadOf(size: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES).fill(65);
  for (let left = size; left > 0; left -= PIECE_BYTES) yield piece.subarray(0, left);
}

/** Seals and opens; returns what it took and the most memory there was. */
async function through(size: number) {
  let mostBytes = 0;
  const startMs = performance.now();
  const ours = await keyringFor("hospital", ["lab"], suiteOf);
  const theirs = await keyringFor("lab", ["hospital"], suiteOf);
  const { sealed } = await sealStream(() => payloadOf(size), statement, ["lab"], { keys: ours });
  const { payload, received } = await openStream(sealed, { keys: theirs, nowMs });
  let bytes = 0;
  for await (const piece of payload) {
    bytes += piece.length;
    mostBytes = Math.max(mostBytes, Deno.memoryUsage().rss);
  }
  await received;
  if (bytes !== size) throw new Error(`Cannot be: ${bytes} bytes came out of ${size}`);
  return { ms: performance.now() - startMs, mostBytes };
}

const megabytes = Number(Deno.args[0] ?? 1_000);
const small = await through(50 * MB);
const large = await through(megabytes * MB);
const grown = large.mostBytes - small.mostBytes;
console.log(
  `${megabytes} MB sealed and opened in ${(large.ms / 1_000).toFixed(1)} s: ${
    (megabytes * 1_000 / large.ms).toFixed(0)
  } MB/s`,
);
console.log(
  `memory at most ${(large.mostBytes / MB).toFixed(0)} MB; with 50 MB it was ${
    (small.mostBytes / MB).toFixed(0)
  } MB`,
);
if (grown > GROWTH_BYTES_MAX) {
  throw new Error(`Cannot call that bounded: grew by ${(grown / MB).toFixed(0)} MB`);
}
