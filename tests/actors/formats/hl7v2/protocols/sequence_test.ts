import { assertEquals, assertMatch } from "@std/assert";
import { judgeSequence } from "../../../../../actors/formats/hl7v2/hl7.ts";
import { hl7With } from "../hl7_with.ts";
import { casesOf, corpusTest } from "../_corpus.ts";

interface SequenceCase {
  readonly id: string;
  readonly state: number | null;
  readonly inbound13: string;
  readonly expectMSA4: string;
  readonly newState?: number | null;
  readonly result?: string;
}

const RESULTS: readonly (readonly [RegExp, string])[] = [[/^accept/, "accept"], [/^duplicate/, "duplicate"], [
  /error/,
  "refuse",
]];

corpusTest("hl7v2 understands every sequence number of the corpus", () => {
  for (
    const { id, state, inbound13, expectMSA4, newState, result = "" } of casesOf<SequenceCase>("sequence")
  ) {
    const verdict = judgeSequence(inbound13, state);
    assertEquals(String(verdict.expected), expectMSA4, id);
    if (newState !== undefined) assertEquals(verdict.last, newState, id);
    const [, wanted] = RESULTS.find(([words]) => words.test(result)) ?? [];
    if (wanted) assertEquals(verdict.result, wanted, id);
  }
});

Deno.test("hl7v2 judges a sequence number by the last that was accepted", () => {
  const judged = (number: string, last: number | null) => {
    const { result, expected, last: now } = judgeSequence(number, last);
    return [result, expected, now];
  };
  assertEquals(judged("42", 41), ["accept", 42, 42]);
  assertEquals(judged("42", 42), ["duplicate", 43, 42]);
  assertEquals(judged("45", 41), ["refuse", 42, 41]);
  assertEquals(judged("40", 42), ["refuse", 43, 42], "of long ago");
  assertEquals(judged("1", 1_000), ["refuse", 1_001, 1_000], "a sender that lost its count");
  assertEquals(judged("0", 41), ["start", 42, 41]);
  assertEquals(judged("0", null), ["start", -1, null]);
  assertEquals(judged("-1", 41), ["resync", -1, null]);
  assertEquals(judged("-1", null), ["resync", -1, null]);
  assertEquals(judged("7", null), ["accept", 7, 7]);
  assertEquals(judged("7", 0), ["refuse", 1, 0]);
});

Deno.test("hl7v2 reads a sequence number as an NM field writes it, and refuses what is none", () => {
  for (const text of ["42", "+42", "042", "42.", "42.00", " 42 "]) {
    assertEquals(judgeSequence(text, 41).result, "accept", text);
  }
  assertEquals(judgeSequence("-0", 41).result, "start");
  for (const text of ["", "x", "42a", "4.2", "-2", "1e3", "0x2a", "9007199254740993", "4 2", "\u0664"]) {
    const { result, expected, last, error } = judgeSequence(text, 41);
    assertEquals([result, expected, last, error?.code], ["refuse", 42, 41, "HL7V2_SEQUENCE_INVALID"], text);
  }
});

Deno.test("hl7v2 names the number of a message only where senders number theirs", () => {
  const bytes = (number: string) => new TextEncoder().encode(`MSH|^~\\&|A|B|||||ADT^A01|1|P|2.5|${number}\r`);
  assertEquals(hl7With().identify(bytes("42")).number, undefined);
  const numbered = hl7With({ sequenceNumbers: true });
  assertEquals(numbered.identify(bytes("42")).number, "42");
  for (const none of ["", '""', "|x"]) assertEquals(numbered.identify(bytes(none)).number, undefined, none);
});

Deno.test("hl7v2 answers with the expected number in MSA-4, and a gap with error code 100", () => {
  const format = hl7With({ sequenceNumbers: true });
  const bytes = (conditions: string) =>
    new TextEncoder().encode(`MSH|^~\\&|A|B|C|D|||ADT^A01|M-1|P|2.5|45||${conditions}\r`);
  const facts = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 0, expected: 42 };
  const says = (conditions: string) => {
    const verdict = format.judgeNumber!("45", 41);
    if (verdict.kind !== "refused") throw new Error("a gap was not refused");
    const answer = format.answer(bytes(conditions), { kind: "rejected", error: verdict.error }, facts);
    return new TextDecoder().decode(answer!.bytes);
  };
  assertMatch(says("|"), /\rMSA\|AE\|M-1\|[^|]*\|42\rERR\|\|MSH\^1\^13[^|]*\|100\^/);
  assertMatch(says("AL|NE"), /\rMSA\|CE\|M-1\|[^|]*\|42\rERR\|\|MSH\^1\^13[^|]*\|100\^/);
  const accepted = format.answer(bytes("|"), { kind: "accepted" }, facts);
  assertMatch(new TextDecoder().decode(accepted!.bytes), /\rMSA\|AA\|M-1\|\|42\r$/);
});
