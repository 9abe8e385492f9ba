import type { Buffer } from "node:buffer";
import { dirname } from "node:path/posix";
import type { FileFacts } from "../../../runtime/contract/world.ts";
import type { Folder, Listed, WriteOptions } from "../../_kit/files/folder.ts";
import { reasonOf } from "../../_kit/files/reason.ts";
import { Turns } from "../../_kit/files/turns.ts";
import { type FileEntryWithStats, type SFTPWrapper, type Stats, utils } from "../../_kit/ssh/ssh2.ts";
import type { Lender } from "../connecting/link.ts";
import { Refusal, type Requests } from "./requests.ts";
import { PIECE_BYTES, readPieces, writePieces } from "./transfer.ts";

const { OPEN_MODE } = utils.sftp;

/**
 * Files behind SFTP version 3, with what OpenSSH adds to it where the server offers that: a rename in place of another
 * file, and a sync of a file. A folder is never synced: no server offers that.
 *
 * Sources: draft-ietf-secsh-filexfer-02; OpenSSH, PROTOCOL, section 4.
 */
export class SftpFolder implements Folder {
  readonly #link: Lender;
  readonly #turns: Turns;
  readonly #makesFolders: boolean;
  readonly #namesMax: number;

  /**
   * `turns`: shared by those that may write to the same place at the same time. `makesFolders`: makes the folder that
   * something is to be written to, where it is missing. `namesMax`: more than that is no folder to work with, but a server
   * that never ends, or a folder that nobody clears.
   */
  constructor(link: Lender, { turns = new Turns(), makesFolders = false, namesMax = 500_000 } = {}) {
    this.#link = link;
    this.#turns = turns;
    this.#makesFolders = makesFolders;
    this.#namesMax = namesMax;
  }

  list(path: string): Promise<readonly Listed[]> {
    return this.#link.use(({ requests }) => list(requests, path, this.#namesMax));
  }

  facts(path: string): Promise<FileFacts | undefined> {
    return this.#link.use(({ requests }) => factsAt(requests, path));
  }

  async *read(path: string, from: number, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    using lent = await this.#link.borrow(signal);
    const { requests } = lent.session;
    const handle = await open(requests, path, OPEN_MODE.READ);
    try {
      // Where a server does not say, the end is where nothing comes any more.
      const size = requests.call<Stats>((done) => requests.sftp.fstat(handle, done))
        .then(({ size }) => size, () => Infinity);
      for await (const piece of readPieces(requests, handle, from, size)) {
        signal.throwIfAborted();
        yield piece;
      }
    } finally {
      // Nothing depends on it, so nobody waits for it.
      close(requests, handle).catch(() => {});
    }
  }

