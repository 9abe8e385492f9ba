import { createHash } from "node:crypto";
import type { Statement } from "../../../runtime/contract/envelope.ts";
import { concat } from "../_kit/bytes.ts";
import type { PayloadFacts } from "../_kit/statement.ts";
import { ByteReader } from "./_byte_reader.ts";
import { BodyCipher, CHUNK_BYTES, CHUNKS_AT_ONCE } from "./body_cipher.ts";
import { chunkCount, sealChunks } from "./chunked_body.ts";
import { begin, type Begun } from "./seal.ts";
import { type HpkeTools, type StreamTools, toolsOf } from "./tools.ts";

/** Plaintext that is held and sealed at once. */
const BATCH_BYTES = CHUNKS_AT_ONCE * CHUNK_BYTES;

/** What is sealed while it is read. */
export interface SealedStream {
  /** The envelope, byte for byte as it would be sealed whole. */
  readonly sealed: ReadableStream<Uint8Array>;
  /** Length of the payload. */
  readonly size: number;
  /** SHA-256 of the payload, in hexadecimal: what its receipt is judged by. */
  readonly payloadSha256: string;
}

/**
 * Seals a payload that is too large to hold: some 0.5 MB of it is in memory at a time. The statement stands first and
 * tells size and hash, so `source` is called twice and MUST give the same bytes each time, as a file does. Where it does
 * not, the stream fails by HPKE_SOURCE_CHANGED before its last chunk, and what was written of it cannot be opened. What
 * cannot be read twice has to be stored first.
 *
 * Fails by HPKE_STATEMENT_INVALID, HPKE_RECIPIENTS_INVALID, HPKE_KEY_UNAPPROVED, and as the keyring does.
 *
 * @example
 * ```ts
 * import { sealStream } from "mitral/hpke";
 * import type { Statement } from "mitral";
 *
 * async function sealFile(file: string, statement: Statement, keys: Keyring) {
 *   const source = async function* () {
 *     yield* (await Deno.open(file)).readable;
 *   };
 *   const { sealed } = await sealStream(source, statement, ["lab"], { keys });
 *   await sealed.pipeTo((await Deno.create(`${file}.sealed`)).writable);
 * }
 * ```
 */
export async function sealStream(
  source: () => AsyncIterable<Uint8Array>,
  statement: Statement,
  to: readonly string[],
  options: Omit<StreamTools, "nowMs">,
): Promise<SealedStream> {
  const tools = toolsOf({ ...options, nowMs: statement.issuedAtMs });
  const facts = await readFacts(source());
  const begun = await begin(facts, statement, to, tools);
  const sealed = ReadableStream.from(pieces(begun, source, facts, tools));
  return { sealed, size: facts.size, payloadSha256: facts.sha256 };
}

async function readFacts(source: AsyncIterable<Uint8Array>): Promise<PayloadFacts> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of source) {
    hash.update(piece);
    size += piece.length;
  }
  return { size, sha256: hash.digest("hex") };
}

async function* pieces(
  { front, contentKey: { key, salt }, context, head }: Begun,
  source: () => AsyncIterable<Uint8Array>,
  facts: PayloadFacts,
  { fail }: HpkeTools,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const cipher = await BodyCipher.of(key, salt, context);
  yield concat(front, cipher.start);
  const hash = createHash("sha256");
  const reader = new ByteReader(source(), (bytes) => void hash.update(bytes));
  try {
    let chunk = 0;
    let batch = concat(head, await reader.read(BATCH_BYTES - head.length));
    for (; batch.length === BATCH_BYTES; batch = await reader.read(BATCH_BYTES)) {
      if (reader.bytes > facts.size) fail("HPKE_SOURCE_CHANGED");
      yield await sealChunks(cipher, chunk, batch, CHUNKS_AT_ONCE);
      chunk += CHUNKS_AT_ONCE;
    }
    // Without a last chunk the envelope cannot be opened.
    if (reader.bytes !== facts.size || hash.digest("hex") !== facts.sha256) fail("HPKE_SOURCE_CHANGED");
    yield await sealChunks(cipher, chunk, batch, chunkCount(batch.length));
  } finally {
    await reader.cancel();
  }
}
