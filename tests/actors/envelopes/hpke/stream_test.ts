import { assert, assertEquals, assertRejects } from "@std/assert";
import { concat } from "../../../../actors/envelopes/_kit/bytes.ts";
import { CHUNKS_AT, SEALED_CHUNK_BYTES } from "../../../../actors/envelopes/hpke/body_cipher.ts";
import { readParts } from "../../../../actors/envelopes/hpke/header.ts";
import hpke, {
  judgeReceiptFor,
  openStream,
  receiptFor,
  sealStream,
} from "../../../../actors/envelopes/hpke/mod.ts";
import { sealSigned } from "../../../../actors/envelopes/hpke/seal.ts";
import { signStatement } from "../../../../actors/envelopes/_kit/statement.ts";
import { bindEnvelope, type Statement } from "../../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { flipped, payloadOf, sameBytes } from "../../../contract/_bytes.ts";
import { keyringFor } from "../../../contract/_envelope_keys.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const BATCH_BYTES = 16 * 16_384;
const statement: Statement = {
  id: "m1",
  from: "hospital.example",
  channel: "images",
  epoch: 1,
  sequence: 7,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 1_000,
  contentType: "application/dicom",
};
const suiteOf = () => ({ signs: "Ed25519", seals: "MLKEM768-X25519" } as const);
const hospital = { keys: await keyringFor("hospital", ["lab"], suiteOf), nowMs: NOW_MS };
const lab = { keys: await keyringFor("lab", ["hospital"], suiteOf), nowMs: NOW_MS };
const profile = { profile: "any" as const };
const sender = bindEnvelope(hpke, profile, hospital.keys, { nowMs: () => NOW_MS });
const receiver = bindEnvelope(hpke, profile, lab.keys, { nowMs: () => NOW_MS });

/** The bytes in pieces of `length`. */
async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

/** A stream that ends well or not: what came, and the code it failed by. */
async function drained(stream: AsyncIterable<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of stream) pieces.push(piece);
    return { bytes: concat(...pieces), pieces: pieces.length };
  } catch (error) {
    return { bytes: concat(...pieces), pieces: pieces.length, code: codeIn(error) };
  }
}

function codeIn(error: unknown): string {
  assert(error instanceof MitralError, `expected a MitralError, got ${error}`);
  return error.code;
}

/** The code by which an envelope is refused, at once or while it is read. */
async function refusalOf(sealed: Uint8Array): Promise<string | undefined> {
  try {
    const { payload, received } = await openStream(inPieces(sealed, 10_000), lab);
    const { code } = await drained(payload);
    if (code !== undefined) assertEquals(codeIn(await received.catch((error: unknown) => error)), code);
    return code;
  } catch (error) {
    return codeIn(error);
  }
}

async function sealedStream(payload: Uint8Array, pieceBytes = 10_000) {
  const { sealed, ...facts } = await sealStream(
    () => inPieces(payload, pieceBytes),
    statement,
    ["lab"],
    hospital,
  );
  return { ...facts, sealed: (await drained(sealed)).bytes };
}

const SIZES = [0, 1, 16_383, 16_384, 16_385, 100_000, BATCH_BYTES, 2 * BATCH_BYTES + 7];

Deno.test("a stream is sealed to what opens whole, and opens what was sealed whole", async () => {
  for (const size of SIZES) {
    const payload = payloadOf(size);
    const { sealed, ...facts } = await sealedStream(payload);
    const opened = await receiver.open(sealed);
    assert(sameBytes(opened.payload, payload), `another payload of ${size} came out`);
    assertEquals([opened.statement, facts.size], [statement, size]);

    const { bytes: whole } = await sender.seal(payload, statement, ["lab"]);
    const stream = await openStream(inPieces(whole, 9_999), lab);
    assertEquals(stream.statement, statement);
    assert(
      sameBytes((await drained(stream.payload)).bytes, payload),
      `a stream of ${size} came out otherwise`,
    );
    assertEquals((await stream.received).payloadSha256, facts.payloadSha256);
  }
});

Deno.test("a stream is sealed and opened alike in whatever pieces it comes", async () => {
  const payload = payloadOf(40_000);
  for (const length of [1, 7, 16_384, 1_000_000]) {
    const { sealed } = await sealedStream(payload, length);
    const { payload: read } = await openStream(inPieces(sealed, length), lab);
    assert(sameBytes((await drained(read)).bytes, payload), `pieces of ${length}`);
  }
});

