import type { Clock } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Ageing, FoundPlace, KeptDay } from "../journal/retention_operations.ts";
import { GIVE_BACK_PAGES } from "../journal/retention_operations.ts";
import { dayOf } from "../journal/sealing.ts";
import { firstYearKept } from "../journal/disclosures/tables.ts";
import { limits } from "./limits.ts";
import type { Unstamped } from "./line.ts";

/** What retention is made of. */
export interface RetentionParts {
  /** Has the journal that is in use. */
  readonly keeper: { readonly journal: Journal };
  readonly clock: Clock;
  /** How many days messages of a channel are kept, the day they came not counted. */
  keepDaysOf(channel: string): number;
  report(event: Unstamped): void;
}

/** What became of old messages. */
export interface PrunedMessages {
  /** They are gone. */
  readonly removed: number;
  /** They are over their time, and stay: not delivered, in quarantine, or under a hold. */
  readonly carried: number;
}

/**
 * Lets what is old go, a channel's day at a time. What must stay is sealed under a key of today first. Then the day's keys
 * go, and with them everything of that day can no longer be read; then the rows, in slices, so that nobody waits for it.
 * What a crash cuts short goes on at the next run.
 */
export class Retention {
  readonly #parts: RetentionParts;
  #stopTimer = () => {};
  #running: Promise<PrunedMessages> | undefined;
  #isStopped = false;
  #pauses = 0;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Runs a while after the start, and then again and again. */
  start(): void {
    this.#runAfter(limits.retentionFirstMs);
  }

  /** Runs now, unless it does already; resolves when nothing is left to do. Errors: JOURNAL_…. */
  run(): Promise<PrunedMessages> {
    return this.#running ??= this.#runOnce().finally(() => this.#running = undefined);
  }

  /** What {@linkcode Retention.run} would do now. */
  async look(): Promise<PrunedMessages> {
    const { keeper: { journal } } = this.#parts;
    let removed = 0, carried = 0;
    for (const { channel, day, isDropped } of await this.#overTime()) {
      for (let after: number | null = 0; after !== null;) {
        const slice: Ageing = await journal.ask({
          ask: "ageing",
          channel,
          day,
          after,
          limit: limits.retentionLook,
        });
        // What has lost its keys goes, whatever stood in its way since.
        carried += isDropped ? 0 : slice.staying;
        removed += slice.messages - (isDropped ? 0 : slice.staying);
        after = slice.last;
      }
    }
    return { removed, carried };
  }

  /** Removes nothing until the returned function is called. Resolves when nothing is being removed. */
  async pause(): Promise<() => void> {
    this.#pauses++;
    await this.#running?.catch(() => {});
    return () => void this.#pauses--;
  }

  /** Resolves when nothing is being removed any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    await this.#running?.catch(() => {});
  }

  #runAfter(ms: number): void {
    if (this.#isStopped) return;
    this.#stopTimer = this.#parts.clock.after(ms, async () => {
      // A store that failed has told so itself.
      if (this.#pauses === 0) await this.run().catch(() => {});
      this.#runAfter(limits.retentionMs);
    });
  }

  get #mayGoOn(): boolean {
    return !this.#isStopped && this.#pauses === 0;
  }

  async #runOnce(): Promise<PrunedMessages> {
    let removed = 0, carried = 0;
    for (const day of await this.#overTime()) {
      if (!this.#mayGoOn) break;
      if (!day.isDropped) carried += await this.#close(day, dayOf(this.#parts.clock.nowMs()));
      removed += await this.#remove(day);
    }
    if (removed > 0) await this.#sweep();
    if (await this.#dropDisclosures() || removed > 0) await this.#giveBack();
    return { removed, carried };
  }

  /** Days whose time is over, oldest first. */
  async #overTime(): Promise<readonly KeptDay[]> {
    const { keeper: { journal }, clock, keepDaysOf } = this.#parts;
    const today = dayOf(clock.nowMs());
    const days = await journal.ask({ ask: "days", before: today });
    return days.filter(({ channel, day, isDropped }) => isDropped || day < today - keepDaysOf(channel));
  }

  /** Until its keys are gone; says how many messages stay. */
  async #close({ channel, day }: KeptDay, toDay: number): Promise<number> {
    const { keeper: { journal } } = this.#parts;
    const limit = limits.retentionSlice;
    for (let all = 0;;) {
      const { messages } = await journal.write({ op: "carry", channel, day, toDay, limit });
      all += messages;
      if (messages === limit) continue;
      const { dropped } = await journal.write({ op: "dropKeys", channel, day });
      // Something was put back meanwhile.
      if (!dropped) continue;
      await journal.ask({ ask: "forgetKeys" });
      this.#parts.report({ name: "dayClosed", channel, day, carried: all });
      return all;
    }
  }

  async #remove({ channel, day }: KeptDay): Promise<number> {
    const { keeper: { journal }, report } = this.#parts;
    const limit = limits.retentionSlice;
    let all = 0, files = 0;
    for (let slice: number = limit; slice === limit && this.#mayGoOn;) {
      const pruned = await journal.write({ op: "prune", channel, day, limit }, "patient");
      slice = pruned.messages;
      all += slice;
      files += pruned.files;
    }
    if (all > 0) report({ name: "messagesPruned", channel, messages: all, files });
    return all;
  }

  /** What was disclosed is kept by the year, whatever becomes of the messages. Says whether any of it went. */
  async #dropDisclosures(): Promise<boolean> {
    const { keeper: { journal }, clock } = this.#parts;
    const beforeYear = firstYearKept(clock.nowMs()), limit = limits.retentionSlice;
    if (!this.#mayGoOn || !await journal.ask({ ask: "disclosuresOver", beforeYear })) return false;
    for (let rows: number = limit; rows === limit && this.#mayGoOn;) {
      ({ rows } = await journal.write({ op: "dropDisclosures", beforeYear, limit }, "patient"));
      await journal.ask({ ask: "forgetKeys" });
    }
    return true;
  }

  /** A slice of large messages leaves more space than is given back with it. */
  async #giveBack(): Promise<void> {
    const { keeper: { journal } } = this.#parts;
    for (let free = Infinity; free > GIVE_BACK_PAGES && this.#mayGoOn;) {
      free = (await journal.write({ op: "giveBack" }, "patient")).freePages;
    }
  }

  async #sweep(): Promise<void> {
    const { keeper: { journal } } = this.#parts;
    for (let after: FoundPlace | null = [-1, -1, -1]; after && this.#mayGoOn;) {
      const { gone, last }: { gone: readonly FoundPlace[]; last: FoundPlace | null } = await journal.ask({
        ask: "unfound",
        after,
        limit: limits.retentionLook,
      });
      for (let at = 0; at < gone.length; at += limits.retentionSlice) {
        const rows = gone.slice(at, at + limits.retentionSlice);
        await journal.write({ op: "sweepFound", rows }, "patient");
      }
      after = last;
    }
  }
}
