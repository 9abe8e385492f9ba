import { assert, assertEquals, assertThrows } from "@std/assert";
import { splitBatch } from "../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { hl7With } from "./hl7_with.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import { bytesOf, textOf } from "./_batches.ts";

const formatWith = (batchAnswer: "all" | "errors" | "none") => hl7With({ batchAnswer });
const format = formatWith("all");
const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: Date.UTC(2026, 1, 15, 7, 30, 12) };
const ACCEPTED: Outcome = { kind: "accepted" };
const REJECTED: Outcome = {
  kind: "rejected",
  error: new MitralError("KIT_MESSAGE_BAD", { blame: "sender", retry: "never", says: "Cannot read it" }),
};

const m = (id: string, acknowledge = "") =>
  `MSH|^~\\&|WARD|NORTH|HUB|HOSPITAL|2026||ADT^A01|${id}|P|2.5|||${acknowledge}\rPID|1||${id}\r`;
const fhs = "FHS|^~\\&|SEND|SF|RECV|RF|2026||f.hl7||F1\r";
const bhs = (id: string) => `BHS|^~\\&|SEND|SF|RECV|RF|2026||||${id}\r`;

/** The answer to a batch, its messages answered with the outcomes in turn. */
function answerTo(text: string, outcomes: readonly Outcome[] = [], by = format): string | null {
  const received = bytesOf(text);
  const { count, messages } = by.batch!.split(received)!;
  assertEquals(count, outcomes.length);
  const answers = Array.from(messages, (message, at) => by.answer(message, outcomes[at], FACTS));
  const answer = by.batch!.answer(received, answers, FACTS);
  if (!answer) return null;
  assert(!/[\r\n]{2}/.test(textOf(answer.bytes)), "every segment ends in one CR");
  return textOf(answer.bytes);
}

/** Segments of an answer, of its acknowledgments MSA. */
function shown(answer: string | null): string[] | null {
  return answer === null ? null : answer.split("\r").filter((segment) => !/^(MSH|ERR|$)/.test(segment));
}

const own = "|^~\\&|RECV|RF|SEND|SF|20260215073012+0000||||0192f3a4b5c6456789ab";

Deno.test("hl7v2 answers a batch with one of its acknowledgments, in the envelopes that came", () => {
  const two = `${m("1")}${m("2")}`, outcomes = [ACCEPTED, REJECTED];
  const acks = ["MSA|AA|1", "MSA|AE|2|Cannot read it"];
  assertEquals(shown(answerTo(`${fhs}${bhs("B1")}${two}BTS|2\rFTS|1\r`, outcomes)), [
    `FHS${own}|F1`,
    `BHS${own}|B1`,
    ...acks,
    "BTS|2",
    "FTS|1",
  ]);
  assertEquals(shown(answerTo(`${bhs("B1")}${two}BTS|2\r`, outcomes)), [`BHS${own}|B1`, ...acks, "BTS|2"]);
  assertEquals(shown(answerTo(`${bhs("B1")}${two}`, outcomes)), [`BHS${own}|B1`, ...acks, "BTS|2"]);
  assertEquals(shown(answerTo(`${fhs}${two}`, outcomes)), [`FHS${own}|F1`, ...acks, "FTS|1"]);
});

Deno.test("hl7v2 answers a batch of trailers alone in the name of its first message", () => {
  const answer = shown(answerTo(`${m("1")}BTS|1\rFTS|1\r`, [ACCEPTED]));
  const named = own.replace("RECV|RF|SEND|SF", "HUB|HOSPITAL|WARD|NORTH");
  assertEquals(answer, [`FHS${named}`, `BHS${named}`, "MSA|AA|1", "BTS|1", "FTS|1"]);
});

