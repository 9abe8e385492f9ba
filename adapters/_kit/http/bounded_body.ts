import type { Reading } from "../../../runtime/contract/adapter.ts";

/** A body as far as it was read. */
export interface BoundedBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * `whole`; `large`: stopped at the limit, `bytes` holds its beginning; `stopped`: the signal was aborted; `waiting`: it
   * was, and there was no memory for more.
   */
  readonly end: "whole" | "large" | "stopped" | "waiting";
}

/**
 * Reads a body into memory of its own, and never more than `bytesMax` of it, whatever its headers announce. Rejects
 * where the peer goes away in the middle. Waits between two pieces while there is no `memory` for more.
 */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
  signal: AbortSignal,
  memory?: Reading,
): Promise<BoundedBody> {
  if (!body) return { bytes: new Uint8Array(), end: "whole" };
  const reader = body.getReader();
  // Cancelling resolves a pending read as if the body had ended: `end` must look at the signal first.
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const chunks: Uint8Array[] = [];
  let length = 0, isWaiting = false;
  try {
    while (!signal.aborted) {
      const memoryFree = memory?.holds(length, signal);
      isWaiting = memoryFree !== undefined;
      await memoryFree?.catch(() => {});
      if (signal.aborted) break;
      isWaiting = false;
      const { done, value } = await reader.read();
      if (signal.aborted) break;
      if (done) return { bytes: joined(chunks, length), end: "whole" };
      const room = bytesMax - length;
      chunks.push(value.length > room ? value.subarray(0, room) : value);
      length += Math.min(value.length, room);
      if (value.length > room) {
        stop();
        return { bytes: joined(chunks, length), end: "large" };
      }
    }
    stop();
    return { bytes: joined(chunks, length), end: isWaiting ? "waiting" : "stopped" };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
