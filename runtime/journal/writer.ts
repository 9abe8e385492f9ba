import { crc32 } from "node:zlib";
import type { Database, Row, Statement } from "./database.ts";
import { destinationName, Names } from "./names.ts";
import type {
  Answered,
  Append,
  Appended,
  Attempted,
  Branch,
  HandOn,
  Operation,
  Process,
  Processed,
  Quarantine,
  Release,
  Released,
  Replay,
  Replayed,
  Resemblance,
  Settle,
  Settled,
  StateWrite,
} from "./operations.ts";
import type { Trouble } from "./records.ts";
import { ANSWERED, DELIVERY, MESSAGE } from "./schema.ts";
import { prepareWrites } from "./writes.ts";

/** The SQL of everything that is written. One connection, one transaction a batch. */
export class Writer {
  readonly #database: Database;
  readonly #names: Names;
  readonly #sql: ReturnType<typeof prepareWrites>;
  /** The last sequence number given, by destination. */
  readonly #sequences = new Map<number, number>();

  constructor(database: Database) {
    this.#database = database;
    this.#names = new Names(database);
    this.#sql = prepareWrites(database);
    for (
      const row of database.prepare(
        "SELECT destination, max(sequence) AS last FROM delivery GROUP BY destination",
      ).all()
    ) {
      this.#sequences.set(Number(row.destination), Number(row.last));
    }
  }

  /** Applies a batch in one transaction. When it returns, all of it survives a power cut; when it throws, none of it. */
  apply(operations: readonly Operation[]): unknown[] {
    const sequences = new Map(this.#sequences);
    this.#sql.begin.run();
    try {
      const results = operations.map((operation) => this.#applyOne(operation));
      this.#sql.commit.run();
      return results;
    } catch (cause) {
      this.#sequences.clear();
      for (const [destination, last] of sequences) this.#sequences.set(destination, last);
      this.#names.forget();
      try {
        this.#sql.rollback.run();
      } catch {
        // a failed COMMIT may have rolled back by itself
      }
      throw cause;
    }
  }

  #applyOne(operation: Operation): unknown {
    switch (operation.op) {
      case "append":
        return this.#append(operation);
      case "process":
        return this.#process(operation);
      case "settle":
        return this.#settle(operation);
      case "attempted":
        return this.#attempted(operation);
      case "quarantine":
        return this.#quarantine(operation);
      case "answered":
        return this.#answered(operation);
      case "replay":
        return this.#replay(operation);
      case "release":
        return this.#release(operation);
    }
  }

  #append(append: Append): Appended {
    const channel = this.#names.idOf(append.channel);
    const identity = identityOf(append);
    const earlier = identity === null ? [] : this.#sql.sameIdentity.all(channel, identity);
    const same = earlier.find((row) => sameBytes(row.bytes as Uint8Array, append.body));
    if (earlier.length > 0 && !same && append.sameness?.conflict) {
      return { kind: "conflicting", seq: this.#insert(append, channel, null, append.sameness.conflict) };
    }
    const repeated = same && this.#repetition(append, channel, same);
    if (repeated) return repeated;
    const seq = this.#insert(append, channel, identity, append.trouble);
    const resembles = resemblanceOf(earlier.length, same);
    if (!resembles) return { kind: "appended", seq };
    this.#note(seq, append.receivedAtMs, RESEMBLANCES[resembles], null, null);
    return { kind: "appended", seq, resembles };
  }

  /** Same message again: pending is joined, a positive answer is given again, a negative one starts anew. */
  #repetition(append: Append, channel: number, earlier: Row): Appended | undefined {
    const seq = Number(earlier.seq);
    const id = String(earlier.id);
    const receivedAtMs = Number(earlier.received_ms);
    if (Number(earlier.answered) === ANSWERED.notYet) return { kind: "pending", seq, id, receivedAtMs };
    if (Number(earlier.answered) === ANSWERED.negatively) return undefined;
    if (append.sameness!.kind === "exact") {
      const recent = append.receivedAtMs - receivedAtMs <= append.sameness!.windowMs;
      if (!recent && this.#sql.newerOfSender.get(channel, seq, seq + LATEST_WITHIN, append.sender)) {
        return undefined;
      }
    }
    const answer = earlier.answer === null ? undefined : {
      bytes: earlier.answer as Uint8Array,
      contentType: this.#names.textOf(Number(earlier.answer_type)),
    };
    return { kind: "answered", seq, id, receivedAtMs, answer };
  }