Deno.test("hl7v2 answers several batches of a file each by itself", () => {
  const answer = answerTo(
    `${fhs}${bhs("B1")}${m("1")}BTS|1\r${bhs("B2")}BTS|0\r${bhs("B3")}${m("2")}BTS|1\rFTS|3\r`,
    [ACCEPTED, ACCEPTED],
  );
  assertEquals(shown(answer), [
    `FHS${own}|F1`,
    `BHS${own}|B1`,
    "MSA|AA|1",
    "BTS|1",
    `BHS${own.slice(0, -2)}-2|B2`,
    "BTS|0",
    `BHS${own.slice(0, -2)}-3|B3`,
    "MSA|AA|2",
    "BTS|1",
    "FTS|3",
  ]);
  assertEquals(Array.from(splitBatch(bytesOf(answer!))).filter(({ kind }) => kind === "warning"), []);
});

Deno.test("hl7v2 answers a batch between its own delimiters, and each message between its own", () => {
  const received = "BHS:-+?*:SEND:SF:RECV:RF:2026::::B1\r" + m("1") + "BTS:1\r";
  const answer = answerTo(received, [ACCEPTED])!;
  assertEquals(shown(answer), [
    `BHS${own.replaceAll("|", ":").replace("^~\\&", "-+?*")}:B1`,
    "MSA|AA|1",
    "BTS:1",
  ]);
  assert(answer.includes("\rMSH|^~\\&|HUB|HOSPITAL|WARD|NORTH|"));
});

Deno.test("hl7v2 answers a batch in CR, whatever ended the lines that came", () => {
  for (const end of ["\r", "\n", "\r\n"]) {
    const answer = answerTo(`${bhs("B1")}${m("1")}BTS|1\r`.replaceAll("\r", end), [ACCEPTED]);
    assertEquals(shown(answer), [`BHS${own}|B1`, "MSA|AA|1", "BTS|1"]);
  }
});

Deno.test("hl7v2 answers an empty batch with an empty one", () => {
  assertEquals(shown(answerTo(`${fhs}${bhs("B1")}BTS|0\rFTS|1\r`)), [
    `FHS${own}|F1`,
    `BHS${own}|B1`,
    "BTS|0",
    "FTS|1",
  ]);
  assertEquals(answerTo(`${bhs("B1")}BTS|0\r`, [], formatWith("none")), null);
});

Deno.test("hl7v2 leaves out acknowledgments that MSH-15 and MSH-16 do not want, and answers nothing without any", () => {
  const batch = `${bhs("B1")}${m("1", "NE|NE")}${m("2", "AL|NE")}${m("3", "ER|NE")}BTS|3\r`;
  assertEquals(shown(answerTo(batch, [ACCEPTED, ACCEPTED, ACCEPTED])), [`BHS${own}|B1`, "MSA|CA|2", "BTS|1"]);
  assertEquals(shown(answerTo(batch, [REJECTED, ACCEPTED, REJECTED])), [
    `BHS${own}|B1`,
    "MSA|CA|2",
    "MSA|CE|3|Cannot read it",
    "BTS|2",
  ]);
  assertEquals(answerTo(`${bhs("B1")}${m("1", "NE|NE")}BTS|1\r`, [REJECTED]), null);
});

Deno.test("hl7v2 answers with errors only, or not at all, where it is told so", () => {
  const batch = `${bhs("B1")}${m("1")}${m("2")}BTS|2\r`;
  const errors = formatWith("errors");
  assertEquals(shown(answerTo(batch, [ACCEPTED, REJECTED], errors)), [
    `BHS${own}|B1`,
    "MSA|AE|2|Cannot read it",
    "BTS|1",
  ]);
  assertEquals(shown(answerTo(batch, [ACCEPTED, ACCEPTED], errors)), [`BHS${own}|B1`, "BTS|0"]);
  assertEquals(answerTo(batch, [ACCEPTED, REJECTED], formatWith("none")), null);
});

Deno.test("hl7v2 puts into the answer what is an HL7 message, whoever made it, and nothing else", () => {
  const received = bytesOf(`${bhs("B1")}${m("1")}${m("2")}BTS|2\r`);
  const theirs = { bytes: bytesOf("MSH|^~\\&|X\rMSA|AA|9"), contentType: "application/hl7-v2" };
  const other = { bytes: bytesOf('{"ok":true}'), contentType: "application/json" };
  const answer = format.batch!.answer(received, [theirs, other], FACTS)!;
  assertEquals(shown(textOf(answer.bytes)), [`BHS${own}|B1`, "MSA|AA|9", "BTS|1"]);
});

