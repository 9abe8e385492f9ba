import type { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { By } from "../../journal/acts.ts";
import type { Journal } from "../../journal/journal.ts";
import { listenerMemory } from "../listener_memory.ts";
import type { Unstamped } from "../line.ts";
import { errors } from "./errors.ts";

/** Something is wrong with a ledger: somebody should look. */
export interface LedgerAlarm {
  /** What it is settled by. */
  readonly id: string;
  /** In milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** Error code that says what is wrong. */
  readonly code: string;
  /** The same in words. */
  readonly says: string;
  /** What the gateway calls itself whose ledger it is about: this one, or a partner. */
  readonly gateway: string;
  /** Our name for the partner that it was found with, or at; left out where this gateway has found it alone. */
  readonly partner?: string;
  /** Checkpoints that show it, as they were signed: two by one key that contradict each other convince anybody. */
  readonly notes: readonly string[];
  /** Who has looked, and when; left out while nobody has. */
  readonly settled?: { readonly atMs: number; readonly by: string };
}

/** What alarms are kept with. */
export interface AlarmsParts {
  readonly world: Pick<World, "clock">;
  journal(): Pick<Journal, "ask" | "write">;
  report(event: Unstamped): void;
}

/** What everything about ledgers is remembered under; no channel has a space in its name. */
export const MEMORY = "exchange ledger";
const KEY = "alarms";
/** So many are remembered. */
const ALARMS_MAX = 100;

/** Alarms about ledgers: told, written down, and there until a person has settled them, whatever restarts. */
export class LedgerAlarms {
  readonly #parts: AlarmsParts;
  /** Ids of those that could not be written down yet. */
  readonly #unwritten = new Set<string>();
  #all: readonly LedgerAlarm[] = [];
  #loaded: Promise<void> | undefined;

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
  }

  /** All that are remembered, oldest first. */
  get all(): readonly LedgerAlarm[] {
    return this.#all;
  }

  /** Remembers those of earlier runs; tried again with the next call where the journal does not tell. */
  load(): Promise<void> {
    return this.#loaded ??= this.#load().catch((cause) => {
      this.#loaded = undefined;
      throw cause;
    });
  }

  /**
   * Raises an alarm, unless one with the same first note is known of that code, or one that nobody has settled. Never rejects:
   * it is told though it cannot be written down. Resolves with true where this very alarm is written down, now or before.
   */
  async raise(
    error: MitralError,
    about: Pick<LedgerAlarm, "gateway" | "notes"> & { readonly partner?: string },
  ): Promise<boolean> {
    const { world: { clock }, report } = this.#parts;
    // What is not known may not be written over.
    const isLoaded = await this.load().then(() => true, () => false);
    const { code, message } = error, { gateway, partner, notes } = about;
    const alike = this.#all.filter((each) =>
      each.code === code && each.gateway === gateway && each.partner === partner
    );
    const known = alike.find((each) => each.notes[0] === notes[0]);
    if (known) return !this.#unwritten.has(known.id) || await this.#write(known);
    if (alike.some(({ settled }) => !settled)) return false;
    report({ name: "ledgerAlarmed", ...(partner === undefined ? {} : { partner }), error });
    if (!isLoaded) return false;
    const id = String(1 + Math.max(0, ...this.#all.map(({ id }) => Number(id))));
    const alarm = { id, atMs: clock.nowMs(), code, says: message, ...about };
    this.#all = shortened([...this.#all, alarm]);
    this.#unwritten.add(id);
    return await this.#write(alarm);
  }

  /** A person has looked: it is told of no more, and the act is written down with its reason. Errors: LEDGER_ALARM_UNKNOWN, JOURNAL_…. */
  async settle(id: string, by: By): Promise<void> {
    await this.load();
    const found = this.#all.find((each) => each.id === id && !each.settled) ??
      errors.fail("LEDGER_ALARM_UNKNOWN", { id });
    const atMs = this.#parts.world.clock.nowMs();
    const settled = { ...found, settled: { atMs, by: by.person } };
    this.#all = this.#all.map((each) => each === found ? settled : each);
    const act = `settled alarm ${id}: ${found.code}`;
    await Promise.all([this.#parts.journal().write({ op: "noteAsked", act, by, atMs }), this.#keep()]);
  }

  async #write({ id, atMs, code, gateway }: LedgerAlarm): Promise<boolean> {
    const entry = { kind: "alarm", atMs, code, gateway } as const;
    try {
      await Promise.all([this.#parts.journal().write({ op: "writeEntry", entry }), this.#keep()]);
    } catch {
      return false;
    }
    this.#unwritten.delete(id);
    return true;
  }

  async #load(): Promise<void> {
    const text = await listenerMemory(this.#parts.journal(), MEMORY).get(KEY);
    if (text !== undefined) this.#all = JSON.parse(text);
  }

  #keep(): Promise<void> {
    return listenerMemory(this.#parts.journal(), MEMORY).set(KEY, JSON.stringify(this.#all));
  }
}

/** Without the oldest, those that are settled first. */
function shortened(all: readonly LedgerAlarm[]): readonly LedgerAlarm[] {
  if (all.length <= ALARMS_MAX) return all;
  const oldest = all.find(({ settled }) => settled) ?? all[0];
  return all.filter((each) => each !== oldest);
}
