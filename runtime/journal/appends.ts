import type { Corrected } from "./corrections.ts";
import { isSame } from "./bodies.ts";
import type { Row } from "./database.ts";
import { FIELD } from "./names.ts";
import type { Append, Appended, Found, Numbered, Resemblance } from "./operations.ts";
import type { JoinedPieces, JoinPieces } from "./pieces.ts";
import type { Trouble } from "./records.ts";
import type { Sameness } from "./sameness.ts";
import { ANSWERED, MESSAGE } from "./schema.ts";
import { openAnswer } from "./sealed_answers.ts";
import { dayOf, SEALED } from "./sealing.ts";
import type { WriterParts } from "./writer_parts.ts";

/** What comes in: a new message, or one that is here already. */
export class Appends {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  append(append: Append): Appended {
    const channel = this.#parts.names.idOf(append.channel);
    if (append.corrects && !this.#replaced(append, append.corrects)) {
      return { kind: "outdated", seq: append.corrects.seq };
    }
    const appended = append.numbered?.repeats
      ? this.#appendRepeated(append, channel, append.numbered.repeats)
      : this.#appendNew(append, channel);
    if (append.numbered) this.#count(append.numbered, channel, appended);
    this.#parts.story.repeated(append, appended);
    return appended;
  }

  /** False where what is to be replaced is in quarantine no longer. */
  #replaced({ id, channel, receivedAtMs: atMs }: Append, { seq, by }: Corrected): boolean {
    if (this.#parts.sql.cancelCorrected.run(seq).changes === 0) return false;
    this.#parts.acts.note({ atMs, by, act: `corrected as ${id}`, channel, seq });
    return true;
  }

  #appendNew(append: Append, channel: number): Appended {
    let { sameness } = append;
    let earlier = this.#earlier(sameness, append, channel);
    if (earlier.length === 0 && sameness?.kind === "keyed" && sameness.orElse) {
      sameness = sameness.orElse;
      earlier = this.#earlier(sameness, append, channel);
    }
    const same = earlier.find((row) => this.#hasBody(row, append));
    const repeated = same && this.#repetition(append, sameness!, channel, same);
    if (repeated) return repeated;
    // What a partner was refused it may correct.
    const taken = sameness?.kind === "sealed" ? earlier.filter((row) => !isRefused(row)) : earlier;
    if (taken.length > 0 && !(same && taken.includes(same)) && sameness?.conflict) {
      const seq = this.#insert(append, channel, sameness.conflict, { isRecognised: false });
      return { kind: "conflicting", seq, ...(sameness.kind === "exact" ? { isById: true } : {}) };
    }
    const seq = this.#insert(append, channel, append.trouble);
    const resembles = resemblanceOf(taken.length, same);
    if (!resembles) return { kind: "appended", seq };
    this.#parts.sql.insertHistory.run(seq, append.receivedAtMs, RESEMBLANCES[resembles], null, null);
    return { kind: "appended", seq, resembles };
  }

  /** Pieces become one message, if all of them wait. */
  join({ op: _op, pieces, ...whole }: JoinPieces): JoinedPieces {
    const { sql, names } = this.#parts;
    const waits = (seq: number) => Number(sql.messageBySeq.get(seq)?.state) === MESSAGE.gathering;
    if (!pieces.every(waits)) return null;
    const seq = this.#insert({ op: "append", ...whole }, names.idOf(whole.channel), undefined);
    for (const piece of pieces) sql.joinPiece.run(seq, piece);
    sql.insertHistory.run(seq, whole.receivedAtMs, `joined from ${pieces.length} pieces`, null, null);
    return { seq };
  }