Deno.test("hl7v2 refuses a broken batch with a negative acknowledgment for each message in it", () => {
  const broken = `${bhs("B1")}${m("1")}${bhs("B2")}${m("2")}BTS|1\r`;
  const refused = (text: string, by = format) => {
    const error = assertThrows(() => by.batch!.split(bytesOf(text)), MitralError);
    const answer = by.answer(bytesOf(text), { kind: "rejected", error }, FACTS);
    return answer && textOf(answer.bytes);
  };
  const answer = refused(broken)!;
  assertEquals(shown(answer), [
    `BHS${own}|B1`,
    "MSA|AE|1|Cannot read batch: BHS stands inside a batch that has not ended, after message 1",
    "BTS|1",
    `BHS${own.slice(0, -2)}-2|B2`,
    "MSA|AE|2|Cannot read batch: BHS stands inside a batch that has not ended, after message 1",
    "BTS|1",
  ]);
  assert(answer.includes("|100^Segment sequence error^HL70357|E|HL7V2_BATCH_HEADER_MISPLACED^^L|"));
  // Nobody is there to be answered; and a batch of nothing would say that all is well.
  assertEquals(refused(`${bhs("B1")}PID|1\rBTS|1\r`), null);
  assertEquals(refused(broken, formatWith("none")), null);
});

Deno.test("hl7v2 accepts a batch as a whole with an acknowledgment for each message in it", () => {
  const batch = `${bhs("B1")}${m("1")}${m("2")}BTS|2\r`;
  const answer = format.answer(bytesOf(batch), ACCEPTED, FACTS)!;
  assertEquals(shown(textOf(answer.bytes)), [`BHS${own}|B1`, "MSA|AA|1", "MSA|AA|2", "BTS|2"]);
  const empty = format.answer(bytesOf(`${bhs("B1")}BTS|0\r`), ACCEPTED, FACTS)!;
  assertEquals(judge(textOf(empty.bytes)).kind, "accepted");
});

Deno.test("hl7v2 takes for a batch what begins or ends as one, and no messages in a row", () => {
  const isBatch = (text: string) => format.batch!.split(bytesOf(text)) !== undefined;
  for (
    const text of [`${fhs}`, `${bhs("1")}`, `\ufeff\x0b${bhs("1")}`, `${m("1")}BTS|1\r`, `${m("1")}FTS\n`]
  ) {
    assert(isBatch(text), text);
  }
  for (
    const text of [
      "",
      "\r",
      m("1"),
      m("1") + m("2"),
      `${m("1")}BTS|1\rZZZ|1\r`,
      "FHSX|1\r",
      "GET / HTTP/1.1\r\n",
      "BTS|1\r",
    ]
  ) assert(!isBatch(text), text);
});

const judge = (text: string, controlId = "B1", by = format) => by.judge(bytesOf(text), { controlId });
const ack = (code: string, id: string, error = "") =>
  `MSH|^~\\&|C|D|A|B|2026||ACK|x${id}|P|2.5\rMSA|${code}|${id}\r${error && `ERR||PID^1|${error}|E\r`}`;
const answering = (reference: string, ...acks: readonly string[]) =>
  `BHS|^~\\&|RECV|RF|SEND|SF|2026||||R1|${reference}\r${acks.join("")}BTS|${acks.length}\r`;

Deno.test("hl7v2 judges a batch that answers a batch: accepted where nothing in it says no", () => {
  assertEquals(judge(answering("B1", ack("AA", "1"), ack("CA", "2"))).kind, "accepted");
  assertEquals(judge(answering("B1")).kind, "accepted");
  assertEquals(judge(answering("", ack("AA", "1"))).kind, "accepted");
  assertEquals(
    judge(`FHS|^~\\&|||||||||R1|B1\r${answering("other", ack("AA", "1"))}FTS|1\r`).kind,
    "accepted",
  );
  // One acknowledgment for all of it.
  assertEquals(judge(ack("AA", "B1")).kind, "accepted");
});