  write(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void> {
    const { mode, mustBeNew = false, aside = `${path}.part` } = options;
    return this.#turns.take(aside, () =>
      this.#link.use(async ({ requests }) => {
        try {
          const handle = await this.#openAside(requests, aside, mode);
          await written(requests, handle, bytes, 0);
          if (mustBeNew) await renameNew(requests, aside, path);
          else await renameOver(requests, aside, path);
        } catch (cause) {
          remove(requests, aside).catch(() => {});
          throw await fuller(requests, dirname(path), bytes.length, cause);
        }
      }));
  }

  append(path: string, bytes: Uint8Array, { mode }: { readonly mode: number }): Promise<void> {
    return this.#link.use(async ({ requests }) => {
      const handle = await this.#openToWrite(requests, path, OPEN_MODE.APPEND, mode);
      try {
        // For servers that do not heed APPEND.
        const { size } = await requests.call<Stats>((done) => requests.sftp.fstat(handle, done))
          .catch((cause) => {
            close(requests, handle).catch(() => {});
            throw cause;
          });
        await written(requests, handle, bytes, size);
      } catch (cause) {
        throw await fuller(requests, dirname(path), bytes.length, cause);
      }
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#link.use(async ({ requests }) => {
      if (from !== to) await renameOver(requests, from, to);
    });
  }

  remove(path: string): Promise<void> {
    return this.#link.use(({ requests }) => remove(requests, path));
  }

  makeFolder(path: string): Promise<void> {
    return this.#link.use(({ requests }) => makeFolder(requests, path));
  }

  /** A new file, in place of what an attempt that broke off has left: the server may still be writing to that. */
  async #openAside(requests: Requests, path: string, mode: number): Promise<Buffer> {
    try {
      return await this.#openToWrite(requests, path, OPEN_MODE.EXCL, mode);
    } catch (cause) {
      if (!(cause instanceof Refusal) || ["ENOENT", "EACCES"].includes(cause.code)) throw cause;
      await remove(requests, path).catch(() => {});
      return await this.#openToWrite(requests, path, OPEN_MODE.TRUNC, mode);
    }
  }

  async #openToWrite(requests: Requests, path: string, flag: number, mode: number): Promise<Buffer> {
    const flags = OPEN_MODE.WRITE | OPEN_MODE.CREAT | flag;
    try {
      return await open(requests, path, flags, mode);
    } catch (cause) {
      if (!this.#makesFolders || reasonOf(cause) !== "ENOENT") throw cause;
      await makeFolder(requests, dirname(path));
      return await open(requests, path, flags, mode);
    }
  }
}

function open(requests: Requests, path: string, flags: number, mode?: number): Promise<Buffer> {
  const { sftp } = requests;
  return requests.call((done) =>
    mode === undefined ? sftp.open(path, flags, done) : sftp.open(path, flags, { mode }, done)
  );
}

function close(requests: Requests, handle: Buffer): Promise<void> {
  return requests.call((done) => requests.sftp.close(handle, (cause) => done(cause, undefined)));
}

function remove(requests: Requests, path: string): Promise<void> {
  return requests.call((done) => requests.sftp.unlink(path, (cause) => done(cause, undefined)));
}

/**
 * Writes, syncs where the server can, and closes. For a single piece that is asked all at once: a server does what
 * belongs to one file in order.
 */
