import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

const PIECE_BYTES = 1 << 20;

/**
 * Writes the log that an earlier process has left once more, where it is, and syncs it. For whoever opens the journal,
 * before SQLite reads it.
 *
 * That process may have died between a write and its sync, or because a sync failed. Linux then takes what was to be
 * synced for written and goes on showing it, though it is not on the disk, and no later sync brings it there. When the
 * power went, all that was committed behind it would go, and so would what is answered because it is here already.
 */
export function rewriteLog(path: string): void {
  let file;
  try {
    file = openSync(path, "r+");
  } catch (cause) {
    if ((cause as { code?: string }).code === "ENOENT") return;
    throw cause;
  }
  try {
    const { size } = fstatSync(file);
    const piece = new Uint8Array(Math.min(PIECE_BYTES, size));
    for (let at = 0; at < size;) {
      const count = readSync(file, piece, 0, piece.length, at);
      if (count === 0) break;
      for (let written = 0; written < count;) {
        written += writeSync(file, piece, written, count - written, at + written);
      }
      at += count;
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