Deno.test("hl7v2 judges a batch refused for one refusal in it, and put off where nothing worse is in it", () => {
  const told = (...acks: readonly string[]) => {
    const outcome = judge(answering("B1", ...acks));
    assert(outcome.kind === "rejected" || outcome.kind === "failed");
    assert(outcome.answer);
    const { code, facts: { refused, answered, answer, errorCode } } = outcome.error;
    return [outcome.kind, code, refused, answered, answer, errorCode];
  };
  assertEquals(
    told(ack("AA", "1"), ack("AE", "2", "103"), ack("AR", "3"), ack("AE", "4")),
    ["rejected", "HL7V2_BATCH_REFUSED", 2, 4, "AE", "103"],
  );
  assertEquals(
    told(ack("AA", "1"), ack("AR", "2", "207")),
    ["failed", "HL7V2_BATCH_DEFERRED", 1, 2, "AR", "207"],
  );
});

Deno.test("hl7v2 does not take the answer to another batch, or what it cannot read, for an answer", () => {
  const codeOf = (text: string) => assertThrows(() => judge(text), MitralError).code;
  assertEquals(codeOf(answering("B2", ack("AA", "1"))), "HL7V2_ANSWER_MISMATCHED");
  // A peer that knows no batches acknowledges the first message, and has seen no other.
  assertEquals(codeOf(ack("AA", "1")), "HL7V2_ANSWER_MISMATCHED");
  assertEquals(codeOf(answering("B1", ack("ZZ", "1"))), "HL7V2_ANSWER_UNREADABLE");
  assertEquals(codeOf(answering("B1", "MSH|^~\r")), "HL7V2_ANSWER_UNREADABLE");
  assertEquals(codeOf(answering("B1") + "NTE|1\r"), "HL7V2_ANSWER_UNREADABLE");
});

Deno.test("hl7v2 judges its own answer to its own batch as it was meant", () => {
  const payloads = ["1", "2", "3"].map((id) => bytesOf(m(id)));
  const whole = format.batch!.join(payloads, FACTS), controlId = format.batch!.controlId!(FACTS);
  for (
    const [outcomes, kind] of [[[ACCEPTED, ACCEPTED, ACCEPTED], "accepted"], [
      [ACCEPTED, REJECTED, ACCEPTED],
      "rejected",
    ]] as const
  ) {
    const answer = answerTo(textOf(whole), outcomes)!;
    assertEquals(judge(answer, controlId).kind, kind);
  }
});

Deno.test("hl7v2 answers a batch of more messages than a call has room for arguments", () => {
  const count = 150_000;
  const acknowledgment = { bytes: bytesOf("MSH|^~\\&\rMSA|AA\r"), contentType: "" };
  for (const header of ["", "FHS|^~\\&\r", "BHS|^~\\&\r"]) {
    const received = bytesOf(`${header}${"MSH|^~\\&\r".repeat(count)}BTS|\r`);
    const answer = format.batch!.answer(received, Array(count).fill(acknowledgment), FACTS);
    assert(answer!.bytes.length > count * acknowledgment.bytes.length);
  }
});

Deno.test("messages in a row with no batch around them are one where each of them is a message", () => {
  const each = hl7With({ each: "message" });
  const taken = (text: string, by = each) => {
    const batch = by.batch!.split(bytesOf(text));
    return batch && Array.from(batch.messages, textOf);
  };
  assertEquals(taken(m("A") + m("B")), [m("A"), m("B")]);
  assertEquals(taken(`\v${m("A")}\x1c\r\v${m("B")}\x1c\r`), [m("A"), m("B")]);
  assertEquals(taken(bhs("1") + m("A") + "BTS|1\r"), [m("A")]);
  assertEquals([taken(m("A")), taken(m("A") + m("B"), format)], [undefined, undefined]);
  assertEquals(answerTo(m("A") + m("B"), [ACCEPTED, REJECTED], each)?.match(/MSA\|A[AE]/g), [
    "MSA|AA",
    "MSA|AE",
  ]);
});
