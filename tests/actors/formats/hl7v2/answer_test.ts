import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import hl7v2, { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { type Blame, MitralError } from "../../../../runtime/contract/error.ts";
import { bindFormat } from "../../../../runtime/contract/format.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: Date.UTC(2026, 1, 15, 7, 30, 12) };
const ACCEPTED: Outcome = { kind: "accepted" };
const format = bindFormat(hl7v2, { accept: ["ADT^A01"], batchAnswer: "all" });
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const inbound = (version: string, conditions = "") =>
  `MSH|^~\\&|A^1.2^ISO|B|C|D|2026||ADT^A01^ADT_A01|7|P|${version}|||${conditions}\rPID|1\r`;

function answered(message: string, outcome: Outcome): string | null {
  const answer = format.answer(bytesOf(message), outcome, FACTS);
  return answer && [...answer.bytes].map((byte) => String.fromCharCode(byte)).join("");
}

function failure(
  blame: Blame,
  facts: Record<string, string | number> = {},
  says = "Cannot take a|b",
): Outcome {
  return {
    kind: "rejected",
    error: new MitralError("TEST_VALUE_BAD", { blame, retry: "never", says }, facts),
  };
}

Deno.test("hl7v2 answers in the form of the sender's version", () => {
  const header = (type: string, version: string) =>
    `MSH|^~\\&|C|D|A^1.2^ISO|B|20260215073012+0000||${type}|0192f3a4b5c6456789ab|P|${version}\r`;
  const types = {
    "2.1": "ACK",
    "2.2": "ACK^A01",
    "2.3": "ACK^A01",
    "2.3.1": "ACK^A01^ACK",
    "2.8": "ACK^A01^ACK",
  };
  for (const [version, type] of Object.entries(types)) {
    assertEquals(answered(inbound(version), ACCEPTED), `${header(type, version)}MSA|AA|7\r`, version);
  }
  const refused = failure("sender", { path: "PID-3[2].4" });
  assertEquals(
    answered(inbound("2.5.1"), refused),
    header("ACK^A01^ACK", "2.5.1") + "MSA|AE|7\r" +
      "ERR||PID^1^3^2^4|102^Data type error^HL70357|E|||TEST_VALUE_BAD|Cannot take a\\F\\b\r",
  );
  assertEquals(
    answered(inbound("2.4"), refused),
    header("ACK^A01^ACK", "2.4") + "MSA|AE|7|Cannot take a\\F\\b\r" +
      "ERR|PID^1^3^102&Data type error&HL70357\r",
  );
});

Deno.test("hl7v2 says by letter and code who has to act", () => {
  const expected: Record<Blame, string> = {
    sender: "AE 102",
    unsupported: "AR 200",
    receiver: "AR 207",
    operator: "AR 207",
    bug: "AR 207",
  };
  for (const [blame, wanted] of Object.entries(expected)) {
    const message = Hl7Message.parse(answered(inbound("2.5"), failure(blame as Blame)) as string);
    assertEquals(`${message.get("MSA-1")} ${message.get("ERR-3")}`, wanted, blame);
  }
  const said = Hl7Message.parse(answered(inbound("2.5"), failure("sender", { hl7ErrorCode: 103 })) as string);
  assertEquals(said.raw("ERR-3"), "103^Table value not found^HL70357");
});

Deno.test("hl7v2 says where its own refusals lie", () => {
  const refusal = (message: string) => {
    const error = assertThrows(() => {
      format.parse(bytesOf(message));
      format.admit(format.identify(bytesOf(message)));
    }, MitralError);
    const answer = answered(message, { kind: "rejected", error });
    assert(answer !== null);
    const read = Hl7Message.parse(answer);
    return [read.get("MSA-1"), read.get("MSA-2"), read.get("ERR-3"), read.raw("ERR-2")];
  };
  const message = inbound("2.5");
  assertEquals(refusal(message.replace("ADT^A01^ADT_A01", "ORU^R01")), ["AR", "7", "200", "MSH^1^9^1^1"]);
  assertEquals(refusal(message.replace("ADT^A01^ADT_A01", "ADT^A99")), ["AR", "7", "201", "MSH^1^9^1^2"]);
  assertEquals(refusal(message.replace("ADT^A01^ADT_A01", "")), ["AE", "7", "101", "MSH^1^9"]);
  assertEquals(refusal(message + message), ["AE", "7", "100", undefined]);
  assertEquals(refusal(message + "bad\r"), ["AE", "7", "100", undefined]);
  assertEquals(refusal(message.replace("^~\\&", "^^^^")), ["AE", "7", "102", "MSH^1^2"]);
  assertEquals(refusal(`noise\r${message}`), ["AE", "7", "100", undefined]);
});

Deno.test("hl7v2 answers whatever has a header in it, and nothing else", () => {
  const refused = failure("sender");
  assertStringIncludes(answered("MSH", refused) as string, "\rMSA|AE\r");
  assertStringIncludes(answered("MSHaBCDEa", refused) as string, "\rMSA|AE\r");
  assertStringIncludes(answered("\0\0MSH|^~\\&||||||||5\r", refused) as string, "\rMSA|AE|5\r");
  assertStringIncludes(answered("MSH^~~\\&^^^^^^^^5^", refused) as string, "\rMSA|AE\r");
  for (const message of ["", "PID|1\r", "xMSH|^~\\&|\r", "MS"]) {
    assertEquals(answered(message, refused), null, message);
  }
});

Deno.test("hl7v2 gives back what it takes from a message byte for byte", () => {
  const answer = answered(
    "MSH#*~!@#\xe9*x!T!#B#C#\xff#2026##ADT*A01#\x80 7#P*T#2.7*USA######8859/1~X\r",
    ACCEPTED,
  );
  assertEquals(
    answer,
    "MSH#*~!@#C#\xff#\xe9*x!T!#B#20260215073012+0000##ACK*A01*ACK#0192f3a4b5c6456789ab#P*T#2.7*USA######8859/1~X\r" +
      "MSA#AA#\x80 7\r",
  );
});

Deno.test("hl7v2 honours the acknowledgment conditions of MSH-15 and MSH-16", () => {
  const code = (conditions: string, outcome: Outcome) => {
    const answer = answered(inbound("2.5", conditions), outcome);
    return answer && Hl7Message.parse(answer).get("MSA-1");
  };
  const both = (conditions: string) => [code(conditions, ACCEPTED), code(conditions, failure("sender"))];
  assertEquals(both("AL|NE"), ["CA", "CE"]);
  assertEquals(both("AL|AL"), ["CA", "CE"]);
  assertEquals(both("ER|NE"), [null, "CE"]);
  assertEquals(both("SU|NE"), ["CA", null]);
  assertEquals(both("NE|AL"), [null, null]);
  assertEquals(both("|AL"), ["AA", "AE"]);
  assertEquals(both("|NE"), [null, null]);
  assertEquals(both("|ER"), [null, "AE"]);
  assertEquals(both('""|""'), ["AA", "AE"]);
  assertEquals(both("XX|"), ["CA", "CE"]);
  assertEquals(code("AL|NE", failure("unsupported")), "CR");
  assertEquals(code("AL|NE", { kind: "filtered" }), "CA");
});

Deno.test("hl7v2 gives each answer an id of at most twenty characters", () => {
  const idOf = (id: string) =>
    Hl7Message.parse(format.answer(bytesOf(inbound("2.5")), ACCEPTED, { ...FACTS, id })?.bytes ?? "").get(
      "MSH-10",
    );
  assertEquals(idOf(FACTS.id), "0192f3a4b5c6456789ab");
  assertEquals(idOf("0192f3a4-b5c6-7abc-8def-0123456789ac"), "0192f3a4b5c6456789ac");
  assertEquals(idOf("short|1"), "short1");
});
