import { createHash } from "node:crypto";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { LedgerEntry } from "../../trust/ledger/entry.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import type { LivePartners } from "../../trust/live_partners.ts";
import { writePartnerFile } from "../../trust/partner_file.ts";
import { listenerMemory } from "../listener_memory.ts";
import { MEMORY } from "./alarms.ts";
import { type PageUser, userChanges } from "./page_users.ts";

/** A person, or a program, asks something of the gateway by its control socket after a while of not asking. */
export interface Login {
  /** As the operating system names the person; left out where nobody was named. */
  readonly by?: string;
  /** Code of the error it was refused by; left out where it was let in. */
  readonly code?: string;
}

/** What the entries of a gateway as a whole are made of. */
export interface GatewayEntriesParts {
  readonly world: Pick<World, "clock">;
  readonly partners: Pick<LivePartners, "names" | "stateOf" | "recordOf">;
  journal(): Pick<Journal, "ask" | "write">;
  /** Our keys, as they are now; left out where nothing is sealed. */
  keyring(): GatewayKeyring | undefined;
  /** Our own file of public keys as partners have it; left out where nobody is sent it. */
  readonly ownFile: (() => Promise<{ readonly bytes: Uint8Array }>) | undefined;
}

const KEY = "partners", USERS = "page users";

/**
 * Writes down what happens to the gateway as a whole: it starts and stops, its configuration, its keys and its partners change,
 * people sign in. Keeps each file of public keys that it hands out or takes, as it was. Nobody waits for any of it, and what
 * the journal cannot write, it says itself.
 */
export class GatewayEntries {
  readonly #parts: GatewayEntriesParts;
  /** What happens to keys and partners is looked at one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: GatewayEntriesParts) {
    this.#parts = parts;
  }

  /** Writes an entry, as of now. */
  write(entry: Omit<LedgerEntry, "atMs">): void {
    const atMs = this.#parts.world.clock.nowMs();
    this.#parts.journal().write({ op: "writeEntry", entry: { ...entry, atMs } }, "patient").catch(() => {});
  }

  /** Somebody signed in, or could not. */
  login({ by, code }: Login): void {
    this.write({
      kind: "login",
      outcome: code === undefined ? "accepted" : "rejected",
      ...(by === undefined ? {} : { by }),
      ...(code === undefined ? {} : { code }),
    });
  }

  /** Keys or partners may have changed: writes down what has since it was last written down. */
  look(): void {
    this.#turn = this.#turn.then(async () => {
      await this.#lookAtKeys();
      await this.#lookAtPartners();
    }).catch(() => {});
  }

  /** The users of the page: writes down what was done to them since they were last written down. */
  lookAtUsers(users: readonly PageUser[]): void {
    this.#turn = this.#turn.then(async () => {
      const memory = listenerMemory(this.#parts.journal(), MEMORY);
      const before = await memory.get(USERS) ?? "{}";
      const { acts, now } = userChanges(JSON.parse(before), users);
      for (const act of acts) this.write({ kind: "config", ...act });
      const next = JSON.stringify(now);
      if (next !== before) await memory.set(USERS, next);
    }).catch(() => {});
  }

  async #lookAtKeys(): Promise<void> {
    const { journal, keyring, ownFile } = this.#parts;
    const identity = keyring()?.identity;
    if (!identity) return;
    const { gateway, serial, changedBy } = identity;
    const [last] = await journal().ask({ ask: "handedFiles", gateway });
    // Some signatures are others each time: without partners the file is made once for each serial.
    if (!ownFile && last?.serial === serial) return;
    const { bytes } = ownFile ? await ownFile() : { bytes: await writePartnerFile(identity) };
    const hash = sha256(bytes);
    if (last?.sha256 === hash) return;
    await this.#hand(gateway, serial, bytes);
    if (last?.serial === serial) return;
    this.write({ kind: "keys", serial, hash, ...(changedBy === undefined ? {} : { by: changedBy }) });
  }

  async #lookAtPartners(): Promise<void> {
    const { journal, partners } = this.#parts;
    const memory = listenerMemory(journal(), MEMORY);
    const text = await memory.get(KEY) ?? "{}";
    const before: Readonly<Record<string, string>> = JSON.parse(text);
    const now: Record<string, string> = {};
    for (const name of new Set([...partners.names, ...Object.keys(before)])) {
      const record = partners.recordOf(name), state = partners.stateOf(name) ?? "removed";
      const hash = record && sha256(record.bytes);
      const seen = `${state} ${hash ?? ""}`;
      if (state !== "removed") now[name] = seen;
      if (before[name] === seen) continue;
      if (record) await this.#hand(record.gateway, record.serial, record.bytes);
      this.write({
        kind: "partner",
        outcome: state,
        gateway: record?.gateway ?? name,
        ...(record ? { serial: record.serial, hash: hash! } : {}),
        ...(record?.by === undefined ? {} : { by: record.by }),
      });
    }
    const next = JSON.stringify(now);
    if (next !== text) await memory.set(KEY, next);
  }

  async #hand(gateway: string, serial: number, bytes: Uint8Array): Promise<void> {
    const atMs = this.#parts.world.clock.nowMs();
    await this.#parts.journal().write({ op: "keepHandedFile", gateway, serial, atMs, bytes }, "patient");
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
