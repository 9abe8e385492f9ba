import { promisify } from "node:util";
import { gunzip as gunzipNode, gzip as gzipNode } from "node:zlib";

const [packed, unpacked] = [promisify(gzipNode), promisify(gunzipNode)];

/** The same bytes for the same content: it names no time and no file. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await packed(bytes));
}

/** What was packed; `undefined` where that is more than `bytesMax`. Rejects where it is damaged. */
export async function gunzip(
  bytes: Uint8Array,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await unpacked(bytes, { maxOutputLength: bytesMax }));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw cause;
  }
}
