import type { Upload } from "./_upload.ts";

/** A file as its partner sees it. */
export interface Item {
  /** In its one form. */
  path: string;
  /** Bytes that are on the disk, or were. */
  size: number;
  /** When it was last written here, in milliseconds since 1970-01-01T00:00Z. */
  writtenMs: number;
  /** When its partner says it was, where it does. */
  datedMs?: number;
  /** `part`: not closed in order, or not taken. `whole`: closed, and durable. */
  state: "part" | "whole";
  /** A message by now: only its name is left. */
  isTaken: boolean;
  /** Who writes it now. */
  upload?: Upload;
  /** True while it is being handed over. */
  isBusy: boolean;
}

/** What a partner is told of a file or a folder. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly atime: number;
  readonly mtime: number;
}

const [FILE, FOLDER] = [0o100600, 0o040700];

/** Of a file; of a folder where there is none. */
export function attributesOf(item: Item | undefined): Attributes {
  // Within what SFTP's 32 bits can say.
  const time = Math.min(
    Math.max(Math.floor((item?.datedMs ?? item?.writtenMs ?? 0) / 1_000), 0),
    0xffff_ffff,
  );
  return { mode: item ? FILE : FOLDER, uid: 0, gid: 0, size: item?.size ?? 0, atime: time, mtime: time };
}

/** A line as `ls -l` writes it, which clients show as it is. In UTC. */
export function longName(name: string, { mode, size, mtime }: Attributes): string {
  const [, day, month, year, time] = new Date(mtime * 1_000).toUTCString().split(" ");
  const kind = mode === FILE ? "-rw-------" : "drwx------";
  return `${kind}    1 0        0        ${String(size).padStart(12)} ${month} ${day} ${year} ${
    time.slice(0, 5)
  } ${name}`;
}
