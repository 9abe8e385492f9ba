import { join } from "node:path";
import type { Clock, Disk } from "../contract/world.ts";
import {
  isPartnerName,
  parseRecord,
  type PartnerRecord,
  recordErrors,
  writeRecord,
} from "./partner_record.ts";

const ENDING = ".json";
/** Tokens are for nobody else to read. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const LOCK_WAIT_MS = 100;
const LOCK_WAITS_MAX = 50;

/** What a change leaves: the record as it is now, or none. */
export type Changed = PartnerRecord | undefined;

/**
 * The folder of a gateway's partners: `NAME.json` for each, read by the running gateway, changed by whoever onboards
 * partners. Every change is made by one process at a time, and is durable when it resolves.
 */
export class PartnerFolder {
  /** Absolute. */
  readonly path: string;
  readonly #disk: Disk;
  readonly #clock: Pick<Clock, "sleep">;

  constructor(path: string, { disk, clock }: { readonly disk: Disk; readonly clock: Pick<Clock, "sleep"> }) {
    this.path = path;
    this.#disk = disk;
    this.#clock = clock;
  }

  /** The file of a partner, absolute. */
  fileOf(name: string): string {
    return join(this.path, `${name}${ENDING}`);
  }

  /** Our names for all that are in it, in order. None where there is no folder yet. Errors: RECORD_FILE_UNREADABLE. */
  async names(): Promise<readonly string[]> {
    return namesIn(await orNothing(this.path, () => this.#disk.list(this.path)) ?? []);
  }

  /** What the file of a partner holds, unread; `undefined` where there is none. Errors: RECORD_FILE_UNREADABLE. */
  async bytesOf(name: string): Promise<Uint8Array | undefined> {
    const file = this.fileOf(name);
    return await orNothing(file, () => this.#disk.read(file));
  }

  /** `undefined` where there is none. Errors: RECORD_FILE_UNREADABLE, RECORD_FILE_INVALID, those of `parsePartnerFile`. */
  async find(name: string): Promise<PartnerRecord | undefined> {
    const bytes = isPartnerName(name) ? await this.bytesOf(name) : undefined;
    return bytes && await parseRecord(bytes, name, this.fileOf(name));
  }

  /** As {@linkcode find}, of one that must be there. Errors: RECORD_PARTNER_UNKNOWN, too. */
  async get(name: string): Promise<PartnerRecord> {
    return await this.find(name) ??
      recordErrors.fail("RECORD_PARTNER_UNKNOWN", { partner: name, folder: this.path });
  }

  /** All of them, in the order of their names. Errors: as of {@linkcode find}. */
  async all(): Promise<readonly PartnerRecord[]> {
    const found = await Promise.all((await this.names()).map((name) => this.find(name)));
    return found.filter((record) => record !== undefined);
  }

  /**
   * Has `change` look at all that is there and say what the partner `name` is to be; `undefined` removes it. Nobody else
   * changes the folder meanwhile. Errors: RECORD_FILE_BUSY, RECORD_FILE_UNWRITABLE, and those of `change`.
   */
  async change<C extends Changed>(
    change: () => Promise<{ readonly name: string; readonly record: C }>,
  ): Promise<C> {
    const lock = join(this.path, ".lock");
    await orUnwritable(this.path, () => this.#disk.makeFolder(this.path, { mode: FOLDER_MODE }));
    await this.#lock(lock);
    try {
      const { name, record } = await change();
      const file = this.fileOf(name);
      await orUnwritable(
        file,
        () =>
          record
            ? this.#disk.writeAtomic(file, writeRecord(record), { mode: FILE_MODE })
            : this.#disk.remove(file),
      );
      return record;
    } finally {
      await orUnwritable(lock, () => this.#disk.remove(lock));
    }
  }

  async #lock(lock: string): Promise<void> {
    for (let waits = 0;; waits++) {
      try {
        return await this.#disk.writeAtomic(lock, new Uint8Array(), { mode: FILE_MODE, mustBeNew: true });
      } catch (cause) {
        if (codeOf(cause) !== "EEXIST") unwritable(lock, cause);
        if (waits === LOCK_WAITS_MAX) recordErrors.fail("RECORD_FILE_BUSY", { file: lock }, cause);
      }
      await this.#clock.sleep(LOCK_WAIT_MS);
    }
  }
}

/** Names of partners among those of files. */
export function namesIn(files: readonly string[]): readonly string[] {
  return files.filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .filter(isPartnerName);
}

async function orNothing<T>(file: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (cause) {
    const reason = codeOf(cause);
    if (reason === "ENOENT") return undefined;
    return recordErrors.fail("RECORD_FILE_UNREADABLE", { file, reason }, cause);
  }
}

async function orUnwritable<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    return unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): never {
  return recordErrors.fail("RECORD_FILE_UNWRITABLE", { file, reason: codeOf(cause) }, cause);
}

function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown })?.code ?? "EIO");
}