  /** Messages that may be this one, newest first. */
  #earlier(sameness: Sameness | undefined, { controlId }: Append, channel: number): Row[] {
    if (!sameness) return [];
    const { sql, found, blinds, bodies } = this.#parts;
    const [field, value] = foundBy(sameness) ?? [FIELD.controlId, controlId];
    const rows = sql.sameIdentity.all(found.numberOf(field), blinds.number(field, value), channel);
    if (sameness.kind !== "keyed") return rows;
    // Other bytes are refused: that two keys share a number must be no reason.
    return rows.filter(({ body }) => bodies.read(Number(body))?.head.key === sameness.key);
  }

  /** Other sizes are other bytes: those need not be opened. */
  #hasBody(row: Row, { body }: Append): boolean {
    if (Number(row.size) !== body.length) return false;
    const opened = this.#parts.bodies.read(Number(row.body));
    return opened !== null && isSame(opened.stored, body);
  }

  /** It has the last number again. */
  #appendRepeated(append: Append, channel: number, conflict: Trouble): Appended {
    const { sql, blinds, bodies } = this.#parts;
    const earlier = sql.lastNumbered.get(channel, blinds.number(COUNTER, append.numbered!.sender));
    if (earlier && isRefused(earlier)) return this.#appendNew(append, channel);
    const controlId = earlier && bodies.read(Number(earlier.body))?.head.controlId;
    if (controlId === append.controlId) return this.#joined(earlier!);
    return { kind: "misnumbered", seq: this.#insert(append, channel, conflict, { isRecognised: false }) };
  }

  /** What was taken has the last number now; a repetition leaves it where it is. */
  #count({ sender, last, repeats }: Numbered, channel: number, { kind, seq }: Appended): void {
    if (repeats && kind !== "appended") return;
    const { sql, blinds } = this.#parts;
    sql.setNumber.run(channel, blinds.number(COUNTER, sender), last, last === null ? null : seq);
  }

  /**
   * Same message again: pending is joined, a positive answer is given again, a negative one starts anew: unless this is an
   * attempt that its sender made before it had that answer, and that took another way or longer.
   */
  #repetition(append: Append, sameness: Sameness, channel: number, earlier: Row): Appended | undefined {
    if (isRefused(earlier)) {
      return this.#wasSealedBefore(sameness, earlier) ? this.#joined(earlier) : undefined;
    }
    if (sameness.kind === "exact" && Number(earlier.answered) === ANSWERED.positively) {
      const { sql, blinds } = this.#parts;
      const seq = Number(earlier.seq), sender = blinds.number(SENDER, append.sender);
      const recent = append.receivedAtMs - Number(earlier.received_ms) <= sameness.windowMs;
      if (!recent && sql.newerOfSender.get(channel, seq, seq + LATEST_WITHIN, sender)) return undefined;
    }
    return this.#joined(earlier);
  }

  #wasSealedBefore(sameness: Sameness, { body, answer }: Row): boolean {
    if (sameness.kind !== "sealed" || answer === null) return false;
    const { sealedAtMs = -Infinity } = this.#parts.bodies.read(Number(body))?.head ?? {};
    return sameness.sealedAtMs <= sealedAtMs;
  }

  #joined(earlier: Row): Appended {
    const seq = Number(earlier.seq);
    const id = String(earlier.id);
    const receivedAtMs = Number(earlier.received_ms);
    if (Number(earlier.answered) === ANSWERED.notYet) return { kind: "pending", seq, id, receivedAtMs };
    const answer = earlier.answer === null
      ? null
      : openAnswer(this.#parts.sealing, seq, earlier.answer as Uint8Array);
    const positively = !isRefused(earlier);
    return { kind: "answered", seq, id, receivedAtMs, positively, ...(answer ? { answer } : {}) };
  }

  #insert(
    append: Append,
    channel: number,
    trouble: Trouble | undefined,
    { isRecognised = append.sameness !== undefined } = {},
  ): number {
    const { sql, names, sealing, blinds, bodies, found, story } = this.#parts;
    const salt = story.salt();
    const { origin: { adapter, peer, partner }, contentType, controlId, type, sameness, evidence } = append;
    const owner = { channel, day: dayOf(append.receivedAtMs) };
    const head = {
      contentType,
      controlId,
      type,
      peer,
      ...(partner === undefined ? {} : { partner }),
      ...(isRecognised && sameness?.kind === "keyed" ? { key: sameness.key } : {}),
      ...(isRecognised && sameness?.kind === "sealed" ? { sealedAtMs: sameness.sealedAtMs } : {}),
      ...(salt === undefined ? {} : { salt }),
    };
    const body = bodies.insert(owner, head, append.body);
    const seq = sql.insertMessage.run(
      append.id,
      channel,
      append.receivedAtMs,
      owner.day,
      names.idOf(adapter),
      blinds.number(SENDER, append.sender),
      isRecognised ? 1 : 0,
      MESSAGE[trouble ? "quarantined" : append.place ?? "received"],
      ANSWERED[trouble ? "negatively" : append.answered ?? "notYet"],
      append.body.length,
      body,
      evidence ? sealing.seal(SEALED.evidence, body, owner, evidence) : null,
      trouble ? JSON.stringify(trouble) : null,
      append.corrects?.seq ?? null,
      append.place === "gathering" ? 0 : null,
    ).lastId;
    story.received({
      ...append,
      seq,
      salt,
      append,
      outcome: trouble ? "rejected" : OUTCOMES[append.answered ?? "notYet"],
      code: trouble?.code,
    });
    if (append.place === "filtered" && !trouble) story.filtered(seq, append.receivedAtMs);
    if (append.corrects) {
      const { by, id } = append.corrects;
      this.#parts.acts.note({
        atMs: append.receivedAtMs,
        by,
        act: `corrects ${id}`,
        channel: append.channel,
        seq,
      });
    }
    found.addMessage(seq, channel, append);
    const known = isRecognised && sameness && foundBy(sameness);
    if (known) found.add(seq, known);
    return seq;
  }
}

/** What blind numbers of senders are of. */
export const SENDER = "sender";
/** What blind numbers of those who count are of. */
export const COUNTER = "counter";

/** What a sender is told by the commit that makes its message durable. */
const OUTCOMES = { positively: "accepted", negatively: "rejected", notYet: undefined } as const;

/** As the history of a message says it. */
const RESEMBLANCES = { late: "repeated late", reused: "control id reused" } as const;

function isRefused({ answered }: Row): boolean {
  return Number(answered) === ANSWERED.negatively;
}

/** What was refused before and comes again resembles nothing: it is the same message, tried anew. */
function resemblanceOf(earlier: number, same: Row | undefined): Resemblance | undefined {
  if (earlier === 0) return undefined;
  if (!same) return "reused";
  return Number(same.answered) === ANSWERED.positively ? "late" : undefined;
}

/** How far a sender's next message is looked for: the one writer must not search the whole table. */
const LATEST_WITHIN = 10_000;

/** What a message is found by that comes again; `undefined`: by its control id, as every message is. */
function foundBy(sameness: Sameness): Found | undefined {
  if (sameness.kind === "exact") return undefined;
  if (sameness.kind === "keyed") return [FIELD.deliveryKey, sameness.key];
  return [FIELD.sealedId, `${sameness.from}/${sameness.id}`];
}