Deno.test("a stream whose chunks, or batches, are all full ends in an empty chunk", async () => {
  for (const inside of [16_384, BATCH_BYTES, 2 * BATCH_BYTES]) {
    // The statement and its length come first inside; the length of the statement hangs on the digits of the size.
    const { bytes: like } = await sender.seal(payloadOf(inside - 1_000), statement, ["lab"]);
    const payload = payloadOf(inside - 4 - (await receiver.open(like)).signed.length);
    const { sealed } = await sealedStream(payload);
    const { payload: read } = await openStream(inPieces(sealed, 10_000), lab);
    assert(sameBytes((await drained(read)).bytes, payload), `${inside} bytes`);
    assertEquals(await refusalOf(sealed.slice(0, -16)), "HPKE_ENVELOPE_TRUNCATED", `${inside} bytes cut`);
  }
});

Deno.test("a stream that is not the same when it is read again cannot be opened", async () => {
  const payload = payloadOf(BATCH_BYTES + 5_000);
  const others: Record<string, Uint8Array> = {
    "one bit other": flipped(payload, 100),
    "shorter": payload.slice(0, -1),
    "longer": concat(payload, new Uint8Array(1)),
    "longer by far": concat(payload, payloadOf(2 * BATCH_BYTES)),
    "empty": new Uint8Array(),
  };
  for (const [what, other] of Object.entries(others)) {
    let readings = 0;
    const source = () => inPieces(readings++ === 0 ? payload : other, 10_000);
    const { sealed } = await sealStream(source, statement, ["lab"], hospital);
    const { code, bytes } = await drained(sealed);
    assertEquals(code, "HPKE_SOURCE_CHANGED", what);
    await assertRejects(() => receiver.open(bytes), MitralError);
  }
});

Deno.test("an opened stream fails before its end where a byte is altered, and says what came was provisional", async () => {
  const payload = payloadOf(2 * BATCH_BYTES);
  const { bytes: sealed } = await sender.seal(payload, statement, ["lab"]);
  const chunksAt = sealed.length - readParts(sealed, () => {
    throw new Error("Cannot read the test's own envelope");
  }).body.length + CHUNKS_AT;

  const altered = await openStream(inPieces(flipped(sealed, sealed.length - 1), 10_000), lab);
  const { bytes, code } = await drained(altered.payload);
  assertEquals(code, "HPKE_BODY_ALTERED");
  assert(
    bytes.length > 0 && sameBytes(bytes, payload.slice(0, bytes.length)),
    "what came before is as sealed",
  );
  assertEquals(await refusalOf(flipped(sealed, chunksAt)), "HPKE_BODY_ALTERED");
  assertEquals(await refusalOf(flipped(sealed, chunksAt - 1)), "HPKE_BODY_ALTERED");

  const swapped = concat(
    sealed.slice(0, chunksAt),
    sealed.slice(chunksAt + SEALED_CHUNK_BYTES, chunksAt + 2 * SEALED_CHUNK_BYTES),
    sealed.slice(chunksAt, chunksAt + SEALED_CHUNK_BYTES),
    sealed.slice(chunksAt + 2 * SEALED_CHUNK_BYTES),
  );
  assertEquals(await refusalOf(swapped), "HPKE_BODY_ALTERED");
});

Deno.test("an opened stream cut anywhere fails by the code it fails by whole", async () => {
  const { bytes: sealed } = await sender.seal(payloadOf(BATCH_BYTES + 100), statement, ["lab"]);
  const { length } = sealed;
  const ends = [1, 16, 17, 500, SEALED_CHUNK_BYTES, BATCH_BYTES].map((left) => length - left);
  for (const end of [...Array.from({ length: 60 }, (_, at) => at * 97), ...ends]) {
    const cut = sealed.slice(0, end);
    const whole = codeIn(await receiver.open(cut).catch((error: unknown) => error));
    assertEquals(await refusalOf(cut), whole, `cut after ${end} of ${length}`);
  }
  assert(await refusalOf(concat(sealed, new Uint8Array(20))) !== undefined, "bytes after it");
});

