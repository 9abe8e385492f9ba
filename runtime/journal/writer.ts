import { Appends, SENDER } from "./appends.ts";
import { Blinds } from "./blinds.ts";
import { Bodies } from "./bodies.ts";
import type { Database, Statement } from "./database.ts";
import { FoundIndex } from "./found.ts";
import type { Stored } from "./large_bodies.ts";
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
import { sealAnswer } from "./sealed_answers.ts";
import { type Owner, SEALED, type Sealing } from "./sealing.ts";
import { stateNumber } from "./state_number.ts";
import { prepareWrites, type Writes } from "./writes.ts";

/** The SQL of everything that is written. One connection, one transaction a batch. */
export class Writer {
  readonly #database: Database;
  readonly #names: Names;
  readonly #sealing: Sealing;
  readonly #blinds: Blinds;
  readonly #bodies: Bodies;
  readonly #found: FoundIndex;
  readonly #sql: Writes;
  readonly #appends: Appends;
  readonly #replays: Replays;
  /** The last sequence number given, by destination. */
  readonly #sequences = new Map<number, number>();

  constructor(database: Database, sealing: Sealing) {
    this.#database = database;
    const names = this.#names = new Names(database);
    const sql = this.#sql = prepareWrites(database);
    this.#sealing = sealing;
    const blinds = this.#blinds = new Blinds(sealing.indexKey);
    const bodies = this.#bodies = new Bodies(database, sealing);
    const found = this.#found = new FoundIndex(sql, names, blinds);
    this.#appends = new Appends({ sql, names, sealing, blinds, bodies, found });
    this.#replays = new Replays(sql, names);
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
      this.#sealing.forget();
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
    if (moved > 0) {
      this.#remember(process.channel, process.state);
      for (const found of process.found) this.#found.add(process.seq, found);
    }
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
    { seq, channel, receivedAtMs }: Pick<Process, "seq" | "channel" | "receivedAtMs">,
    branch: Branch<Stored>,
    destination: number,
  ): Processed[number] {
    const { handsOn, payload, contentType, controlId } = branch;
    const original = payload ? undefined : this.#sql.bodyOf.get(seq)!;
    const owner = { channel: this.#names.idOf(channel), atMs: receivedAtMs };
    const body = payload
      ? this.#bodies.insert(owner, { contentType, controlId }, payload)
      : Number(original!.body);
    const sequence = branch.gathers ? 0 : this.#nextSequence(destination);
    const state = handsOn ? DELIVERY.delivered : branch.gathers ? DELIVERY.gathering : DELIVERY.queued;
    const delivery = this.#sql.insertDelivery.run(
      seq,
      destination,
      branch.part,
      sequence,
      state,
      JSON.stringify(branch.keys),
      branch.isBuiltOn ? 1 : 0,
      payload?.length ?? Number(original!.size),
      body,
      handsOn?.receivedAtMs ?? null,
      branch.gathers ? 0 : null,
    ).lastId;
    if (!handsOn) return { delivery, sequence };
    return { delivery, sequence, seq: this.#handOn(handsOn, channel, seq, contentType, payload!) };
  }

  /** A message of another channel, sealed under a key of its own. */
  #handOn(handOn: HandOn, from: string, parent: number, contentType: string, body: Stored): number {
    const { channel, ...made } = handOn;
    const place = { state: MESSAGE.received, adapter: "channel", peer: from, parent };
    return this.#insertMade({ ...made, ...place, channel: this.#names.idOf(channel), contentType, body });
  }

  /** Where a message is not answered yet: what its sender is to hear of it, as a message of another channel. */
  #followUp(seq: number, from: string, followUp: FollowUp | undefined): void {
    if (!followUp || !this.#sql.unanswered.get(seq)) return;
    const { payload, contentType, handsOn } = followUp;
    this.#handOn(handsOn, from, seq, contentType, payload);
  }

  /** A message that nobody sent, and nobody waits for an answer to. */
  #insertMade(made: Made): number {
    const { channel, receivedAtMs, contentType, controlId, type, peer } = made;
    const owner = { channel, atMs: receivedAtMs };
    const seq = this.#sql.insertMessage.run(
      made.id,
      channel,
      receivedAtMs,
      this.#names.idOf(made.adapter),
      this.#blinds.number(SENDER, made.sender),
      0,
      made.state,
      ANSWERED.positively,
      made.body.length,
      this.#bodies.insert(owner, { contentType, controlId, type, peer }, made.body),
      null,
      null,
      made.parent,
      null,
    ).lastId;
    this.#found.addMessage(seq, made);
    return seq;
  }

  /** The next number of a destination: one for each thing that is sent there. */
  #nextSequence(destination: number): number {
    const sequence = (this.#sequences.get(destination) ?? 0) + 1;
    this.#sequences.set(destination, sequence);
    return sequence;
  }

  #closeBatch({ channel, id, atMs, type, payload, branch, upTo, members }: CloseBatch<Stored>): ClosedBatch {
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
      contentType: branch.contentType,
      state: MESSAGE.processed,
      body: payload,
      parent: null,
    });
    const message = { seq, channel, receivedAtMs: atMs };
    const sent = branch.handsOn ? { ...branch, payload } : branch;
    const { seq: handedOn, ...placed } = this.#insertBranch(message, sent, destination);
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
    const owner = { channel: this.#names.idOf(channel), atMs: null };
    for (const { step, key, value } of writes) {
      const number = stateNumber(this.#blinds, step, key);
      if (value === null) this.#sql.dropState.run(owner.channel, number);
      else {
        const sealed = this.#sealing.seal(SEALED.state, number, owner, utf8.encode(value));
        this.#sql.setState.run(owner.channel, number, sealed);
      }
    }
  }

  #settle(settle: Settle): Settled {
    const state = settle.trouble ? DELIVERY.quarantined : DELIVERY.delivered;
    const trouble = settle.trouble ? JSON.stringify(settle.trouble) : null;
    const settled = this.#sql.settleDelivery.run(
      state,
      settle.attempts,
      settle.atMs,
      settle.answer ? this.#sealedAnswerOf(settle, settle.answer) : null,
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

  #sealedAnswerOf({ delivery, channel, receivedAtMs }: Settle, answer: Uint8Array): Uint8Array {
    const owner = { channel: this.#names.idOf(channel), atMs: receivedAtMs };
    return this.#sealing.seal(SEALED.deliveryAnswer, delivery, owner, answer);
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

  #quarantine({ seq, trouble, state, found = [], followUp }: Quarantine): null {
    if (followUp) this.#followUp(seq, this.#channelOf(seq), followUp);
    const moved = this.#sql.quarantineMessage.run(JSON.stringify(trouble), seq).changes;
    if (moved > 0) {
      if (state) this.#remember(this.#channelOf(seq), state);
      for (const each of found) this.#found.add(seq, each);
    }
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
      answer ? sealAnswer(this.#sealing, seq, this.#ownerOf(seq), answer) : null,
      seq,
    );
  }

  #ownerOf(seq: number): Owner {
    const { channel, received_ms } = this.#sql.messageBySeq.get(seq)!;
    return { channel: Number(channel), atMs: Number(received_ms) };
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
  readonly contentType: string;
  readonly state: number;
  readonly body: Stored;
  readonly parent: number | null;
}

const utf8 = new TextEncoder();
