import { declareErrors, MitralError } from "../contract/error.ts";
import type { Clock, Disk } from "../contract/world.ts";
import { writeFile } from "./_key_file.ts";
import { readKeyFile } from "./keyring.ts";
import type { PartnerBook, PartnerState } from "./partner_book.ts";
import { parsePartnerFile, type Partner } from "./partner_file.ts";
import { PartnerFolder } from "./partner_folder.ts";
import { parseRecord, type PartnerRecord, recordErrors } from "./partner_record.ts";
import { takePartnerFile } from "./take_partner_file.ts";

/** Errors of partners that cannot be told apart. */
export const liveErrors = declareErrors("live", {
  LIVE_PARTNER_REPEATED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use partner {partner}: its gateway {gateway} is that of partner {other}, too",
  },
});

/** What the partners of a gateway are read from. */
export interface LivePartnersParts {
  /** Name of this gateway. */
  readonly gateway: string;
  /** Key files of partners that the gateway file lists, absolute; `undefined` for those without one. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** The partners' folder, absolute. */
  readonly folder?: string;
  readonly disk: Disk;
  readonly clock: Pick<Clock, "sleep">;
  /** Hears, once each, of what keeps a partner from being one. */
  report(event: { readonly partner: string; readonly error: MitralError }): void;
}

/** A file of the folder, as it was when it was last looked at. */
interface Seen {
  readonly bytes: Uint8Array;
  readonly record: PartnerRecord;
}

/** A key file that the gateway file lists. */
interface Listed {
  readonly bytes: Uint8Array;
  readonly partner: Partner;
}

/** A partner's file of public keys as it was taken, and who decided how far the partner is. */
export interface TakenFile {
  /** What the partner's gateway calls itself. */
  readonly gateway: string;
  readonly serial: number;
  readonly bytes: Uint8Array;
  /** The person who has confirmed an active partner, or has changed another last; left out for one of the gateway file. */
  readonly by?: string;
}

/**
 * The partners of a gateway as they are now. The folder is looked at by {@linkcode LivePartners.look}, which somebody
 * calls every ten seconds. A record that cannot be read keeps its partner as it was; one that is new is nobody yet. Key
 * files that the gateway file lists are read once.
 */
export class LivePartners implements PartnerBook {
  /** Grows with every change. */
  version = 0;
  readonly #parts: LivePartnersParts;
  readonly #folder: PartnerFolder | undefined;
  #listed: ReadonlyMap<string, Listed> | undefined;
  #seen: ReadonlyMap<string, Seen> = new Map();
  /** Active ones, each of another gateway. */
  #active: ReadonlyMap<string, Partner> = new Map();
  readonly #told = new Map<string, string>();
  readonly #watchers = new Set<(names: readonly string[]) => void>();
  #looking: Promise<void> = Promise.resolve();

  private constructor(parts: LivePartnersParts) {
    this.#parts = parts;
    const { folder, disk, clock } = parts;
    this.#folder = folder === undefined ? undefined : new PartnerFolder(folder, { disk, clock });
  }

  /** Reads the folder. What is wrong with one of its partners is reported, and keeps no other from being one. */
  static async open(parts: LivePartnersParts): Promise<LivePartners> {
    const partners = new LivePartners(parts);
    await partners.look();
    return partners;
  }

