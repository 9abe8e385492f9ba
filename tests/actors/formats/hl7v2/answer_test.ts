import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { type Blame, MitralError } from "../../../../runtime/contract/error.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import { hl7With } from "./hl7_with.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: Date.UTC(2026, 1, 15, 7, 30, 12) };
const ACCEPTED: Outcome = { kind: "accepted" };
const format = hl7With({ accept: ["ADT^A01"], versions: ["2.5"], processing: ["P"] });
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
    header("ACK^A01^ACK", "2.5.1") + "MSA|AE|7|Cannot take a\\F\\b\r" +
      "ERR||PID^1^3^2^4|102^Data type error^HL70357|E|TEST_VALUE_BAD^^L|||Cannot take a\\F\\b\r",
  );
  assertEquals(
    answered(inbound("2.7"), refused),
    header("ACK^A01^ACK", "2.7") + "MSA|AE|7\r" +
      "ERR||PID^1^3^2^4|102^Data type error^HL70357|E|TEST_VALUE_BAD^^L|||Cannot take a\\F\\b\r",
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
      format.admit(format.identify(bytesOf(message)), bytesOf(message));
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
  assertEquals(refusal(message.replace("|P|2.5", "|T|2.5")), ["AR", "7", "202", "MSH^1^11^1^1"]);
  assertEquals(refusal(message.replace("|P|2.5", "|P|2.9")), ["AR", "7", "203", "MSH^1^12^1^1"]);
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

Deno.test("hl7v2 adds the subcomponent separator that a header leaves out to its answer", () => {
  const message = (encoding: string) => `MSH|${encoding}|A|B|C|D|2026||ADT^A01|7|P|2.4\rPID|1\r`;
  const sender = failure("sender");
  assertStringIncludes(answered(message("^~\\"), sender) as string, "MSH|^~\\&|C|D|");
  assertStringIncludes(answered(message("^~\\"), sender) as string, "102&Data type error&HL70357");
  assertStringIncludes(answered(message("^&\\"), sender) as string, "102!Data type error!HL70357");
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
  assertEquals(both("NE|NE"), [null, null]);
  // One answer is all there is: where no accept acknowledgment is wanted, it is the application's.
  assertEquals(both("NE|AL"), ["AA", "AE"]);
  assertEquals(both("ER|AL"), ["AA", "CE"]);
  assertEquals(both("SU|ER"), ["CA", "AE"]);
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

Deno.test("hl7v2 tells apart who wants to hear twice", () => {
  const twice = ["AL|AL", "NE|AL", "ER|SU", "SU|ER"], once = ["|AL", "|", "AL|NE", "AL|", '""|AL', "AL|XX"];
  for (const conditions of [...twice, ...once]) {
    const asks = format.isAnsweredTwice(bytesOf(inbound("2.5", conditions)));
    assertEquals(asks, twice.includes(conditions), conditions);
  }
  assert(!format.isAnsweredTwice(bytesOf("PID|1\r")));
});

Deno.test("hl7v2 answers twice: what is taken by MSH-15, what became of it by MSH-16", () => {
  const code = (conditions: string, outcome: Outcome, which: "first" | "second" | "apart") => {
    const answer = format.answer(bytesOf(inbound("2.5", conditions)), outcome, { ...FACTS, which });
    if (answer === null) return null;
    const message = Hl7Message.parse(answer.bytes);
    return ["MSA-1", "MSA-2", "MSH-15", "MSH-16"].map((path) => message.get(path) ?? "").join(" ");
  };
  assertEquals(code("AL|AL", ACCEPTED, "first"), "CA 7  ");
  assertEquals(code("NE|AL", ACCEPTED, "first"), null);
  assertEquals(code("ER|AL", ACCEPTED, "first"), null);
  assertEquals(code("AL|AL", ACCEPTED, "second"), "AA 7 NE NE");
  assertEquals(code("AL|AL", failure("sender"), "second"), "AE 7 NE NE");
  assertEquals(code("AL|AL", failure("operator"), "apart"), "AR 7 AL NE");
  assertEquals(code("AL|ER", ACCEPTED, "apart"), null);
  assertEquals(code("AL|SU", failure("sender"), "apart"), null);
  const peers: Outcome = {
    kind: "accepted",
    answer: { bytes: bytesOf("MSH|^~\\&\rMSA|AA|7\r"), contentType: "x" },
  };
  assertEquals(code("AL|AL", peers, "second"), "AA 7  ");
  assertEquals(code("AL|ER", peers, "second"), null);
});

Deno.test("hl7v2 tells each thing that is wrong, up to twenty", () => {
  const part = (path: string, hl7ErrorCode: number, hl7Severity = "E") =>
    new MitralError("TEST_FIELD_BAD", { blame: "sender", retry: "never", says: "Cannot take it" }, {
      path,
      hl7ErrorCode,
      hl7Severity,
    });
  const refused = (causes: readonly MitralError[]): Outcome => ({
    kind: "rejected",
    error: new MitralError(
      "TEST_MESSAGE_BAD",
      { blame: "sender", retry: "never", says: "Cannot take message: {count} things are wrong" },
      { count: causes.length },
      new AggregateError(causes),
    ),
  });
  const two = refused([part("PID-3", 101), part("OBX[2]-5", 103, "W")]);
  const lines = (version: string, outcome: Outcome) =>
    answered(inbound(version), outcome)?.split("\r").slice(1);
  assertEquals(lines("2.5", two), [
    "MSA|AE|7|Cannot take message: 2 things are wrong",
    "ERR||PID^1^3|101^Required field missing^HL70357|E|TEST_FIELD_BAD^^L|||Cannot take it",
    "ERR||OBX^2^5|103^Table value not found^HL70357|W|TEST_FIELD_BAD^^L|||Cannot take it",
    "",
  ]);
  assertEquals(
    lines("2.3.1", two)?.[1],
    [
      "ERR|PID^1^3^101&Required field missing&HL70357",
      "OBX^2^5^103&Table value not found&HL70357",
    ].join("~"),
  );
  const many = refused(Array.from({ length: 100 }, () => part("PID-3", 101)));
  assertEquals(lines("2.5", many)?.filter((line) => line.startsWith("ERR|")).length, 20);
  assertEquals(lines("2.3.1", many)?.[1].split("~").length, 20);
});

Deno.test("hl7v2 writes no more than a field has room for", () => {
  const long = failure("sender", {}, "Cannot take it: " + "long ".repeat(200));
  const message = Hl7Message.parse(answered(inbound("2.5"), long) as string);
  assertEquals([message.get("MSA-3")?.length, message.get("ERR-8")?.length], [80, 250]);
});
