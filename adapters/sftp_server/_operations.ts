import { Buffer } from "node:buffer";
import type { OpenFile } from "../../runtime/contract/world.ts";
import type { Attributes as Given, SFTPWrapper } from "../_kit/ssh/ssh2.ts";
import { type Completion, completion } from "./_completion.ts";
import type { Drawer } from "./_drawer.ts";
import { handOver, type HandOverTools } from "./_hand_over.ts";
import { attributesOf, type Item, longName } from "./_item.ts";
import { absent, Refusal, STATUS } from "./_refusal.ts";
import type { Upload } from "./_upload.ts";
import { nameOf } from "./_virtual_path.ts";

/** Sends what a request came to. */
export type Answer = (sftp: SFTPWrapper, request: number) => void;

/** `pflags` of SSH_FXP_OPEN (draft-ietf-secsh-filexfer-02, section 6.3). */
const OPEN = { READ: 1, WRITE: 2, APPEND: 4, CREATE: 8, TRUNCATE: 16, EXCLUSIVE: 32 } as const;
/** Handles that are open at once; and of folders, each of which has all its names in memory. */
const [HANDLES_MAX, FOLDERS_MAX] = [64, 16];
/** Names in an answer. */
const NAMES_MAX = 100;
/** Bytes in an answer. */
const READ_BYTES_MAX = 32 * 1024;

const ok: Answer = (sftp, request) => sftp.status(request, STATUS.OK);
const end: Answer = (sftp, request) => sftp.status(request, STATUS.EOF);

interface Listing {
  readonly entries: readonly Entry[];
  at: number;
}

interface Entry {
  readonly filename: string;
  readonly item: Item | undefined;
}

type Handle =
  | { readonly kind: "upload"; readonly upload: Upload }
  /** A file that was taken, and that somebody wants to go on with. */
  | { readonly kind: "taken"; readonly path: string }
  | { readonly kind: "file"; readonly file: OpenFile; readonly size: number; readonly path: string }
  | { readonly kind: "folder"; readonly listing: Listing };

/** What one SFTP session may ask for, by the requests of version 3. Throws a `Refusal` for what it may not. */
export class Operations {
  readonly #tools: HandOverTools;
  readonly #drawer: Drawer;
  readonly #peer: string;
  readonly #completion: Completion;
  readonly #handles = new Map<string, Handle>();
  #handlesMade = 0;

  constructor(tools: HandOverTools, drawer: Drawer, peer: string) {
    this.#tools = tools;
    this.#drawer = drawer;
    this.#peer = peer;
    this.#completion = completion(tools.config);
  }

  /** Bytes of uploads that wait in memory for what belongs before them. */
  get aheadBytes(): number {
    let bytes = 0;
    for (const handle of this.#handles.values()) {
      if (handle.kind === "upload") bytes += handle.upload.aheadBytes;
    }
    return bytes;
  }

