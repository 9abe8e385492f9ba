import { textOf } from "../sockets.ts";
import type { Socket } from "../sockets.ts";

/** The next frame of a socket, as RFC 6587 section 3.4.1 counts it; `undefined` when there is none more. */
export async function readFrame(socket: Socket): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const length = await socket.takeUntil(Uint8Array.of(0x20));
  return length && await socket.take(Number(textOf(length)));
}

/** A frame's header, a character each, and what stands behind it, without the mark of UTF-8. */
export function readSyslog(
  frame: Uint8Array,
): { readonly head: readonly string[]; readonly bytes: Uint8Array } {
  const words: string[] = [];
  let at = 0;
  while (words.length < 7) {
    const end = frame.indexOf(0x20, at);
    words.push(textOf(frame.subarray(at, end)));
    at = end + 1;
  }
  const isMarked = textOf(frame.subarray(at, at + 3)) === "\xef\xbb\xbf";
  return { head: words, bytes: frame.subarray(isMarked ? at + 3 : at) };
}
