import { assert, assertEquals, assertThrows } from "@std/assert";
import hl7v2 from "../../../../actors/formats/hl7v2/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { bindFormat } from "../../../../runtime/contract/format.ts";

const format = bindFormat(hl7v2, { accept: [], batchAnswer: "all" });
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
