import { assert, assertEquals, assertThrows } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { hl7With } from "./hl7_with.ts";

const format = hl7With();
const judge = (...segments: string[]) =>
  format.judge(new TextEncoder().encode(["MSH|^~\\&|C|D|A|B|2026||ACK|1|P|2.5", ...segments].join("\r")), {
    controlId: "W-1",
  });
const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;

function verdict(...segments: string[]): unknown[] {
  const outcome = judge(...segments);
  if (outcome.kind === "accepted" || outcome.kind === "filtered") return [outcome.kind];
  const { code, blame, retry, facts } = outcome.error;
  assertEquals(blame, "receiver");
  assert(outcome.answer);
  return [outcome.kind, code, retry, facts.errorCode];
}

Deno.test("hl7v2 judges an acknowledgment by its code", () => {
  assertEquals(verdict("MSA|AA|W-1"), ["accepted"]);
  assertEquals(verdict("MSA|CA|W-1"), ["accepted"]);
  assertEquals(verdict("MSA|AE|W-1"), ["rejected", "HL7V2_MESSAGE_REFUSED", "never", "none"]);
  assertEquals(verdict("MSA|CE|W-1", "ERR|||101"), ["rejected", "HL7V2_MESSAGE_REFUSED", "never", "101"]);
  assertEquals(verdict("MSA|AR|W-1", "ERR|||207"), ["failed", "HL7V2_MESSAGE_TURNED_AWAY", "later", "207"]);
  assertEquals(verdict("MSA|CR|W-1"), ["failed", "HL7V2_MESSAGE_TURNED_AWAY", "later", "none"]);
});

Deno.test("hl7v2 tries again what a receiver could not take because of its own trouble", () => {
  assertEquals(verdict("MSA|AE|W-1", "ERR|||206^Locked"), [
    "failed",
    "HL7V2_MESSAGE_DEFERRED",
    "later",
    "206",
  ]);
  assertEquals(verdict("MSA|AE|W-1", "ERR|||100", "ERR|||207")[1], "HL7V2_MESSAGE_DEFERRED");
  assertEquals(verdict("MSA|AE|W-1", "ERR|PID^1^3^207&Internal&HL70357")[1], "HL7V2_MESSAGE_DEFERRED");
});

Deno.test("hl7v2 takes no answer to another message", () => {
  for (const id of ["W-2", "w-1", "W-1^x", " W-1", "", "W-10"]) {
    assertEquals(codeOf(() => judge(`MSA|AA|${id}`)), "HL7V2_ANSWER_MISMATCHED", id);
  }
});

Deno.test("hl7v2 takes no answer it cannot read", () => {
  assertEquals(codeOf(() => judge("PID|1")), "HL7V2_ANSWER_UNREADABLE");
  assertEquals(codeOf(() => judge("MSA|OK|W-1")), "HL7V2_ANSWER_UNREADABLE");
  assertEquals(codeOf(() => judge("MSA||W-1")), "HL7V2_ANSWER_UNREADABLE");
  const garbage = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n");
  assertEquals(codeOf(() => format.judge(garbage, { controlId: "W-1" })), "HL7V2_ANSWER_UNREADABLE");
});

Deno.test("hl7v2 keeps what a receiver wrote out of its errors", () => {
  const outcome = judge("MSA|AE|W-1|Canary", "ERR|||Canary|||||Canary");
  assert(outcome.kind === "rejected");
  assert(!JSON.stringify(outcome.error).includes("Canary"));
});

Deno.test("hl7v2 reads an acknowledgment in small letters, with spaces, with LF between segments", () => {
  assertEquals(verdict("MSA|aa|W-1"), ["accepted"]);
  assertEquals(verdict("MSA| CA |W-1"), ["accepted"]);
  const lines = new TextEncoder().encode("MSH|^~\\&|C|D|A|B|2026||ACK|1|P|2.5\nMSA|AE|W-1\nERR|||207\n");
  assertEquals(format.judge(lines, { controlId: "W-1" }).kind, "failed");
});

Deno.test("hl7v2 goes by MSA-1 whatever the severity of the errors beside it", () => {
  assertEquals(verdict("MSA|AE|W-1", "ERR|||101|W")[0], "rejected");
  assertEquals(verdict("MSA|AA|W-1", "ERR|||101|E"), ["accepted"]);
});

Deno.test("hl7v2 takes an answer without an id, or with spaces around it, only where it is told to", () => {
  const lenient = hl7With({ answerMatch: "lenient" });
  const judged = (text: string) =>
    lenient.judge(new TextEncoder().encode(`MSH|^~\\&|C|D|A|B|2026||ACK|1|P|2.5\r${text}`), {
      controlId: "W-1",
    });
  for (const msa of ["MSA|AA|W-1", "MSA|AA|", "MSA|AA", "MSA|AA| W-1 "]) {
    assertEquals(judged(msa).kind, "accepted", msa);
  }
  for (const id of ["W-2", "W-10", "w-1"]) {
    assertEquals(codeOf(() => judged(`MSA|AA|${id}`)), "HL7V2_ANSWER_MISMATCHED", id);
  }
});

Deno.test("hl7v2 knows when an application's answer follows a commit", () => {
  const follows = (code: string, conditions: string) => {
    const sent = new TextEncoder().encode(`MSH|^~\\&|A|B|C|D|2026||ADT^A01|W-1|P|2.5|||${conditions}\r`);
    const answer = new TextEncoder().encode(`MSH|^~\\&|C|D|A|B|2026||ACK|1|P|2.5\rMSA|${code}|W-1\r`);
    const outcome = format.judge(answer, { controlId: "W-1", bytes: sent });
    return outcome.kind === "accepted" && outcome.moreFollows === true;
  };
  for (const conditions of ["AL|AL", "AL|SU", "|AL"]) assert(follows("CA", conditions), conditions);
  for (const conditions of ["AL|NE", "AL|ER", "AL|", ""]) assert(!follows("CA", conditions), conditions);
  assert(!follows("AA", "AL|AL"));
  assert(!follows("CE", "AL|AL"));
});
