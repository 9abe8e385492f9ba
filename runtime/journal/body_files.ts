/**
 * Files for what is too large for the database: the port. A name is made of lower-case hex digits, at least two. Files are
 * never changed; they appear whole, and are durable then.
 */
export interface BodyFiles {
  /** Begins a file that has no name yet. Until it is kept it is nobody's: a crash leaves nothing that counts. */
  begin(): NewFile;
  /** Opens a file; `undefined` where there is none. */
  open(name: string): OpenFile | undefined;
  /** Removes a file; nothing happens where there is none. */
  remove(name: string): void;
  /** Every file there is. */
  names(): Iterable<string>;
  /** Removes what was begun and never kept. MUST NOT be called while something is being written. */
  tidy(): void;
}

/** A file that is being written. */
export interface NewFile {
  append(bytes: Uint8Array): void;
  /** Gives it its name. When this returns, it survives a power cut. */
  keep(name: string): void;
  /** Throws it away. */
  drop(): void;
}

/** A file that is being read. */
export interface OpenFile {
  /** Bytes. */
  readonly size: number;
  /** The next bytes: fewer than asked for only at its end. */
  read(length: number): Uint8Array;
  close(): void;
}
