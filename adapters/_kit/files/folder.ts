import type { FileFacts } from "../../../runtime/contract/world.ts";

/**
 * Where files are: on this machine, behind SFTP. Paths are whole and go by `/`. What fails throws an error with a `code`
 * as the platform's: `ENOENT`, `EEXIST`, `EACCES`, `ENOSPC`, `ENOTDIR`; `ECONNRESET` and the like where a connection is
 * the trouble.
 */
export interface Folder {
  /** What stands in a folder, in any order. */
  list(path: string): Promise<readonly Listed[]>;
  /** `undefined` where there is nothing. A link is `other`, wherever it leads. */
  facts(path: string): Promise<FileFacts | undefined>;
  /**
   * The bytes of a file from an offset on, piece by piece. Whoever reads owns the pieces. MUST end with an error, at the
   * latest some time after the last piece, where the file cannot be read to its end. Where it has more than `sizeMax` bytes
   * by now, it may end with `EFBIG` at once, and MUST NOT take memory for them.
   */
  read(
    path: string,
    from: number,
    signal: AbortSignal,
    sizeMax?: number,
  ): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * Writes aside, syncs where it can, renames: nobody ever sees half a file under `path`. Rejects with `EEXIST` where
   * `mustBeNew` and the name is taken. Leaves nothing aside where it fails, as far as it can.
   */
  write(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void>;
  /** Adds bytes at the end of a file, which is made where there is none, and syncs where it can. */
  append(path: string, bytes: Uint8Array, options: { readonly mode: number }): Promise<void>;
  /** In place of what has the name `to`. Where both are one, makes sure that the file keeps its name after a power cut. */
  rename(from: string, to: string): Promise<void>;
  /** Removes one file. */
  remove(path: string): Promise<void>;
  /** With its parents; nothing happens where it exists. */
  makeFolder(path: string): Promise<void>;
}

/** One name in a folder. */
export interface Listed {
  /** Without the folder. */
  readonly name: string;
  /** What it is, where the listing says so at no cost. */
  readonly facts?: FileFacts;
}

/** How a file is written. */
export interface WriteOptions {
  /** Permissions, as in chmod. */
  readonly mode: number;
  /** Never in place of another file. */
  readonly mustBeNew?: boolean;
  /** Whole path it has while it is being written; one of the implementation's own where left out. */
  readonly aside?: string;
}
