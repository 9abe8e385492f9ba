import { createHash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, writeSync } from "node:fs";

/** What is in a file. */
export interface FileSum {
  /** How long it is. */
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

const CHUNK_BYTES = 1 << 20;

/** Reads a file, a piece at a time. Blocks: for a thread of its own. */
export function sumOf(path: string, each: (piece: Uint8Array) => void = () => {}): FileSum {
  const hash = createHash("sha256"), piece = new Uint8Array(CHUNK_BYTES);
  const file = openSync(path, "r");
  try {
    let bytes = 0;
    for (let got = 1; got > 0; bytes += got) {
      got = readSync(file, piece, 0, CHUNK_BYTES, null);
      hash.update(piece.subarray(0, got));
      each(piece.subarray(0, got));
    }
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    closeSync(file);
  }
}

/** Copies into a new file, for its owner only, and syncs it; its folder is for the caller to sync. */
export function copyDurably(from: string, to: string): FileSum {
  const copy = openSync(to, "wx", 0o600);
  try {
    const sum = sumOf(from, (piece) => writeAll(copy, piece));
    fsyncSync(copy);
    return sum;
  } finally {
    closeSync(copy);
  }
}

/** Writes a file aside, syncs it and gives it its name: it is there whole or not at all. */
export function writeDurably(folder: string, name: string, text: string): void {
  const aside = `${folder}/${name}.new`;
  const file = openSync(aside, "w", 0o600);
  try {
    writeAll(file, new TextEncoder().encode(text));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, `${folder}/${name}`);
  syncPath(folder);
}

/** Makes a folder where there is none, for its owner only; `within`, which is there, is synced. */
export function makeFolder(path: string, within: string): void {
  if (mkdirSync(path, { recursive: true, mode: 0o700 })) syncPath(within);
}

/** When it returns, a file's bytes, or a folder's names, survive a power cut. */
export function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes all of it, where the file stands. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