Deno.test("an opened stream fails at its end where the payload is not the one that was signed", async () => {
  const payload = payloadOf(50_000);
  const { pub } = readParts((await sender.seal(payload, statement, ["lab"])).bytes, () => {
    throw new Error("Cannot read the test's own envelope");
  });
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", payload)).toHex();
  const jws = await signStatement(pub, { size: payload.length, sha256 }, hospital.keys);
  const to = hospital.keys.encryptionKey("lab", ["MLKEM768-X25519"]);
  const facts: string[] = [];
  for (const other of [flipped(payload, 1), payload.slice(1)]) {
    const { payload: read } = await openStream(
      inPieces(await sealSigned(jws, pub, other, [to]), 10_000),
      lab,
    );
    const { bytes, code } = await drained(read);
    assertEquals(bytes.length, other.length, "all of it came, provisionally");
    facts.push(String(code));
  }
  assertEquals(facts, ["HPKE_STATEMENT_MISMATCHED", "HPKE_STATEMENT_MISMATCHED"]);
});

Deno.test("an opened stream gives nothing out where it is expired, for somebody else or by a stranger", async () => {
  const { bytes: sealed } = await sender.seal(payloadOf(10), statement, ["lab"]);
  const open = async (tools: typeof lab) =>
    codeIn(await openStream(inPieces(sealed, 100), tools).catch((error: unknown) => error));
  assertEquals(await open({ ...lab, nowMs: NOW_MS + 3_600_000 }), "HPKE_ENVELOPE_EXPIRED");
  assertEquals(
    await open({ ...lab, keys: await keyringFor("clinic", ["hospital"], suiteOf) }),
    "HPKE_RECIPIENT_MISSING",
  );
  assertEquals(
    await open({ ...lab, keys: await keyringFor("lab", ["clinic"], suiteOf) }),
    "HPKE_SIGNER_UNKNOWN",
  );
});

Deno.test("a stream's receipt is judged by the hash of what was sealed", async () => {
  const { sealed, payloadSha256 } = await sealedStream(payloadOf(70_000));
  const { payload, received } = await openStream(inPieces(sealed, 10_000), lab);
  await drained(payload);
  const { bytes } = await receiptFor(await received, { kind: "accepted" }, lab);
  const sent = { statement, payloadSha256, to: "lab" };
  assertEquals((await judgeReceiptFor(sent, bytes, hospital)).kind, "accepted");
  const other = { ...sent, payloadSha256: "0".repeat(64) };
  const refused = await judgeReceiptFor(other, bytes, hospital).catch((error: unknown) => error);
  assertEquals(codeIn(refused), "HPKE_RECEIPT_MISMATCHED");
  assertEquals(
    (await sender.judge(bytes, { statement, payload: payloadOf(70_000), to: "lab" })).kind,
    "accepted",
  );
});

Deno.test("an opened stream that is let go stops whoever writes it and makes no receipt", async () => {
  const { bytes: sealed } = await sender.seal(payloadOf(3 * BATCH_BYTES), statement, ["lab"]);
  let stopped = false;
  const source = async function* () {
    try {
      yield* inPieces(sealed, 10_000);
    } finally {
      stopped = true;
    }
  };
  const { payload, received } = await openStream(source(), lab);
  await payload.cancel(new Error("enough"));
  assert(stopped, "the source is still open");
  await assertRejects(() => received, Error, "enough");
});

Deno.test("a sink that keeps on close and drops on abort keeps nothing of a stream that fails", async () => {
  const { bytes: sealed } = await sender.seal(payloadOf(3 * BATCH_BYTES), statement, ["lab"]);
  const into = () => {
    const kept: { bytes?: number; state: string } = { state: "open" };
    let bytes = 0;
    const sink = new WritableStream<Uint8Array>({
      write: (piece) => void (bytes += piece.length),
      close: () => void Object.assign(kept, { state: "kept", bytes }),
      abort: () => void (kept.state = "dropped"),
    });
    return { kept, sink };
  };
  const good = into();
  await (await openStream(inPieces(sealed, 10_000), lab)).payload.pipeTo(good.sink);
  assertEquals(good.kept, { state: "kept", bytes: 3 * BATCH_BYTES });
  const bad = into();
  const altered = await openStream(inPieces(flipped(sealed, sealed.length - 2), 10_000), lab);
  await assertRejects(() => altered.payload.pipeTo(bad.sink), MitralError);
  assertEquals(bad.kept, { state: "dropped" });
});
