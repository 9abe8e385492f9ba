import { createHash } from "node:crypto";
import type { Statement } from "../../../runtime/contract/envelope.ts";
import { concat, sha256, sha256Hex, textOf } from "../_kit/bytes.ts";
import { checkDates, statementOf } from "../_kit/public_part.ts";
import type { Received } from "../_kit/receipt.ts";
import { checkPayload, type PayloadFacts, verifyStatement } from "../_kit/statement.ts";
import { ByteReader } from "./_byte_reader.ts";
import { BodyCipher, CHUNKS_AT, CHUNKS_AT_ONCE, SEALED_CHUNK_BYTES, TAG_BYTES } from "./body_cipher.ts";
import { lastChunkBytes, openChunks } from "./chunked_body.ts";
import { words } from "./errors.ts";
import { FRONT_BYTES, readHeaderLength, readParts } from "./header.ts";
import { findContentKey, readStatementLength } from "./open.ts";
import { approvedKeys, type HpkeTools, type StreamTools, toolsOf } from "./tools.ts";

/** Sealed bytes that are held and opened at once. */
const BATCH_BYTES = CHUNKS_AT_ONCE * SEALED_CHUNK_BYTES;

/** What is opened while it is read. */
export interface OpenedStream {
  /** What the sender says, signature and dates checked. That the payload is the one it speaks of shows at its end. */
  readonly statement: Statement;
  /** What the sender signed, as sent: evidence. */
  readonly signed: Uint8Array;
  /**
   * The payload, PROVISIONAL until it has ended: every piece is as whoever knows the content key sealed it, other
   * recipients among them, but that it is whole and what the sender signed is known only then. Where it is not, the stream
   * fails. MUST NOT be acted upon before: `pipeTo` a sink that keeps what it was given on `close` and drops it on `abort`.
   */
  readonly payload: ReadableStream<Uint8Array>;
  /** What a receipt is made of. Settles with the payload: fails as it does, or where it was not read to its end. */
  readonly received: Promise<Received>;
}

/**
 * Opens an envelope that is too large to hold: some 0.5 MB of it is in memory at a time. Checks in the order of opening
 * it whole, but that the dates come before the payload is given out, and its size, its hash and the presence of the last
 * chunk after.
 *
 * Fails by every HPKE_ code but those of sealing and receipts; the payload by HPKE_BODY_ALTERED, HPKE_ENVELOPE_TRUNCATED,
 * HPKE_STATEMENT_MISMATCHED.
 *
 * @example
 * ```ts
 * import { openStream } from "mitral/hpke";
 * import type { Keyring } from "mitral";
 *
 * async function openFile(file: string, keys: Keyring, nowMs: number): Promise<void> {
 *   const sealed = (await Deno.open(file)).readable;
 *   const { payload } = await openStream(sealed, { keys, nowMs });
 *   await payload.pipeTo((await Deno.create(`${file}.part`)).writable); // Throws unless all of it is authentic.
 *   await Deno.rename(`${file}.part`, `${file}.opened`);
 * }
 * ```
 */
export async function openStream(
  sealed: AsyncIterable<Uint8Array>,
  options: StreamTools,
): Promise<OpenedStream> {
  const whole = createHash("sha256");
  const reader = new ByteReader(sealed, (bytes) => void whole.update(bytes));
  try {
    return await opened(reader, () => whole.digest("hex"), toolsOf(options));
  } catch (error) {
    await reader.cancel();
    throw error;
  }
}

async function opened(
  reader: ByteReader,
  envelopeSha256: () => string,
  tools: HpkeTools,
): Promise<OpenedStream> {
  const { fail } = tools;
  const { pub, wraps, header } = await readHeader(reader, tools);
  const contentKey = await findContentKey({ pub, wraps }, tools);
  const start = await reader.read(CHUNKS_AT);
  const batch = await reader.read(BATCH_BYTES);
  if (start.length < CHUNKS_AT) fail("HPKE_ENVELOPE_TRUNCATED", { bytes: reader.bytes });
  checkEnd(batch, reader, tools);
  const cipher = await BodyCipher.for(start, contentKey, await sha256(header)) ?? fail("HPKE_BODY_ALTERED");
  const inside = openedBatches(reader, batch, cipher, tools);

  // A statement is shorter than what is opened at once.
  const { value: first } = await inside.next() as IteratorYieldResult<Uint8Array<ArrayBuffer>>;
  const length = readStatementLength(first, tools);
  if (first.length < length) fail("HPKE_SIGNATURE_INVALID");
  const signed = first.slice(4, length);
  const facts = await verifyStatement(textOf(signed) ?? "", pub, approvedKeys(tools), words.fail);
  checkDates(pub, tools.nowMs, words.fail);

  const statement = statementOf(pub);
  const received = Promise.withResolvers<Received>();
  received.promise.catch(() => {}); // Whoever reads the payload hears of it there.
  const pieces = checkedPayload(first.subarray(length), inside, facts, tools);
  const payload = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(value);
        const signedSha256 = await sha256Hex(signed);
        received.resolve({
          statement,
          envelopeSha256: envelopeSha256(),
          signedSha256,
          payloadSha256: facts.sha256,
        });
        controller.close();
      } catch (error) {
        received.reject(error);
        await reader.cancel();
        throw error;
      }
    },
    async cancel(reason) {
      received.reject(reason);
      await reader.cancel();
    },
  }, { highWaterMark: 0 });
  return { statement, signed, payload, received: received.promise };
}

async function readHeader(reader: ByteReader, { fail }: HpkeTools) {
  const front = await reader.read(FRONT_BYTES);
  const header = await reader.read(readHeaderLength(front, fail));
  return readParts(concat(front, header), fail);
}

/** The first batch must be there; each is opened when the one before was taken. */
async function* openedBatches(
  reader: ByteReader,
  first: Uint8Array<ArrayBuffer>,
  cipher: BodyCipher,
  tools: HpkeTools,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let batch = first;
  for (let chunk = 0;; chunk += CHUNKS_AT_ONCE) {
    yield await openChunks(cipher, chunk, batch) ?? tools.fail("HPKE_BODY_ALTERED");
    if (batch.length < BATCH_BYTES) return;
    batch = await reader.read(BATCH_BYTES);
    checkEnd(batch, reader, tools);
  }
}

/** Fails by HPKE_ENVELOPE_TRUNCATED where the stream has ended, but not with a last chunk. */
function checkEnd(batch: Uint8Array, { bytes }: ByteReader, { fail }: HpkeTools): void {
  const hasEnded = batch.length < BATCH_BYTES;
  if (hasEnded && lastChunkBytes(batch.length) < TAG_BYTES) fail("HPKE_ENVELOPE_TRUNCATED", { bytes });
}

async function* checkedPayload(
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
  signed: PayloadFacts,
  tools: HpkeTools,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const hash = createHash("sha256");
  let size = 0;
  const heard = (piece: Uint8Array<ArrayBuffer>) => {
    hash.update(piece);
    size += piece.length;
    return size > signed.size ? tools.fail("HPKE_STATEMENT_MISMATCHED", { field: "size" }) : piece;
  };
  if (first.length > 0) yield heard(first);
  for await (const piece of rest) {
    if (piece.length > 0) yield heard(piece);
  }
  checkPayload({ size, sha256: hash.digest("hex") }, signed, words.fail);
}
