import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";

/** A file in an archive. */
export interface Unzipped {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Why an archive is not unpacked. */
export type UnzipTrouble = "damaged" | "excessive" | "unsupported";

/** What {@linkcode unzip} throws. */
export class UnzipError extends Error {
  constructor(readonly trouble: UnzipTrouble, cause?: unknown) {
    super(`zip: ${trouble}`, { cause });
  }
}

const inflate = promisify(inflateRaw);
const END = 0x06054b50, ENTRY = 0x02014b50, LOCAL = 0x04034b50;
const END_LENGTH = 22, ENTRY_LENGTH = 46, LOCAL_LENGTH = 30;
const COMMENT_MAX = 0xffff, NOT_HERE = 0xffffffff;
const ENTRIES_MAX = 10_000;

/**
 * Unpacks an archive (PKWARE APPNOTE 6.3), stored or deflated, by its directory; folders and hidden files are left out.
 * No more than `bytesMax` bytes are made of it in all, whatever it says of itself, and each file must have the checksum
 * it is listed with. Names are for people: no path is made of them here.
 */
export async function unzip(archive: Uint8Array, bytesMax: number): Promise<readonly Unzipped[]> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const files: Unzipped[] = [];
  let left = bytesMax;
  try {
    for (const entry of entries(archive, view)) {
      if (entry.size > left) throw new UnzipError("excessive");
      left -= entry.size;
      files.push({ name: entry.name, bytes: await content(archive, view, entry) });
    }
  } catch (cause) {
    // Whatever points out of the archive.
    throw cause instanceof UnzipError ? cause : new UnzipError("damaged", cause);
  }
  return files;
}

interface Entry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly size: number;
  readonly packed: number;
  readonly crc: number;
  readonly at: number;
}

function* entries(archive: Uint8Array, view: DataView): Iterable<Entry> {
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  if (count > ENTRIES_MAX) throw new UnzipError(count === 0xffff ? "unsupported" : "excessive");
  let at = view.getUint32(end + 16, true);
  for (let number = 0; number < count; number++) {
    if (view.getUint32(at, true) !== ENTRY) throw new UnzipError("damaged");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true));
    const [named, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const local = view.getUint32(at + 42, true);
    const isUtf8 = (flags & 0x800) !== 0;
    const name = new TextDecoder(isUtf8 ? "utf-8" : "latin1").decode(
      archive.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + named),
    );
    at += ENTRY_LENGTH + named + extra + comment;
    if (name.endsWith("/") || /(^|\/)(\.|__MACOSX\/)/.test(name)) continue;
    const isReadable = (flags & 1) === 0 && (method === 0 || method === 8);
    if (!isReadable || [packed, size, local].includes(NOT_HERE)) throw new UnzipError("unsupported");
    yield { name, isDeflated: method === 8, size, packed, crc, at: local };
  }
}

/** Where the end of the directory is: the last place that looks like it, behind which only a comment stands. */
function endOf(view: DataView): number {
  const least = Math.max(0, view.byteLength - END_LENGTH - COMMENT_MAX);
  for (let at = view.byteLength - END_LENGTH; at >= least; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new UnzipError("damaged");
}

async function content(
  archive: Uint8Array,
  view: DataView,
  { at, packed, size, isDeflated, crc }: Entry,
): Promise<Uint8Array<ArrayBuffer>> {
  if (view.getUint32(at, true) !== LOCAL) throw new UnzipError("damaged");
  const begins = at + LOCAL_LENGTH + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const stored = archive.subarray(begins, begins + packed);
  // A byte more than is said, so that the limit does not meet what keeps to it.
  const bytes = new Uint8Array(isDeflated ? await inflate(stored, { maxOutputLength: size + 1 }) : stored);
  if (bytes.length !== size || crc32(bytes) !== crc) throw new UnzipError("damaged");
  return bytes;
}
