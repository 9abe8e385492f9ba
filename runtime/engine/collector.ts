import type { AnswerFacts } from "../contract/format.ts";
import { lastAt, nextAt } from "../contract/schedule.ts";
import { untilAborted } from "../contract/signal.ts";
import type { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import type { By } from "../journal/acts.ts";
import type { Journal } from "../journal/journal.ts";
import type { Branch, CloseBatch, ClosedBatch, HandOn } from "../journal/operations.ts";
import type { MemberRow } from "../journal/rows.ts";
import type { Gathering } from "../journal/questions.ts";
import { crashPlace } from "./crash_place.ts";
import { errors } from "./errors.ts";
import type { BatchReason } from "./events.ts";
import type { Joiner } from "./joiners/joiner.ts";
import { limits } from "./limits.ts";
import type { Unstamped } from "./line.ts";
import { partId } from "./part_id.ts";
import type { ChannelPlan, CollectPlan, DestinationPlan } from "./plan.ts";
import { backoffMs } from "./supervisor.ts";
import { troubleOf } from "./trouble.ts";

/** What a collector is made of. */
export interface CollectorParts {
  readonly channel: ChannelPlan;
  readonly destination: DestinationPlan & { readonly collect: CollectPlan };
  readonly joiner: Joiner;
  readonly journal: Journal;
  readonly world: World;
  /** What had gathered when the channel was made. */
  readonly found: Gathering | undefined;
  newId(): string;
  /** What the channel that batches are handed to is to know of one; where the destination is a channel. */
  readonly handOn?: (branch: Branch, payload: Uint8Array) => HandOn;
  /** A batch is durable, and on its way. */
  closed(batch: CloseBatch, as: NonNullable<ClosedBatch>): void;
  report(event: Unstamped): void;
}

/** What is to be put together, whatever more gathers meanwhile. */
interface Due {
  readonly why: "time" | "asked";
  left: number;
  /** Who asked. */
  readonly by?: By;
}

/**
 * Gathers the messages of a destination and makes them one: at times of day, when there are enough, before they are too
 * large, or when somebody asks. What gathers is in the journal; here it is only counted.
 */
export class Collector {
  readonly #parts: CollectorParts;
  #count: number;
  #bytes: number;
  /** Times of day up to here have been seen to. */
  #seenMs: number;
  #due: Due | undefined;
  /** Messages that were put into batches. */
  #sent = 0;
  /** Aborted while it does not run. */
  #life = new AbortController();
  #working: Promise<void> | undefined;
  #forgetTime = () => {};

  constructor(parts: CollectorParts) {
    const { found, world } = this.#parts = parts;
    this.#count = found?.count ?? 0;
    this.#bytes = found?.bytes ?? 0;
    this.#seenMs = found?.sinceMs ?? world.clock.nowMs();
    this.#life.abort();
  }

  /** How many gather now. */
  get count(): number {
    return this.#count;
  }

  get isRunning(): boolean {
    return !this.#life.signal.aborted;
  }

  /** A time of day that passed while it did not run is made up for at once, if something had gathered before it. */
  start(): void {
    if (this.isRunning) return;
    this.#life = new AbortController();
    if (this.#count === 0) this.#seenMs = this.#parts.world.clock.nowMs();
    this.#watchTime();
    this.#work();
  }

  /** Closes no more; waits for the batch that is being closed. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#forgetTime();
    this.#life.abort(errors.error("ENGINE_LINE_STOPPED"));
    if (this.#working) await untilAborted(this.#working, deadline);
  }

  /** A message gathers from here on, durably. */
  add(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
    this.#work();
  }

  /** Closes what has gathered; resolves with how many messages that were. Errors: ENGINE_LINE_STOPPED. */
  async closeNow(by: By): Promise<number> {
    if (!this.isRunning) errors.fail("ENGINE_LINE_STOPPED");
    const before = this.#sent;
    if (this.#count > 0) this.#due = { why: "asked", left: this.#count, by };
    this.#work();
    await this.#working;
    return this.#sent - before;
  }

  /** Looks at the clock, and again when it shows one of the times, or when somebody may have set it. */
  #watchTime(): void {
    const { world: { clock }, destination: { collect } } = this.#parts;
    const { at, timeZone, empty } = collect;
    if (at.length === 0) return;
    const nowMs = clock.nowMs();
    const isTime = lastAt(at, timeZone, nowMs) > this.#seenMs;
    this.#seenMs = nowMs;
    if (isTime && (this.#count > 0 || empty === "send")) this.#due = { why: "time", left: this.#count };
    const waitMs = Math.min(nextAt(at, timeZone, nowMs) - nowMs, limits.collectLookMs);
    this.#forgetTime = clock.after(waitMs, () => this.#watchTime());
    this.#work();
  }

  /** Why a batch is to be closed now; `undefined`: it is not. */
  #reason(): BatchReason | undefined {
    const { countMax = Infinity, bytesMax } = this.#parts.destination.collect;
    if (this.#due) return this.#due.why;
    if (this.#count >= countMax) return "count";
    return this.#bytes > bytesMax ? "size" : undefined;
  }

  #work(): void {
    if (this.#working || !this.isRunning || this.#parts.journal.condition !== "open") return;
    if (this.#reason()) this.#working = this.#closeAll();
  }

  async #closeAll(): Promise<void> {
    const { signal } = this.#life;
    const { channel: { name, supervise }, destination, journal, world, report } = this.#parts;
    for (let failures = 0; !signal.aborted;) {
      const why = this.#reason();
      if (!why) break;
      try {
        await this.#close(why);
        failures = 0;
      } catch (cause) {
        if (signal.aborted || journal.condition !== "open") break;
        const againInMs = backoffMs(++failures, supervise.backoffMs, supervise.backoffMsMax, world.random);
        report({
          name: "stageCrashed",
          channel: name,
          destination: destination.name,
          stage: "collect",
          cause: crashPlace(cause),
          againInMs,
        });
        await world.clock.sleep(againInMs, signal).catch(() => {});
      }
    }
    // Nothing was awaited since the last look: what comes from here on starts anew, and so does another life.
    this.#working = undefined;
    this.#work();
  }

  /** One batch. What cannot be in any is put into quarantine. */
  async #close(why: BatchReason): Promise<void> {
    const { joiner, world: { clock }, newId } = this.#parts;
    const due = this.#due, isEmpty = due?.left === 0;
    const rows = isEmpty ? [] : await this.#read();
    if (rows.length === 0 && !isEmpty) return this.#forget();
    const pieces = rows.flatMap(({ body, ...row }) =>
      body ? [{ ...row, name: partId(row), bytes: body }] : []
    );
    const damaged = rows.filter(({ body }) => !body);
    const facts: AnswerFacts = { id: newId(), atMs: clock.nowMs() };
    const { bytes, taken, refused } = await joiner.join(pieces, facts);
    await Promise.all([
      ...damaged.map((row) => this.#refuse(row, errors.error("ENGINE_BODY_DAMAGED"))),
      ...[...refused].map(([row, error]) => this.#refuse(row, error)),
    ]);
    if (isEmpty || taken.length > 0) await this.#commit(bytes, taken, facts, why);
    if (isEmpty && this.#due === due) this.#due = undefined;
  }

  /** As much as goes into one batch, from the front. */
  async #read(): Promise<MemberRow[]> {
    const { journal, channel, joiner, destination: { name, collect } } = this.#parts;
    const most = Math.min(this.#due?.left ?? Infinity, collect.countMax ?? Infinity, joiner.piecesMax);
    const rows: MemberRow[] = [];
    let bytes = 0;
    while (rows.length < most) {
      const page = await journal.ask({
        ask: "gathered",
        channel: channel.name,
        destination: name,
        after: rows.at(-1)?.delivery ?? 0,
        limit: Math.min(most - rows.length, limits.pageMax),
        bytesMax: collect.bytesMax - bytes,
      });
      if (page.length === 0) break;
      rows.push(...page);
      bytes += page.reduce((sum, { size }) => sum + size, 0);
    }
    return rows;
  }

  async #commit(
    payload: Uint8Array,
    members: readonly Member[],
    facts: AnswerFacts,
    why: BatchReason,
  ): Promise<void> {
    const { channel, destination, joiner, journal, handOn, report } = this.#parts;
    const branch: Branch = {
      destination: destination.name,
      part: 0,
      payload: null,
      contentType: joiner.contentType,
      controlId: joiner.controlId(facts),
      keys: keysOf(members),
      isBuiltOn: members.some(({ isBuiltOn }) => isBuiltOn),
    };
    const batch: CloseBatch = {
      op: "closeBatch",
      channel: channel.name,
      ...facts,
      type: destination.collect.as,
      payload,
      branch: handOn ? { ...branch, handsOn: handOn(branch, payload) } : branch,
      ...(this.#due?.by ? { by: this.#due.by } : {}),
      upTo: members.at(-1)?.delivery ?? 0,
      members: members.length,
    };
    const closed = await journal.write({ ...batch, payload: await journal.keep(payload) });
    // Something was put back among them: it is read with the others the next time.
    if (!closed) return;
    for (const member of members) this.#leave(member);
    this.#sent += members.length;
    report({
      name: "batchClosed",
      channel: channel.name,
      destination: destination.name,
      id: facts.id,
      messages: members.length,
      bytes: payload.length,
      why,
    });
    this.#parts.closed(batch, closed);
  }

  async #refuse(row: Member, error: MitralError): Promise<void> {
    const { channel, destination, journal, world, report } = this.#parts;
    const atMs = world.clock.nowMs();
    await journal.write({
      op: "settle",
      seq: row.seq,
      delivery: row.delivery,
      attempts: 0,
      atMs,
      trouble: troubleOf(error, atMs),
      tellRest: false,
    });
    this.#leave(row);
    const place = { channel: channel.name, destination: destination.name };
    report({ name: "messageQuarantined", ...place, id: row.id, error });
  }

  /** It gathers no more. */
  #leave({ size }: Member): void {
    this.#count--;
    this.#bytes -= size;
    if (this.#due && --this.#due.left <= 0) this.#due = undefined;
    this.#parts.journal.countPending(-size);
  }

  /** Nothing gathers, whatever was counted. */
  #forget(): void {
    this.#parts.journal.countPending(-this.#bytes);
    this.#count = 0;
    this.#bytes = 0;
    this.#due = undefined;
  }
}

type Member = Omit<MemberRow, "body">;

/** All keys of the members: what comes later waits for the batch as it would for one of them. */
function keysOf(members: readonly Member[]): readonly string[] {
  if (members.some(({ keys }) => keys.length === 0)) return [];
  return [...new Set(members.flatMap(({ keys }) => keys))];
}