async function written(requests: Requests, handle: Buffer, bytes: Uint8Array, at: number): Promise<void> {
  const { sftp } = requests;
  const writing = writePieces(requests, handle, bytes, at);
  writing.catch(() => {});
  if (bytes.length > PIECE_BYTES) await writing.catch(() => {});
  const syncing = hasExtension(sftp, "fsync@openssh.com")
    ? requests.call((done) => sftp.ext_openssh_fsync(handle, (cause) => done(cause, undefined)))
    : Promise.resolve();
  const results = await Promise.allSettled([writing, syncing, close(requests, handle)]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** Renames to a name that must be free: in version 3 of the protocol a rename never replaces anything. */
async function renameNew(requests: Requests, from: string, to: string): Promise<void> {
  try {
    await plainRename(requests, from, to);
  } catch (cause) {
    if (cause instanceof Refusal && await factsAt(requests, to) !== undefined) throw new Refusal("EEXIST");
    throw cause;
  }
}

/** Renames in place of what has the name: at once where the server can, else with a moment in which nothing has it. */
async function renameOver(requests: Requests, from: string, to: string): Promise<void> {
  const { sftp } = requests;
  if (hasExtension(sftp, "posix-rename@openssh.com")) {
    return await requests.call((done) =>
      sftp.ext_openssh_rename(from, to, (cause) => done(cause, undefined))
    );
  }
  try {
    await plainRename(requests, from, to);
  } catch (cause) {
    if (!(cause instanceof Refusal) || (await factsAt(requests, to))?.kind !== "file") throw cause;
    await remove(requests, to);
    await plainRename(requests, from, to);
  }
}

function plainRename(requests: Requests, from: string, to: string): Promise<void> {
  return requests.call((done) => requests.sftp.rename(from, to, (cause) => done(cause, undefined)));
}

async function makeFolder(requests: Requests, path: string): Promise<void> {
  if (await factsAt(requests, path) !== undefined) return;
  const parent = dirname(path);
  if (parent !== path && parent !== ".") await makeFolder(requests, parent);
  const { sftp } = requests;
  try {
    await requests.call((done) => sftp.mkdir(path, (cause) => done(cause, undefined)));
  } catch (cause) {
    // Somebody else may have been faster.
    if (!(cause instanceof Refusal) || await factsAt(requests, path) === undefined) throw cause;
  }
}

async function factsAt(requests: Requests, path: string): Promise<FileFacts | undefined> {
  try {
    return factsOf(await requests.call<Stats>((done) => requests.sftp.lstat(path, done)));
  } catch (cause) {
    if (reasonOf(cause) === "ENOENT") return undefined;
    throw cause;
  }
}

/** A server says `FAILURE` of a full disk: looks whether that is it, where the server tells. */
async function fuller(requests: Requests, folder: string, bytes: number, cause: unknown): Promise<unknown> {
  if (reasonOf(cause) !== "FAILURE") return cause;
  const free = await freeBytes(requests, folder).catch(() => undefined);
  return free !== undefined && free < bytes ? new Refusal("ENOSPC") : cause;
}

/** Bytes that we may still write; rejects where the server does not tell. */
export async function freeBytes(requests: Requests, folder: string): Promise<number> {
  const { sftp } = requests;
  const { f_bavail, f_frsize } = await requests.call<Statvfs>((done) =>
    sftp.ext_openssh_statvfs(folder, done as unknown as Parameters<typeof sftp.ext_openssh_statvfs>[1])
  );
  return f_bavail * f_frsize;
}

interface Statvfs {
  readonly f_bavail: number;
  readonly f_frsize: number;
}

function hasExtension(sftp: SFTPWrapper, name: string): boolean {
  // Not in its types; the only other way to know is to ask for each and have it throw.
  const { _extensions = {} } = sftp as unknown as { readonly _extensions?: Readonly<Record<string, string>> };
  return Object.hasOwn(_extensions, name);
}

async function list(requests: Requests, path: string, namesMax: number): Promise<Listed[]> {
  const { sftp } = requests;
  const handle = await requests.call<Buffer>((done) => sftp.opendir(path, done));
  const ask = () => requests.call<FileEntryWithStats[]>((done) => sftp.readdir(handle, done));
  const listed: Listed[] = [];
  try {
    for (let isAll = false; !isAll;) {
      const before = listed.length;
      for (const answer of await Promise.allSettled(Array.from({ length: LISTINGS_AT_ONCE }, ask))) {
        if (answer.status === "fulfilled") listed.push(...answer.value.map(listedOf));
        else if (reasonOf(answer.reason) === "EOF") isAll = true;
        else throw answer.reason;
      }
      if (listed.length > namesMax || !isAll && listed.length === before) throw new Refusal("EFBIG");
    }
  } finally {
    close(requests, handle).catch(() => {});
  }
  // A name that leads elsewhere is no name in this folder.
  return listed.filter(({ name }) => !/^\.{0,2}$|\//.test(name));
}

/** A server gives some hundred names at a time. */
const LISTINGS_AT_ONCE = 4;

function listedOf({ filename: name, attrs }: FileEntryWithStats): Listed {
  // A server may leave out what kind of thing it is.
  return attrs.mode === undefined ? { name } : { name, facts: factsOf(attrs) };
}

function factsOf({ mode, size, mtime }: Stats): FileFacts {
  const kind = (mode & KIND) === FILE ? "file" : (mode & KIND) === FOLDER ? "folder" : "other";
  return { kind, size, modifiedMs: mtime * 1_000, mode: mode & 0o7777 };
}

/** POSIX, `<sys/stat.h>`. */
const KIND = 0o170000, FILE = 0o100000, FOLDER = 0o040000;
