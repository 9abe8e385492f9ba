import { errors } from "../errors.ts";
import { Cutter } from "./_cut.ts";
import { Held } from "./_held.ts";
import { type BatchPart, BatchReader } from "./parts.ts";

/** How {@linkcode readBatch} reads. */
export interface ReadBatchOptions {
  /** Largest message that is read, in bytes; 64 MiB where left out. */
  readonly messageBytesMax?: number;
}

/**
 * The parts of a batch file of any size, as {@linkcode splitBatch} gives them, from bytes as they come. Holds one message
 * and one piece of the source, in a buffer of at most four times their size; nothing is read ahead of what is asked for.
 * UTF-16 and UTF-32 are for {@linkcode splitBatch}.
 *
 * ```ts
 * import { Hl7Message, readBatch } from "mitral/hl7";
 *
 * using file = await Deno.open("results.hl7");
 * for await (const part of readBatch(file.readable)) {
 *   if (part.kind === "message") console.log(Hl7Message.parse(part.bytes).get("MSH-10"));
 *   if (part.kind === "warning") console.warn(part.code);
 * }
 * ```
 *
 * Errors, when the place is reached: HL7V2_BATCH_HEADER_MISPLACED, HL7V2_BATCH_SEGMENT_MISPLACED,
 * HL7V2_BATCH_MESSAGE_EXCESSIVE; and whatever the source fails with.
 */
export async function* readBatch(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  { messageBytesMax = 64 << 20 }: ReadBatchOptions = {},
): AsyncGenerator<BatchPart> {
  const cutter = new Cutter(), reader = new BatchReader(), held = new Held();
  const bound = (bytes: number) => {
    if (bytes > messageBytesMax) errors.fail("HL7V2_BATCH_MESSAGE_EXCESSIVE", { messageBytesMax });
  };
  function* parts(isWhole: boolean): Generator<BatchPart> {
    for (let piece; (piece = cutter.next(held.bytes, isWhole));) {
      bound(piece.bytes.length);
      yield* reader.read({ ...piece, bytes: piece.bytes.slice() });
      held.drop(piece.length);
    }
  }
  for await (const bytes of source) {
    held.add(bytes);
    yield* parts(false);
    bound(held.bytes.length);
  }
  yield* parts(true);
  yield* reader.end();
}
