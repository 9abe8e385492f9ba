import { DOUBTED, type Parcel, type Partners, type RelayIdentity } from "../../contract/adapter.ts";
import { errorTable, MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { NumberedEntry } from "../../journal/ledger/operations.ts";
import { AUDIT_FORMATS } from "../../trust/ledger/audit/audit_formats.ts";
import { limits } from "../limits.ts";
import type { Unstamped } from "../line.ts";
import { listenerMemory } from "../listener_memory.ts";
import { LazySender } from "../paths/lazy_sender.ts";
import type { AuditPlan } from "../plan.ts";
import { backoffMs } from "../supervisor.ts";
import { errors } from "./forward_errors.ts";
import { ForwardMark, type LedgerPlace } from "./forward_mark.ts";

/** What a forwarder is made of. */
export interface ForwarderParts {
  readonly plan: AuditPlan;
  /** The gateway's name. */
  readonly gateway: string;
  readonly world: World;
  readonly partners: Partners;
  readonly relay?: RelayIdentity;
  /** The journal there is now: another one after a failure. */
  journal(): Pick<Journal, "ask" | "write">;
  report(event: Unstamped): void;
}

/** How far the collector is, now. */
export interface ForwardState {
  /** Name of the adapter. */
  readonly by: string;
  /** The next entry that is to be sent; left out before the first look. */
  readonly next?: LedgerPlace;
  /** When the next entry was written, in milliseconds since 1970-01-01T00:00Z; left out while none waits. */
  readonly waitingSinceMs?: number;
  /** Code of what keeps entries from getting through. */
  readonly trouble?: string;
}

/** What it remembers is under this name; no channel has a space in its. */
const MEMORY = "audit forwarder";

/**
 * Sends the entries of the ledger to a collector as they come: in order, each at least once, none left out. The feed never
 * waits for it: what the collector does not take stays in the ledger, and is sent later.
 *
 * A collector of syslog confirms nothing. What was sent last is therefore sent again when its connection is lost, and after a
 * start: an entry that came twice has the same epoch and number.
 */
export class AuditForwarder {
  readonly #parts: ForwarderParts;
  readonly #sender: LazySender;
  /** Aborted: there is a moment left. */
  readonly #hurry = new AbortController();
  /** Aborted: there is none. */
  readonly #end = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};
  #isWoken = false;
  #isDoubted = false;
  #mark: ForwardMark | undefined;
  #next: LedgerPlace | undefined;
  /** Whose entries come now: another only after a start. */
  #epoch = 0;
  #waitingSinceMs: number | undefined;
  #trouble: MitralError | undefined;
  #failures = 0;
  #failingSinceMs = 0;
  #isTold = false;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    const { plan: { send: { spec, config } }, world, partners, relay } = parts;
    this.#sender = new LazySender(() =>
      spec.open({
        config: config as never,
        world,
        partners,
        ...(relay ? { relay } : {}),
        contentTypes: [],
        ...errorTable(spec.name, spec.errors),
        report: (event) => {
          if (event.name === DOUBTED) this.#doubt();
          this.#parts.report({
            name: "auditReported",
            event: event.name,
            facts: event.facts ?? {},
            error: event.error,
          });
        },
      })
    );
  }

  /** Begins. Nothing has to be there yet. */
  start(): void {
    this.#running = this.#run();
  }

  /** There may be new entries. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** As it is now. */
  state(): ForwardState {
    return {
      by: this.#parts.plan.send.spec.name,
      ...(this.#next ? { next: this.#next } : {}),
      ...(this.#waitingSinceMs === undefined ? {} : { waitingSinceMs: this.#waitingSinceMs }),
      ...(this.#trouble ? { trouble: this.#trouble.code } : {}),
    };
  }

  /** Ends. Where entries get through, those that wait are sent first, for a moment; the rest after the next start. */
  async stop(): Promise<void> {
    const giveUp = this.#parts.world.clock.after(limits.forwardDrainMs, () => this.#end.abort());
    this.#hurry.abort();
    if (this.#trouble) this.#end.abort();
    this.wake();
    await this.#running;
    giveUp();
    await this.#sender[Symbol.asyncDispose]();
    // Where the journal takes nothing any more, more of it is sent again.
    await this.#mark?.save().catch(() => {});
  }

  async #run(): Promise<void> {
    const { random } = this.#parts.world;
    const { signal: isOver } = this.#hurry;
    for (;;) {
      try {
        this.#isWoken = false;
        await this.#forward(this.#end.signal);
        if (isOver.aborted) return;
        await this.#rest();
        // Many commits are one look.
        await this.#nap(limits.forwardLookMs);
      } catch (cause) {
        if (isOver.aborted) return;
        this.#failed(cause);
        await this.#nap(backoffMs(this.#failures, limits.forwardRetryMs, limits.forwardRetryMsMax, random));
        if (isOver.aborted) return;
      }
    }
  }

  /** Sends all there is. */
  async #forward(signal: AbortSignal): Promise<void> {
    const mark = this.#mark ??= await this.#begin();
    for (;;) {
      if (this.#isDoubted) this.#rewind(mark);
      const { epoch, number } = this.#next ??= mark.kept;
      const { entries, next } = await this.#parts.journal().ask({
        ask: "entries",
        epoch,
        from: number,
        limit: limits.forwardPageMax,
      });
      for (const numbered of entries) {
        this.#waitingSinceMs = numbered.entry.atMs;
        await this.#send(numbered, epoch, signal);
        if (this.#isDoubted) break;
        mark.pass(this.#next = { epoch, number: numbered.number + 1 });
      }
      if (this.#isDoubted) continue;
      if (next !== null) this.#next = { epoch, number: next };
      else if (epoch < this.#epoch) this.#next = { epoch: epoch + 1, number: 0 };
      else {
        this.#waitingSinceMs = undefined;
        return await mark.save();
      }
      await mark.save();
    }
  }

  async #begin(): Promise<ForwardMark> {
    const { world: { clock }, journal, plan: { send: { spec } } } = this.#parts;
    const { epoch } = await journal().ask({ ask: "entries", from: 0, limit: 1 });
    this.#epoch = epoch;
    const memory = listenerMemory(
      { ask: (it) => journal().ask(it), write: (it) => journal().write(it) },
      MEMORY,
    );
    const trust = spec.isUnconfirmed
      ? { afterMs: limits.forwardDoubtMs, afterEntries: limits.forwardDoubtEntries }
      : { afterMs: 0, afterEntries: 0 };
    return await ForwardMark.load(memory, { epoch, number: 0 }, { trust, nowMs: () => clock.elapsedMs() });
  }

  async #send({ number, entry, bytes }: NumberedEntry, epoch: number, signal: AbortSignal): Promise<void> {
    const { plan, gateway } = this.#parts;
    const format = AUDIT_FORMATS[plan.format];
    const parcel: Parcel = {
      id: `${gateway}-${epoch}-${number}`,
      bytes: utf8.encode(format.write({ gateway, epoch, number, entry, bytes })),
      contentType: format.contentType,
      attempt: this.#failures + 1,
      sequence: number + 1,
      atMs: entry.atMs,
      value: () => "",
      judge: () => ({ kind: "accepted" }),
    };
    const sender = await this.#sender.get();
    const outcome = await sender.send(parcel, signal);
    if (outcome.kind === "rejected" || outcome.kind === "failed") throw outcome.error;
    this.#passed();
  }

  #passed(): void {
    this.#failures = 0;
    if (!this.#trouble) return;
    this.#trouble = undefined;
    this.#isTold = false;
    this.#parts.report({ name: "auditRestored" });
  }

  #failed(cause: unknown): void {
    const { world: { clock }, plan: { alarmAfterMs }, journal, report } = this.#parts;
    if (this.#mark) this.#rewind(this.#mark);
    const error = cause instanceof MitralError
      ? cause
      : errors.error("FORWARD_CRASHED", { kind: cause instanceof Error ? cause.name : typeof cause }, cause);
    if (this.#failures++ === 0) this.#failingSinceMs = clock.elapsedMs();
    if (this.#trouble?.code !== error.code) report({ name: "auditFailed", error });
    this.#trouble = error;
    const forMs = clock.elapsedMs() - this.#failingSinceMs;
    if (this.#isTold || forMs < alarmAfterMs) return;
    this.#isTold = true;
    const alarm = errors.error("FORWARD_COLLECTOR_SILENT", { forMs, code: error.code }, error);
    report({ name: "auditAlarmed", error: alarm });
    const entry = { kind: "alarm", atMs: clock.nowMs(), code: alarm.code } as const;
    // Told all the same where it cannot be written down.
    journal().write({ op: "writeEntry", entry }).catch(() => {});
  }

  #doubt(): void {
    this.#isDoubted = true;
    this.wake();
  }

  #rewind(mark: ForwardMark): void {
    this.#isDoubted = false;
    mark.doubt();
    this.#next = mark.kept;
  }

  /** Until there may be something to do. */
  #rest(): Promise<void> {
    return this.#isWoken ? Promise.resolve() : new Promise((resolve) => this.#wake = resolve);
  }

  #nap(ms: number): Promise<void> {
    return this.#parts.world.clock.sleep(ms, this.#hurry.signal).catch(() => {});
  }
}

const utf8 = new TextEncoder();
