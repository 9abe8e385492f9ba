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
   * it is told though it cannot be written down.
   */
  async raise(
    error: MitralError,
    about: Pick<LedgerAlarm, "gateway" | "notes"> & { readonly partner?: string },
  ): Promise<void> {
    const { world: { clock }, report, journal } = this.#parts;
    await this.load().catch(() => {});
    const { code, message } = error, { gateway, partner, notes } = about;
    const isSame = (each: LedgerAlarm) =>
      each.code === code && each.gateway === gateway && each.partner === partner &&
      (!each.settled || each.notes[0] === notes[0]);
    if (this.#all.some(isSame)) return;
    const atMs = clock.nowMs();
    const id = String(1 + Math.max(0, ...this.#all.map(({ id }) => Number(id))));
    this.#all = shortened([...this.#all, { id, atMs, code, says: message, ...about }]);
    report({ name: "ledgerAlarmed", ...(partner === undefined ? {} : { partner }), error });
    const entry = { kind: "alarm", atMs, code, gateway } as const;
    await Promise.all([journal().write({ op: "writeEntry", entry }), this.#keep()]).catch(() => {});
  }

  /** A person has looked: it is told of no more, and the act is written down with its reason. Errors: LEDGER_ALARM_UNKNOWN, JOURNAL_…. */
  async settle(id: string, by: By): Promise<LedgerAlarm> {
    await this.load();
    const found = this.#all.find((each) => each.id === id && !each.settled) ??
      errors.fail("LEDGER_ALARM_UNKNOWN", { id });
    const atMs = this.#parts.world.clock.nowMs();
    const settled = { ...found, settled: { atMs, by: by.person } };
    this.#all = this.#all.map((each) => each === found ? settled : each);
    const act = `settled alarm ${id}: ${found.code}`;
    await Promise.all([this.#parts.journal().write({ op: "noteAsked", act, by, atMs }), this.#keep()]);
    return settled;
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