  #insert(append: Append, channel: number, identity: string | null, trouble: Trouble | undefined): number {
    const answered = trouble ? "negatively" : append.answered ?? "notYet";
    const body = this.#insertBody(append.body);
    return this.#sql.insertMessage.run(
      append.id,
      channel,
      append.receivedAtMs,
      this.#names.idOf(append.origin.adapter),
      append.origin.peer,
      append.origin.partner ?? null,
      append.controlId,
      append.type,
      append.sender,
      this.#names.idOf(append.contentType),
      identity,
      trouble ? MESSAGE.quarantined : MESSAGE.received,
      ANSWERED[answered],
      append.body.length,
      body,
      append.evidence ?? null,
      trouble ? JSON.stringify(trouble) : null,
      null,
    ).lastId;
  }

  #insertBody(bytes: Uint8Array): number {
    return this.#sql.insertBody.run(crc32(bytes), bytes).lastId;
  }

  #process(process: Process): Processed {
    const moved = this.#sql.moveMessage.run(
      process.branches.length === 0 ? MESSAGE.filtered : MESSAGE.processed,
      process.answers ? ANSWERED.positively : ANSWERED.notYet,
      process.stages,
      process.seq,
    ).changes;
    if (moved > 0) this.#remember(process.channel, process.state);
    return process.branches.map((branch) => {
      const destination = this.#names.idOf(destinationName(process.channel, branch.destination));
      // Committed before, and processed again after a crash: what was written then stands.
      const before = moved === 0
        ? this.#sql.deliveryOf.get(process.seq, destination, branch.part)
        : undefined;
      if (before) return { delivery: Number(before.id), sequence: Number(before.sequence) };
      return this.#insertBranch(process, branch, destination);
    });
  }

  #insertBranch({ seq, channel }: Process, branch: Branch, destination: number): Processed[number] {
    const { handsOn, payload } = branch;
    const original = payload ? undefined : this.#sql.bodyOf.get(seq)!;
    const body = payload ? this.#insertBody(payload) : Number(original!.body);
    const size = payload?.length ?? Number(original!.size);
    const sequence = (this.#sequences.get(destination) ?? 0) + 1;
    this.#sequences.set(destination, sequence);
    const state = handsOn ? DELIVERY.delivered : branch.gathers ? DELIVERY.gathering : DELIVERY.queued;
    const contentType = this.#names.idOf(branch.contentType);
    const delivery = this.#sql.insertDelivery.run(
      seq,
      destination,
      branch.part,
      sequence,
      state,
      JSON.stringify(branch.keys),
      branch.isBuiltOn ? 1 : 0,
      branch.controlId,
      contentType,
      size,
      body,
      handsOn?.receivedAtMs ?? null,
    ).lastId;
    if (!handsOn) return { delivery, sequence };
    return { delivery, sequence, seq: this.#handOn(handsOn, channel, seq, contentType, size, body) };
  }

  /** A message of another channel, with the very bytes of this one's branch. */
  #handOn(
    handOn: HandOn,
    from: string,
    parent: number,
    contentType: number,
    size: number,
    body: number,
  ): number {
    return this.#sql.insertMessage.run(
      handOn.id,
      this.#names.idOf(handOn.channel),
      handOn.receivedAtMs,
      this.#names.idOf("channel"),
      from,
      null,
      handOn.controlId,
      handOn.type,
      handOn.sender,
      contentType,
      null,
      MESSAGE.received,
      // Whoever hands it on waits for no answer.
      ANSWERED.positively,
      size,
      body,
      null,
      null,
      parent,
    ).lastId;
  }

  #remember(channel: string, writes: readonly StateWrite[]): void {
    if (writes.length === 0) return;
    const id = this.#names.idOf(channel);
    for (const { step, key, value } of writes) {
      if (value === null) this.#sql.dropState.run(id, step, key);
      else this.#sql.setState.run(id, step, key, value);
    }
  }

  #settle(settle: Settle): Settled | null {
    this.#sql.settleDelivery.run(
      settle.trouble ? DELIVERY.quarantined : DELIVERY.delivered,
      settle.attempts,
      settle.atMs,
      settle.answer ?? null,
      settle.trouble ? JSON.stringify(settle.trouble) : null,
      settle.holds ? 1 : 0,
      settle.delivery,
    );
    if (settle.concludes) this.#answer(this.#sql.answerWaiting, settle.seq, settle.concludes);
    if (settle.trouble) {
      const { destination } = this.#sql.deliveryById.get(settle.delivery)!;
      this.#note(settle.seq, settle.atMs, "quarantined", Number(destination), settle.trouble.code);
    }
    if (!settle.tellRest) return null;
    const left = this.#sql.leftOf.get(settle.seq)!;
    const queued = Number(left.queued);
    const quarantined = Number(left.quarantined);
    if (queued === 0) {
      this.#sql.concludeMessage.run(quarantined > 0 ? ANSWERED.negatively : ANSWERED.positively, settle.seq);
    }
    return { queued, quarantined };
  }

  #attempted(attempted: Attempted): null {
    const { delivery, attempts, trouble } = attempted;
    this.#sql.countAttempt.run(attempts, JSON.stringify(trouble), delivery);
    const { seq, destination } = this.#sql.deliveryById.get(delivery)!;
    this.#note(Number(seq), trouble.atMs, "attempted", Number(destination), trouble.code);
    return null;
  }

  #quarantine({ seq, trouble, state }: Quarantine): null {
    const moved = this.#sql.quarantineMessage.run(JSON.stringify(trouble), seq).changes;
    if (moved > 0 && state) this.#remember(this.#channelOf(seq), state);
    this.#note(seq, trouble.atMs, "quarantined", null, trouble.code);
    return null;
  }

  #answered({ seq, ...answered }: Answered): null {
    this.#answer(this.#sql.answerMessage, seq, answered);
    return null;
  }

  #answer(statement: Statement, seq: number, { positively, answer }: Omit<Answered, "op" | "seq">): void {
    statement.run(
      positively ? ANSWERED.positively : ANSWERED.negatively,
      answer?.bytes ?? null,
      answer ? this.#names.idOf(answer.contentType) : null,
      seq,
    );
  }

  #release({ seq, destination, atMs }: Release): Released {
    const channel = this.#channelOf(seq);
    return this.#sql.deliveriesOf.all(seq).flatMap((row) => {
      const name = this.#destinationOf(row, channel);
      if (Number(row.held) === 0 || (destination !== undefined && name !== destination)) return [];
      this.#sql.releaseDelivery.run(Number(row.id));
      this.#note(seq, atMs, "released", Number(row.destination), null);
      return [{ channel, destination: name, delivery: Number(row.id) }];
    });
  }

  #channelOf(seq: number): string {
    return this.#names.textOf(Number(this.#sql.messageBySeq.get(seq)!.channel));
  }

  #destinationOf({ destination }: Row, channel: string): string {
    return this.#names.textOf(Number(destination)).slice(channel.length + 1);
  }

  #replay({ seq, destination, force, atMs }: Replay): Replayed {
    const message = this.#sql.messageBySeq.get(seq);
    if (!message) return { kind: "nothing" };
    const channel = this.#names.textOf(Number(message.channel));
    if (Number(message.state) === MESSAGE.quarantined && destination === undefined) {
      this.#sql.requeueMessage.run(seq);
      this.#note(seq, atMs, "replayed", null, null);
      return { kind: "inbox", channel, size: Number(message.size) };
    }
    const wanted = destination === undefined ? null : this.#names.idOf(destinationName(channel, destination));
    const chosen = this.#sql.deliveriesOf.all(seq).filter((row) =>
      wanted === null
        ? Number(row.state) === DELIVERY.quarantined
        : Number(row.destination) === wanted && Number(row.state) !== DELIVERY.queued
    );
    if (chosen.length === 0) return { kind: "nothing" };
    const nameOf = (row: Row) => this.#destinationOf(row, channel);
    for (const row of chosen) {
      if (!force && this.#overtaken(row)) return { kind: "overtaken", destination: nameOf(row) };
    }
    for (const row of chosen) {
      this.#sql.requeueDelivery.run(Number(row.id));
      this.#note(seq, atMs, "replayed", Number(row.destination), null);
    }
    const deliveries = chosen.map((row) => ({
      destination: nameOf(row),
      delivery: Number(row.id),
      size: Number(row.size),
    }));
    return { kind: "outbox", channel, deliveries };
  }

  #overtaken(row: Row): boolean {
    const keys = new Set(JSON.parse(String(row.keys)) as string[]);
    if (keys.size === 0) return false;
    return this.#sql.deliveredAfter.all(Number(row.destination), Number(row.id))
      .some((newer) => (JSON.parse(String(newer.keys)) as string[]).some((key) => keys.has(key)));
  }

  #note(seq: number, atMs: number, event: string, destination: number | null, code: string | null): void {
    this.#sql.insertHistory.run(seq, atMs, event, destination, code);
  }
}

/** As the history of a message says it. */
const RESEMBLANCES = { late: "repeated late", reused: "control id reused" } as const;

/** What was refused before and comes again resembles nothing: it is the same message, tried anew. */
function resemblanceOf(earlier: number, same: Row | undefined): Resemblance | undefined {
  if (earlier === 0) return undefined;
  if (!same) return "reused";
  return Number(same.answered) === ANSWERED.positively ? "late" : undefined;
}

/** How far a sender's next message is looked for: the one writer must not search the whole table. */
const LATEST_WITHIN = 10_000;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** What the index finds a repetition by; whether the bytes are the same is then seen from them. */
function identityOf({ sameness, controlId }: Append): string | null {
  if (!sameness) return null;
  return sameness.kind === "exact" ? controlId : `${sameness.from}/${sameness.id}`;
}
