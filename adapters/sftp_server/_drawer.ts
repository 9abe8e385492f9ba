import { join } from "node:path";
import type { MitralError } from "../../runtime/contract/error.ts";
import type { OpenFile } from "../../runtime/contract/world.ts";
import type { Item } from "./_item.ts";
import type { Partner, Tools } from "./_listener_spec.ts";
import { absent, Refusal, STATUS } from "./_refusal.ts";
import { Shown } from "./_shown.ts";
import { Upload, type UploadRules } from "./_upload.ts";
import { nameOfStaged, type Staged, stagedOf } from "./_staged.ts";
import { ancestry, folderOf, pathTrouble, virtualPath } from "./_virtual_path.ts";

/** How a file is opened to be written. */
export interface WriteOptions {
  readonly creates: boolean;
  readonly mustBeNew: boolean;
  readonly truncates: boolean;
  readonly appends: boolean;
}

/**
 * What lies here of one partner: its files and folders, by the paths it knows them under. All of it is in one folder of
 * the disk, each under a name that says what it is (`nameOfStaged`), a file as long as it is no message. Partners may be connected several times; what changes names happens one after
 * the other.
 *
 * What a partner may not do is thrown as a `Refusal`.
 */
export class Drawer {
  readonly partner: string;
  readonly #tools: Tools;
  readonly #bounds: Partner;
  readonly #folder: string;
  readonly #fixed: ReadonlySet<string>;
  readonly #items = new Map<string, Item>();
  readonly #folders = new Set<string>();
  readonly #shown: Shown;
  readonly #rules: UploadRules;
  #bytes = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(partner: string, tools: Tools) {
    const { config, world, error } = tools;
    this.partner = partner;
    this.#tools = tools;
    this.#bounds = config.partners[partner];
    this.#folder = join(config.folder, partner);
    this.#fixed = new Set(
      config.folders.flatMap((folder) => ancestry(virtualPath(folder) ?? "/")).concat("/"),
    );
    this.#shown = new Shown(world.clock, config.shownMsMax);
    this.#rules = {
      grow: (item, size) => this.#grow(item, size),
      failed: (cause) => this.#failed(cause),
      scattered: () => this.#refusal(error("SFTP_SERVER_FILE_SCATTERED")),
      busy: () => this.#busy(),
    };
  }

  /** Reads what a life before has left. */
  async load(): Promise<void> {
    const { world: { disk } } = this.#tools;
    await disk.makeFolder(this.#folder, { mode: 0o700 });
    for (const folder of this.#fixed) this.#folders.add(folder);
    for (const name of await disk.list(this.#folder)) {
      const staged = stagedOf(name);
      const facts = staged && await disk.facts(join(this.#folder, name));
      if (!staged || facts?.kind !== "file") continue;
      const { path, state, datedMs } = staged;
      for (const folder of ancestry(state === "folder" ? path : folderOf(path))) this.#folders.add(folder);
      if (state === "folder") continue;
      const item = Object.assign(itemAt(path, facts.modifiedMs), { size: facts.size, state });
      if (datedMs !== undefined) item.datedMs = datedMs;
      await this.#found(item);
    }
  }

  /** What two files of one path came to when a crash cut a rename short: the later one was to have it. */
  async #found(item: Item): Promise<void> {
    const known = this.#items.get(item.path);
    const [later, earlier] = known && known.writtenMs > item.writtenMs ? [known, item] : [item, known];
    if (earlier) await this.#tools.world.disk.remove(this.#at(earlier));
    this.#items.set(item.path, later);
    this.#bytes += later.size - (known?.size ?? 0);
  }

  /** Removes what has not become whole within `unfinishedMsMax`. */
  sweep(): Promise<void> {
    const { world: { clock }, config: { unfinishedMsMax } } = this.#tools;
    return this.#alone(async () => {
      for (const item of [...this.#items.values()]) {
        const isOld = item.state === "part" && item.writtenMs + unfinishedMsMax < clock.nowMs();
        if (isOld && !item.upload && !item.isBusy) await this.#drop(item);
      }
    });
  }

  /** The path in its one form. */
  path(given: string): string {
    const path = virtualPath(given);
    if (path !== undefined) return path;
    const trouble = pathTrouble(given)!;
    throw this.#refusal(this.#tools.error("SFTP_SERVER_NAME_UNFIT", { trouble }));
  }

  /** A file, also one that was taken and still shows; `undefined` for a folder. */
  find(given: string): Item | undefined {
    const path = this.path(given);
    if (this.#folders.has(path)) return undefined;
    return this.#items.get(path) ?? this.#shown.at(path) ?? refuse(absent());
  }

  /** What is in a folder. */
  list(given: string): readonly { readonly path: string; readonly item?: Item }[] {
    const path = this.path(given);
    if (!this.#folders.has(path)) throw absent();
    const isIn = (one: string) => one !== "/" && folderOf(one) === path;
    return [
      ...[...this.#folders].filter(isIn).map((folder) => ({ path: folder })),
      ...[...this.#items.values(), ...this.#shown.all()].filter((item) => isIn(item.path))
        .map((item) => ({ path: item.path, item })),
    ];
  }

  /** Opens a file to be read. */
  openToRead(given: string): Promise<OpenFile> {
    const path = this.path(given);
    return this.#alone(async () => {
      const item = this.#items.get(path) ?? refuse(absent());
      if (item.isBusy) throw this.#busy();
      return await this.#onDisk((disk) => disk.open(this.#at(item)));
    });
  }

  /**
   * Opens a file to be written. Whoever has written it so far does no more: a connection that was lost may seem alive.
   * `undefined` for somebody who wants to go on with a file that was taken meanwhile: there is nothing left to do.
   */
  openToWrite(given: string, options: WriteOptions): Promise<Upload | undefined> {
    const path = this.path(given);
    return this.#alone(async () => {
      if (this.#folders.has(path)) throw new Refusal(STATUS.FAILURE, "It is a folder");
      if (!this.#folders.has(folderOf(path))) throw absent();
      const known = this.#items.get(path);
      if (known && options.mustBeNew) throw existing();
      if (known?.isBusy) throw this.#busy();
      if (!known && !options.truncates && !options.mustBeNew && this.#shown.at(path)) return undefined;
      if (!known && !options.creates) throw absent();
      const item = known ?? this.#newItem(path);
      await item.upload?.lose();
      if (item.state === "whole") await this.#become(item, path, "part");
      const file = await this.#onDisk((disk) => disk.open(this.#at(item), { mode: 0o600 }));
      this.#items.set(path, item);
      this.#shown.delete(path);
      const upload = new Upload(item, file, this.#rules, options.appends);
      item.upload = upload;
      if (options.truncates) await upload.truncate(0);
      return upload;
    });
  }

  /** Ends an upload in order: the file is then on the disk, whole. */
  async finish(upload: Upload): Promise<Item> {
    const { item } = upload;
    const trouble = upload.trouble ?? (upload.hasGap ? this.#unfinished() : undefined);
    await upload.close();
    if (trouble) throw trouble;
    return item;
  }

  /** Makes what was written durable, and remembers that it is whole. */
  keep(upload: Upload): Promise<void> {
    return this.#alone(async () => {
      await upload.sync();
      await this.finish(upload);
      await this.#become(upload.item, upload.item.path, "whole");
    });
  }

  /** Gives a file or an empty folder another name. */
  rename(from: string, to: string, overwrites: boolean): Promise<void> {
    const [old, path] = [this.path(from), this.path(to)];
    return this.#alone(async () => {
      if (old === path) return void this.find(old);
      this.#mayBecome(path, overwrites);
      if (this.#folders.has(old)) {
        if (path.startsWith(`${old}/`)) throw new Refusal(STATUS.FAILURE, "It would be within itself");
        this.#mayVanish(old);
        await this.#onDisk((disk) => disk.rename(this.#folderAt(old), this.#folderAt(path)));
        this.#folders.delete(old);
        this.#folders.add(path);
        return;
      }
      const item = this.#items.get(old);
      if (!item) return this.#shown.rename(old, path) ? undefined : refuse(absent());
      if (item.isBusy || item.upload) throw this.#busy();
      const replaced = this.#items.get(path);
      await this.#become(item, path, item.state);
      this.#items.delete(old);
      this.#items.set(path, item);
      this.#shown.delete(path);
      if (!replaced) return;
      this.#bytes -= replaced.size;
      if (this.#at(replaced) !== this.#at(item)) {
        await this.#onDisk((disk) => disk.remove(this.#at(replaced)));
      }
    });
  }

  /** Its partner says of when a file is. */
  date(item: Item, datedMs: number): Promise<void> {
    return this.#alone(async () => {
      if (item.state === "whole" && !item.isTaken) {
        if (item.isBusy) throw this.#busy();
        await this.#onDisk((disk) => disk.rename(this.#at(item), this.#at({ ...item, datedMs })));
      }
      item.datedMs = datedMs;
    });
  }

  /** Fails as `rename` would. */
  checkRename(from: string, to: string, overwrites: boolean): void {
    if (from !== to) this.#mayBecome(this.path(to), overwrites);
  }

  /** Removes a file. */
  remove(given: string): Promise<void> {
    const path = this.path(given);
    return this.#alone(async () => {
      if (this.#folders.has(path)) throw new Refusal(STATUS.FAILURE, "It is a folder");
      const item = this.#items.get(path);
      if (!item) return this.#shown.delete(path) ? undefined : refuse(absent());
      if (item.isBusy) throw this.#busy();
      await item.upload?.lose();
      await this.#drop(item);
    });
  }

  makeFolder(given: string): Promise<void> {
    const path = this.path(given);
    return this.#alone(async () => {
      this.#mayBecome(path, false);
      this.#mayBeOneMore();
      await this.#onDisk((disk) => disk.append(this.#folderAt(path), new Uint8Array(), { mode: 0o600 }));
      this.#folders.add(path);
    });
  }

  removeFolder(given: string): Promise<void> {
    const path = this.path(given);
    return this.#alone(async () => {
      if (!this.#folders.has(path)) throw absent();
      this.#mayVanish(path);
      await this.#onDisk((disk) => disk.remove(this.#folderAt(path)));
      this.#folders.delete(path);
    });
  }

  /** Keeps everybody from a file that is to be handed over. It is left again by `taken`, `drop` or `leave`. */
  claim(item: Item): Promise<void> {
    return this.#alone(async () => {
      if (item.isBusy || item.upload || this.#items.get(item.path) !== item) throw this.#busy();
      item.isBusy = true;
    });
  }

  /** A file that was handed over stays. */
  leave(item: Item): void {
    item.isBusy = false;
  }

  /** The content of a file. */
  read(item: Item): Promise<Uint8Array> {
    return this.#onDisk((disk) => disk.read(this.#at(item)));
  }

  /** A file has become a message, under this path: its bytes go, its name shows for a while. */
  async taken(item: Item, path: string): Promise<void> {
    const replaced = this.#items.get(path);
    if (replaced && replaced !== item && !replaced.isBusy && !replaced.upload) await this.#drop(replaced);
    await this.#drop(item);
    item.path = path;
    item.isTaken = true;
    item.isBusy = false;
    this.#shown.add(item);
  }

  /** Removes a file that nobody is to have. */
  async drop(item: Item): Promise<void> {
    await this.#drop(item);
    item.isBusy = false;
  }

  #newItem(path: string): Item {
    this.#mayBeOneMore();
    return itemAt(path, this.#tools.world.clock.nowMs());
  }

  #mayBeOneMore(): void {
    const { filesMax } = this.#bounds;
    if (this.#items.size + this.#folders.size - this.#fixed.size < filesMax) return;
    throw this.#refusal(
      this.#tools.error("SFTP_SERVER_QUOTA_SPENT", { setting: "filesMax", most: filesMax }),
    );
  }

  #mayBecome(path: string, overwrites: boolean): void {
    if (!this.#folders.has(folderOf(path))) throw absent();
    const known = this.#items.get(path);
    if (this.#folders.has(path) || known && !overwrites) throw existing();
    if (known?.isBusy || known?.upload) throw this.#busy();
  }

  #mayVanish(folder: string): void {
    if (this.#fixed.has(folder)) throw new Refusal(STATUS.PERMISSION_DENIED, "It stays");
    if (this.list(folder).some(({ item }) => !item?.isTaken)) {
      throw new Refusal(STATUS.FAILURE, "It is not empty");
    }
  }

  #grow(item: Item, size: number): void {
    const { error, config: { fileBytesMax }, world: { clock } } = this.#tools;
    const { bytesMax } = this.#bounds;
    if (size > fileBytesMax) throw this.#refusal(error("SFTP_SERVER_FILE_TOO_LARGE", { fileBytesMax }));
    const more = size - item.size;
    if (more > 0 && this.#bytes + more > bytesMax) {
      throw this.#refusal(error("SFTP_SERVER_QUOTA_SPENT", { setting: "bytesMax", most: bytesMax }));
    }
    this.#bytes += more;
    item.size = size;
    item.writtenMs = clock.nowMs();
    item.datedMs = undefined;
  }

  /** What the disk does not let go is back after a restart, unfinished. */
  async #drop(item: Item): Promise<void> {
    item.isBusy = true;
    await this.#onDisk((disk) => disk.remove(this.#at(item))).catch(({ error }: Refusal) =>
      this.#tools.report({ name: "uploadStuck", ...(error ? { error } : {}) })
    );
    // Only now: the name on the disk is free for whoever writes the same path anew.
    this.#items.delete(item.path);
    this.#bytes -= item.size;
  }

  async #become(item: Item, path: string, state: Item["state"]): Promise<void> {
    await this.#onDisk((disk) => disk.rename(this.#at(item), this.#at({ ...item, path, state })));
    Object.assign(item, { path, state });
  }

  #at(staged: Staged): string {
    return join(this.#folder, nameOfStaged(staged));
  }

  #folderAt(path: string): string {
    return this.#at({ path, state: "folder" });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #onDisk<T>(work: (disk: Tools["world"]["disk"]) => Promise<T>): Promise<T> {
    try {
      return await work(this.#tools.world.disk);
    } catch (cause) {
      throw this.#failed(cause);
    }
  }

  #failed(cause: unknown): Refusal {
    const { code } = cause as { code?: unknown };
    const reason = typeof code === "string" ? code : "unknown";
    return this.#refusal(this.#tools.error("SFTP_SERVER_DISK_FAILED", { reason }, cause));
  }

  #unfinished(): Refusal {
    return this.#refusal(this.#tools.error("SFTP_SERVER_FILE_UNFINISHED"));
  }

  #busy(): Refusal {
    return this.#refusal(this.#tools.error("SFTP_SERVER_FILE_BUSY"));
  }

  #refusal(error: MitralError): Refusal {
    return new Refusal(STATUS.FAILURE, error);
  }
}

function itemAt(path: string, writtenMs: number): Item {
  return { path, size: 0, writtenMs, state: "part", isTaken: false, isBusy: false };
}

function existing(): Refusal {
  return new Refusal(STATUS.FAILURE, "It exists");
}

function refuse(refusal: Refusal): never {
  throw refusal;
}
