import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import type { Answer, Outcome } from "../../../../runtime/contract/message.ts";
import { answer } from "../answers/answer.ts";
import { joinBytes } from "../charsets/utf8.ts";
import { Hl7Message, HL7V2_TYPE } from "../hl7_message.ts";
import { RECOMMENDED } from "../syntax/delimiters.ts";
import { batchHeader, findHeader, Header } from "../syntax/header.ts";
import { bytesOf, controlIdOf, timestamp, trimmed } from "../syntax/own_segment.ts";
import { cut, nameAt } from "./_cut.ts";
import { terminated } from "./join.ts";
import { messagesIn } from "./split_batch.ts";

/** Which acknowledgments the answer holds. */
type BatchAnswer = "all" | "errors" | "none";

/** What answering depends on. */
interface Tools {
  readonly config: { readonly batchAnswer: BatchAnswer };
}

/**
 * The answer to a batch: a batch of the acknowledgments of its messages, in order (HL7 v2.9.1 section 2.9.3). It has
 * the envelopes that came, FHS and FTS, BHS and BTS, each with the control id of what it answers in FHS-12 or BHS-12.
 * Acknowledgments nobody wanted are `null`; without any that was wanted there is no answer, except to an empty batch.
 */
export function answerBatch(
  received: Uint8Array,
  answers: readonly (Answer | null)[],
  facts: AnswerFacts,
  { config: { batchAnswer } }: Tools,
): Answer | null {
  if (batchAnswer === "none" || answers.length > 0 && answers.every((each) => each === null)) return null;
  const written = new BatchAnswerWriter(received, facts);
  let at = 0;
  for (const { name, bytes } of cut(received)) {
    if (name === "FHS") written.fileBegins(bytes);
    else if (name === "BHS") written.batchBegins(bytes);
    else if (name === "BTS") written.batchEnds(true);
    else if (name === "FTS") written.fileEnds(true);
    else if (name === "MSH") {
      const each = answers[at++] ?? null;
      if (each && isHeld(each, batchAnswer)) written.acknowledge(each);
    }
  }
  return { bytes: written.whole(), contentType: HL7V2_TYPE };
}

/**
 * The answer to a batch whose messages have all one outcome, such as one that is refused as a whole. `null` for a refusal
 * of no message, since a batch of no acknowledgments would say that all is well.
 */
export function answerWhole(
  received: Uint8Array,
  outcome: Outcome,
  facts: AnswerFacts,
  tools: Tools,
): Answer | null {
  if (outcome.kind !== "filtered" && outcome.answer) return outcome.answer;
  const answers = Array.from(messagesIn(received), (message) => answer(message, outcome, facts));
  if (answers.length === 0 && "error" in outcome) return null;
  return answerBatch(received, answers, facts, tools);
}

/** What a destination answered in another format has no place in a batch. */
function isHeld({ bytes }: Answer, wanted: BatchAnswer): boolean {
  if (nameAt(bytes, 0) !== "MSH") return false;
  return wanted === "all" || !isPositive(bytes);
}

/** What a destination answered may be unreadable. */
function isPositive(acknowledgment: Uint8Array): boolean {
  try {
    return Hl7Message.parse(acknowledgment).get("MSA-1")?.at(1) === "A";
  } catch {
    return false;
  }
}

/** One by one: a call has room for so many arguments only, and a batch may hold more. */
function append(all: Uint8Array[], more: readonly Uint8Array[]): void {
  for (const each of more) all.push(each);
}

/** An envelope that is being filled. It is written where its header or its trailer came. */
interface Envelope {
  readonly header?: Uint8Array;
  readonly parts: Uint8Array[];
  count: number;
}

class BatchAnswerWriter {
  readonly #received: Uint8Array;
  readonly #facts: AnswerFacts;
  readonly #out: Uint8Array[] = [];
  #file: Envelope = { parts: [], count: 0 };
  #batch: Envelope = { parts: [], count: 0 };
  /** Batches so far: each has an id of its own. */
  #batches = 0;

  constructor(received: Uint8Array, facts: AnswerFacts) {
    this.#received = received;
    this.#facts = facts;
  }

  fileBegins(header: Uint8Array): void {
    this.fileEnds(false);
    this.#file = { header, parts: [], count: 0 };
  }

  batchBegins(header: Uint8Array): void {
    this.batchEnds(false);
    this.#batch = { header, parts: [], count: 0 };
  }

  acknowledge({ bytes }: Answer): void {
    this.#batch.parts.push(...terminated(bytes));
    this.#batch.count++;
  }

  batchEnds(hasTrailer: boolean): void {
    const batch = this.#batch;
    this.#batch = { parts: [], count: 0 };
    if (!batch.header && !hasTrailer) return append(this.#file.parts, batch.parts);
    const base = controlIdOf(this.#facts.id), suffix = this.#batches++ === 0 ? "" : `-${this.#batches}`;
    append(
      this.#file.parts,
      this.#enveloped("BHS", batch, base.slice(0, 20 - suffix.length) + suffix, "BTS"),
    );
    this.#file.count++;
  }

  fileEnds(hasTrailer: boolean): void {
    this.batchEnds(false);
    const file = this.#file;
    this.#file = { parts: [], count: 0 };
    if (!file.header && !hasTrailer) return append(this.#out, file.parts);
    // Acknowledgments without BHS and BTS are one batch, as both may be left out.
    const count = file.count || Math.min(file.parts.length, 1);
    append(this.#out, this.#enveloped("FHS", { ...file, count }, controlIdOf(this.#facts.id), "FTS"));
  }

  whole(): Uint8Array {
    this.fileEnds(false);
    return joinBytes(this.#out);
  }

  #enveloped(
    name: "FHS" | "BHS",
    { header, parts, count }: Envelope,
    controlId: string,
    trailer: "FTS" | "BTS",
  ): Uint8Array[] {
    // Where only the trailer came, applications and facilities are those of the first message.
    const came = header ? batchHeader(header) : findHeader(this.#received) ?? new Header("", RECOMMENDED);
    const { field, encoding } = came.delimiters;
    const own = [
      name,
      encoding,
      came.field(5),
      came.field(6),
      came.field(3),
      came.field(4),
      timestamp(this.#facts.atMs),
      "",
      "",
      "",
      controlId,
      header ? came.field(11) : "",
    ];
    return [
      bytesOf(trimmed(own, field) + "\r"),
      ...parts,
      bytesOf(`${trailer}${field}${count}\r`),
    ];
  }
}