  get names(): readonly string[] {
    return [...Object.keys(this.#parts.files), ...this.#seen.keys()];
  }

  /** All that are active and have keys, by our name for them. */
  get active(): ReadonlyMap<string, Partner> {
    return this.#active;
  }

  stateOf(name: string): PartnerState | undefined {
    return Object.hasOwn(this.#parts.files, name) ? "active" : this.#seen.get(name)?.record.state;
  }

  find(name: string): Partner | undefined {
    return this.#active.get(name);
  }

  /** The newest file of a partner, whatever its state; `undefined` where there is none yet. */
  recordOf(name: string): TakenFile | undefined {
    const listed = this.#listed?.get(name);
    if (listed) {
      const { bytes, partner: { gateway, serial } } = listed;
      return { gateway, serial, bytes };
    }
    const { held, state, confirmed, changed } = this.#seen.get(name)?.record ?? {};
    if (!held) return undefined;
    const { gateway, serial } = held.partner;
    const { by } = (state === "active" ? confirmed : changed)!;
    return { gateway, serial, bytes: writeFile(held.said), by };
  }

  /** What keeps a partner from being one; `undefined` where nothing does, and where the gateway file lists it. */
  absenceOf(name: string): string | undefined {
    if (!this.#folder || this.#active.has(name) || Object.hasOwn(this.#parts.files, name)) return undefined;
    const state = this.stateOf(name);
    if (state === undefined) return "not in the partners' folder";
    return state === "active" ? "another partner's gateway, too" : state;
  }

  /** Our name for a suspended partner by its gateway's own name. */
  suspendedAs(gateway: string): string | undefined {
    for (const [name, { record: { state, held } }] of this.#seen) {
      if (state === "suspended" && held?.partner.gateway === gateway) return name;
    }
    return undefined;
  }

  /**
   * Reads the key files that the gateway file lists, where nobody has yet: they are needed once something is sealed.
   * Errors: KEYRING_FILE_UNREADABLE, those of `parsePartnerFile`.
   */
  async readFiles(): Promise<void> {
    if (this.#listed) return;
    const listed = new Map<string, Listed>();
    for (const [name, file] of Object.entries(this.#parts.files)) {
      if (file === undefined) continue;
      const bytes = await readKeyFile(file, this.#parts.disk);
      listed.set(name, { bytes, partner: await parsePartnerFile(bytes, file) });
    }
    this.#listed = listed;
    this.#settle();
  }

  watch(changed: (names: readonly string[]) => void): () => void {
    // Its own for each watcher: two may be the same function.
    const watcher = (names: readonly string[]) => changed(names);
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  look(): Promise<void> {
    return this.#looking = this.#looking.catch(() => {}).then(() => this.#look());
  }

  async take(name: string, file: Uint8Array): Promise<boolean> {
    const { folder } = this.#parts;
    const facts = { partner: name, folder: folder ?? "" };
    if (!this.#folder) return recordErrors.fail("RECORD_PARTNER_UNKNOWN", facts);
    const isTaken = await takePartnerFile(name, file, `file sent by ${name}`, this.#folder);
    if (isTaken) await this.look();
    return isTaken;
  }

  async #look(): Promise<void> {
    const folder = this.#folder;
    if (!folder) return;
    const names = await this.#orTold(folder.path, () => folder.names());
    if (!names) return;
    const before = this.#seen;
    const seen = new Map<string, Seen>();
    for (const name of names) {
      const old = before.get(name);
      const now = await this.#orTold(name, () => read(folder, name, old));
      if (now ?? old) seen.set(name, (now ?? old)!);
    }
    const changed = [...new Set([...before.keys(), ...names])]
      .filter((name) => before.get(name)?.record !== seen.get(name)?.record);
    if (changed.length === 0) return;
    this.#seen = seen;
    this.#settle();
    for (const watcher of this.#watchers) watcher(changed);
  }

  /** Decides who is active. Of two that are one gateway the one that was confirmed first stays. */
  #settle(): void {
    const active = new Map([...this.#listed ?? []].map(([name, { partner }]) => [name, partner]));
    const gateways = new Map([...active].map(([name, { gateway }]) => [gateway, name]));
    const confirmed = [...this.#seen.values()].map(({ record }) => record)
      .filter(({ state }) => state === "active")
      .sort((one, other) => (one.confirmed?.atMs ?? 0) - (other.confirmed?.atMs ?? 0));
    for (const { name, held } of confirmed) {
      if (!held) continue;
      const { partner } = held, { gateway } = partner;
      const other = gateway === this.#parts.gateway ? "ourselves" : gateways.get(gateway);
      if (other === undefined) {
        gateways.set(gateway, name);
        active.set(name, partner);
      } else {
        const error = liveErrors.error("LIVE_PARTNER_REPEATED", { partner: name, gateway, other });
        this.#tellOnce(`${name} ${other}`, error, name);
      }
    }
    this.#active = active;
    this.version++;
  }

  async #orTold<T>(about: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await act();
      this.#told.delete(about);
      return result;
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      this.#tellOnce(about, cause);
      return undefined;
    }
  }

  #tellOnce(about: string, error: MitralError, partner = about): void {
    if (this.#told.get(about) === error.code) return;
    this.#told.set(about, error.code);
    this.#parts.report({ partner, error });
  }
}

/** What a file holds now: what it held, where that is the same. `undefined` where it has just gone. */
async function read(folder: PartnerFolder, name: string, old: Seen | undefined): Promise<Seen | undefined> {
  const bytes = await folder.bytesOf(name);
  if (!bytes || old && isSame(bytes, old.bytes)) return old;
  return { bytes, record: await parseRecord(bytes, name, folder.fileOf(name)) };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