  async open(path: string, flags: number): Promise<Answer> {
    this.#mayHaveOneMore();
    if (!(flags & OPEN.WRITE)) return await this.#openToRead(path);
    const upload = await this.#drawer.openToWrite(path, {
      creates: (flags & OPEN.CREATE) !== 0,
      mustBeNew: (flags & OPEN.EXCLUSIVE) !== 0,
      truncates: (flags & OPEN.TRUNCATE) !== 0,
      appends: (flags & OPEN.APPEND) !== 0,
    });
    return this.#handle(upload ? { kind: "upload", upload } : { kind: "taken", path });
  }

  async close(id: Buffer): Promise<Answer> {
    const handle = this.#held(id);
    this.#handles.delete(id.toString());
    if (handle.kind === "file") handle.file.close();
    if (handle.kind === "upload") await this.#end(handle.upload);
    return ok;
  }

  async read(id: Buffer, at: number, count: number): Promise<Answer> {
    const handle = this.#held(id);
    const from = handle.kind === "file" ? handle.file : handle.kind === "upload" ? handle.upload : undefined;
    if (!from || !this.#tools.config.readBack) throw denied();
    const into = Buffer.alloc(Math.min(count, READ_BYTES_MAX));
    const got = await from.read(into, whole(at));
    return got === 0 ? end : (sftp, request) => sftp.data(request, into.subarray(0, got));
  }

  async write(id: Buffer, at: number, bytes: Uint8Array): Promise<Answer> {
    const handle = this.#held(id);
    if (handle.kind !== "upload") throw denied();
    await handle.upload.write(whole(at), bytes);
    return ok;
  }

  async stat(path: string): Promise<Answer> {
    const attributes = attributesOf(this.#drawer.find(path));
    return (sftp, request) => sftp.attrs(request, attributes);
  }

  async statOpen(id: Buffer): Promise<Answer> {
    const handle = this.#held(id);
    if (handle.kind === "file" || handle.kind === "taken") return await this.stat(handle.path);
    const attributes = attributesOf(handle.kind === "upload" ? handle.upload.item : undefined);
    return (sftp, request) => sftp.attrs(request, attributes);
  }

  /** Times are kept; who owns a file and who may use it is not for partners to say, and not worth an error. */
  async setStat(path: string, given: Partial<Given>): Promise<Answer> {
    const item = this.#drawer.find(path);
    if (!item) return ok;
    if (given.size !== undefined && given.size !== item.size) {
      if (item.isTaken || item.isBusy) throw denied();
      const options = { creates: false, mustBeNew: false, truncates: false, appends: false };
      const upload = await this.#drawer.openToWrite(path, options);
      await upload?.truncate(given.size).finally(() => upload.close());
    }
    if (given.mtime !== undefined) await this.#drawer.date(item, given.mtime * 1_000);
    return ok;
  }

  async setStatOpen(id: Buffer, given: Partial<Given>): Promise<Answer> {
    const handle = this.#held(id);
    if (handle.kind !== "upload") return ok;
    if (given.size !== undefined) await handle.upload.truncate(whole(given.size));
    if (given.mtime !== undefined) handle.upload.item.datedMs = given.mtime * 1_000;
    return ok;
  }

  async openFolder(path: string): Promise<Answer> {
    this.#mayHaveOneMore();
    const folders = [...this.#handles.values()].filter(({ kind }) => kind === "folder").length;
    if (folders >= FOLDERS_MAX) throw tooMany();
    const here = [".", ".."].map((filename) => ({ filename, item: undefined }));
    const entries = this.#drawer.list(path).map(({ path, item }) => ({ filename: nameOf(path), item }));
    return this.#handle({ kind: "folder", listing: { entries: [...here, ...entries], at: 0 } });
  }

  async readFolder(id: Buffer): Promise<Answer> {
    const handle = this.#held(id);
    if (handle.kind !== "folder") throw denied();
    const { listing } = handle;
    const names = listing.entries.slice(listing.at, listing.at + NAMES_MAX).map(({ filename, item }) => {
      const attrs = attributesOf(item);
      return { filename, longname: longName(filename, attrs), attrs };
    });
    listing.at += names.length;
    return names.length === 0 ? end : (sftp, request) => sftp.name(request, names);
  }

  async realPath(given: string): Promise<Answer> {
    const filename = this.#drawer.path(given);
    const attrs = attributesOf(undefined);
    return (sftp, request) => sftp.name(request, [{ filename, longname: filename, attrs }]);
  }

  async rename(from: string, to: string, overwrites = false): Promise<Answer> {
    const [old, path] = [this.#drawer.path(from), this.#drawer.path(to)];
    const item = this.#drawer.find(old);
    const completed = item && !item.isTaken && old !== path
      ? this.#completion.afterRename(old, path)
      : undefined;
    if (completed === undefined || !item) {
      await this.#drawer.rename(old, path, overwrites);
      return ok;
    }
    this.#drawer.checkRename(old, path, overwrites);
    if (completed !== old) await this.#marked(completed, old, path);
    else if (item.state === "whole") await this.#handOver(old, path);
    else throw this.#unfinished();
    return ok;
  }

  async remove(path: string): Promise<Answer> {
    await this.#drawer.remove(path);
    return ok;
  }

  async makeFolder(path: string): Promise<Answer> {
    await this.#drawer.makeFolder(path);
    return ok;
  }

  async removeFolder(path: string): Promise<Answer> {
    await this.#drawer.removeFolder(path);
    return ok;
  }

  async extended(name: string, data: Uint8Array): Promise<Answer> {
    const names = name === "posix-rename@openssh.com" ? stringsOf(data) : undefined;
    if (names?.length !== 2) throw new Refusal(STATUS.OP_UNSUPPORTED, "Not known here");
    return await this.rename(names[0], names[1], true);
  }

  /** The session is over: what is not closed is not whole. Uploads that were cut off. */
  async drop(): Promise<number> {
    let cut = 0;
    for (const handle of this.#handles.values()) {
      if (handle.kind === "file") handle.file.close();
      if (handle.kind !== "upload") continue;
      if (handle.upload.item.upload === handle.upload) cut++;
      await handle.upload.close();
    }
    this.#handles.clear();
    return cut;
  }

  async #openToRead(path: string): Promise<Answer> {
    if (!this.#tools.config.readBack) throw denied();
    const item = this.#drawer.find(path);
    if (!item) throw new Refusal(STATUS.FAILURE, "It is a folder");
    const file = await this.#drawer.openToRead(path);
    return this.#handle({ kind: "file", file, size: item.size, path });
  }

  async #end(upload: Upload): Promise<void> {
    const { path } = upload.item;
    const completed = this.#completion.afterClose(path);
    if (completed === path) {
      await this.#drawer.finish(upload);
      return await this.#handOver(path, path);
    }
    await this.#drawer.keep(upload);
    if (completed !== undefined) await this.#marked(completed, path, path);
  }

  /** A marker has come, which shows as `as`: the file it is for is whole, and the marker has done its work. */
  async #marked(path: string, marker: string, as: string): Promise<void> {
    const item = this.#drawer.find(path) ?? absentNow();
    if (!item.isTaken) {
      if (item.state !== "whole") throw this.#unfinished();
      await this.#handOver(path, path);
    }
    const mark = this.#drawer.find(marker);
    if (!mark || mark.isTaken) return;
    await this.#drawer.claim(mark);
    await this.#drawer.taken(mark, as);
  }

  async #handOver(path: string, as: string): Promise<void> {
    const item = this.#drawer.find(path) ?? absentNow();
    await handOver(this.#tools, { drawer: this.#drawer, item, peer: this.#peer, as });
  }

  #mayHaveOneMore(): void {
    if (this.#handles.size >= HANDLES_MAX) throw tooMany();
  }

  #handle(handle: Handle): Answer {
    const id = Buffer.from(String(++this.#handlesMade));
    this.#handles.set(id.toString(), handle);
    return (sftp, request) => sftp.handle(request, id);
  }

  #held(id: Buffer): Handle {
    const handle = this.#handles.get(id.toString());
    if (!handle) throw new Refusal(STATUS.FAILURE, "No such handle");
    return handle;
  }

  #unfinished(): Refusal {
    return new Refusal(STATUS.FAILURE, this.#tools.error("SFTP_SERVER_FILE_UNFINISHED"));
  }
}

function tooMany(): Refusal {
  return new Refusal(STATUS.FAILURE, "Too many handles are open");
}

function denied(): Refusal {
  return new Refusal(STATUS.PERMISSION_DENIED, "Not allowed");
}

function absentNow(): never {
  throw absent();
}

/** A place in a file. `ssh2` reads 64 bits into a number. */
function whole(at: number): number {
  if (!Number.isSafeInteger(at) || at < 0) throw new Refusal(STATUS.FAILURE, "No file is so large");
  return at;
}

/** `string`s of RFC 4251 section 5 that stand one after the other; fewer where they are cut off. */
function stringsOf(data: Uint8Array): readonly string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const strings: string[] = [];
  for (let at = 0; at + 4 <= data.length;) {
    const next = at + 4 + view.getUint32(at);
    if (next > data.length) break;
    strings.push(new TextDecoder().decode(data.subarray(at + 4, next)));
    at = next;
  }
  return strings;
}
