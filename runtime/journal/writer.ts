import { Appends } from "./appends.ts";
import type { Database, Statement } from "./database.ts";
import { destinationName, Names } from "./names.ts";
import type {
  Answered,
  Attempted,
  Branch,
  CloseBatch,
  ClosedBatch,
  Disperse,
  FollowUp,
  HandOn,
  Operation,
  Process,
  Processed,
  Quarantine,
  Rest,
  Settle,
  Settled,
  StateWrite,
} from "./operations.ts";
import { Replays } from "./replays.ts";
import { ANSWERED, DELIVERY, MESSAGE } from "./schema.ts";
import { insertBody, prepareWrites, type Writes } from "./writes.ts";

/** The SQL of everything that is written. One connection, one transaction a batch. */
export class Writer {
  readonly #database: Database;
  readonly #names: Names;
  readonly #sql: Writes;
  readonly #appends: Appends;
  readonly #replays: Replays;
  /** The last sequence number given, by destination. */
  readonly #sequences = new Map<number, number>();

  constructor(database: Database) {
    this.#database = database;
    this.#names = new Names(database);
    this.#sql = prepareWrites(database);
    this.#appends = new Appends(this.#sql, this.#names);
    this.#replays = new Replays(this.#sql, this.#names);
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
        return this.#appends.append(operation);
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
        return this.#replays.replay(operation);
      case "release":
        return this.#replays.release(operation);
      case "closeBatch":
        return this.#closeBatch(operation);
      case "disperse":
        return this.#disperse(operation);
      case "joinPieces":
        return this.#appends.join(operation);
      case "unpiece":
        this.#sql.unpiece.run(operation.seq);
        return null;
    }
  }

  #process(process: Process): Processed {
    if (process.answers) this.#followUp(process.seq, process.channel, process.followUp);
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

  #insertBranch(
    { seq, channel }: Pick<Process, "seq" | "channel">,
    branch: Branch,
    destination: number,
  ): Processed[number] {
    const { handsOn, payload } = branch;
    const original = payload ? undefined : this.#sql.bodyOf.get(seq)!;
    const body = payload ? insertBody(this.#sql, payload) : Number(original!.body);
    const size = payload?.length ?? Number(original!.size);
    const sequence = branch.gathers ? 0 : this.#nextSequence(destination);
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
      branch.gathers ? 0 : null,
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
    return this.#insertMade({
      ...handOn,
      channel: this.#names.idOf(handOn.channel),
      adapter: "channel",
      peer: from,
      contentType,
      state: MESSAGE.received,
      size,
      body,
      parent,
    });
  }

  /** Where a message is not answered yet: what its sender is to hear of it, as a message of another channel. */
  #followUp(seq: number, from: string, followUp: FollowUp | undefined): void {
    if (!followUp || !this.#sql.unanswered.get(seq)) return;
    const { payload, contentType, handsOn } = followUp;
    const body = insertBody(this.#sql, payload);
    this.#handOn(handsOn, from, seq, this.#names.idOf(contentType), payload.length, body);
  }

  /** A message that nobody sent, and nobody waits for an answer to. */
  #insertMade(made: Made): number {
    return this.#sql.insertMessage.run(
      made.id,
      made.channel,
      made.receivedAtMs,
      this.#names.idOf(made.adapter),
      made.peer,
      null,
      made.controlId,
      made.type,
      made.sender,
      made.contentType,
      null,
      made.state,
      ANSWERED.positively,
      made.size,
      made.body,
      null,
      null,
      made.parent,
      null,
    ).lastId;
  }

  /** The next number of a destination: one for each thing that is sent there. */
  #nextSequence(destination: number): number {
    const sequence = (this.#sequences.get(destination) ?? 0) + 1;
    this.#sequences.set(destination, sequence);
    return sequence;
  }

  #closeBatch({ channel, id, atMs, type, payload, branch, upTo, members }: CloseBatch): ClosedBatch {
    const destination = this.#names.idOf(destinationName(channel, branch.destination));
    if (Number(this.#sql.countGathered.get(destination, upTo)!.members) !== members) return null;
    const seq = this.#insertMade({
      id,
      channel: this.#names.idOf(channel),
      receivedAtMs: atMs,
      adapter: "collect",
      peer: branch.destination,
      controlId: branch.controlId,
      type,
      sender: "",
      contentType: this.#names.idOf(branch.contentType),
      state: MESSAGE.processed,
      size: payload.length,
      body: insertBody(this.#sql, payload),
      parent: null,
    });
    const { seq: handedOn, ...placed } = this.#insertBranch({ seq, channel }, branch, destination);
    this.#sql.joinBatch.run(placed.delivery, destination, upTo);
    this.#sql.markBatch.run(placed.delivery);
    this.#note(seq, atMs, `batch of ${members}`, destination, null);
    if (handedOn === undefined) return { seq, ...placed };
    this.#sql.settleMembers.run(DELIVERY.delivered, atMs, null, placed.delivery);
    return { seq, ...placed, handedOn };
  }

  #disperse({ channel, destination }: Disperse): null {
    const id = this.#names.idOf(destinationName(channel, destination));
    for (const row of this.#sql.gathered.all(id)) this.#sql.sendAlone.run(this.#nextSequence(id), row.id);
    return null;
  }

  #remember(channel: string, writes: readonly StateWrite[]): void {
    if (writes.length === 0) return;
    const id = this.#names.idOf(channel);
    for (const { step, key, value } of writes) {
      if (value === null) this.#sql.dropState.run(id, step, key);
      else this.#sql.setState.run(id, step, key, value);
    }
  }

  #settle(settle: Settle): Settled {
    const state = settle.trouble ? DELIVERY.quarantined : DELIVERY.delivered;
    const trouble = settle.trouble ? JSON.stringify(settle.trouble) : null;
    const settled = this.#sql.settleDelivery.run(
      state,
      settle.attempts,
      settle.atMs,
      settle.answer ?? null,
      trouble,
      settle.holds ? 1 : 0,
      settle.delivery,
    ).changes;
    if (settle.isBatch && settled > 0) {
      this.#sql.settleMembers.run(state, settle.atMs, trouble, settle.delivery);
      if (settle.trouble) {
        this.#sql.noteMembers.run(settle.atMs, "quarantined", settle.trouble.code, settle.delivery);
      }
    }
    if (settle.trouble) {
      const { destination } = this.#sql.deliveryById.get(settle.delivery)!;
      this.#note(settle.seq, settle.atMs, "quarantined", Number(destination), settle.trouble.code);
    }
    return { concluded: this.#conclude(settle), rest: settle.tellRest ? this.#rest(settle) : null };
  }

  #conclude({ seq, delivery, concludes, followUps }: Settle): boolean {
    if (!concludes || concludes.positively && this.#sql.moreFor.get(seq, delivery)) return false;
    if (followUps) {
      this.#followUp(seq, this.#channelOf(seq), followUps[concludes.positively ? "taken" : "refused"]);
    }
    this.#answer(this.#sql.answerWaiting, seq, concludes);
    return true;
  }

  #rest(settle: Settle): Rest {
    const left = this.#sql.leftOf.get(settle.seq)!;
    const queued = Number(left.queued);
    const quarantined = Number(left.quarantined);
    if (queued === 0) {
      const { seq, followUps } = settle;
      if (followUps) {
        this.#followUp(seq, this.#channelOf(seq), followUps[quarantined > 0 ? "refused" : "taken"]);
      }
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

  #quarantine({ seq, trouble, state, followUp }: Quarantine): null {
    if (followUp) this.#followUp(seq, this.#channelOf(seq), followUp);
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

  #channelOf(seq: number): string {
    return this.#names.textOf(Number(this.#sql.messageBySeq.get(seq)!.channel));
  }

  #note(seq: number, atMs: number, event: string, destination: number | null, code: string | null): void {
    this.#sql.insertHistory.run(seq, atMs, event, destination, code);
  }
}

/** A message that the gateway has made. */
interface Made {
  readonly id: string;
  readonly channel: number;
  readonly receivedAtMs: number;
  readonly adapter: string;
  readonly peer: string;
  readonly controlId: string;
  readonly type: string;
  readonly sender: string;
  readonly contentType: number;
  readonly state: number;
  readonly size: number;
  readonly body: number;
  readonly parent: number | null;
}
