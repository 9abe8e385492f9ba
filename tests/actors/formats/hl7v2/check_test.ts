import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { Flaws } from "../../../../runtime/contract/format.ts";
import { hl7With } from "./hl7_with.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: Date.UTC(2026, 1, 15, 7, 30, 12) };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const header = (version: string) => `MSH|^~\\&|A|B|C|D|2026||ADT^A01^ADT_A01|7|P|${version}\r`;
const wrong = (version = "2.5.1") =>
  bytesOf(`${header(version)}EVN|A01|2026\rPID|1|||||SECRET|17-3\rPV1|1|I| WARD \r`);

function refusalOf(found: Flaws | Promise<Flaws>): Promise<MitralError> {
  return assertRejects(() => Promise.resolve(found), MitralError);
}

Deno.test("hl7v2 does not look into messages unless it is told to", () => {
  assertEquals(hl7With().check(wrong()), []);
});

Deno.test("hl7v2 refuses what cannot be read, whatever it is told of validation", async () => {
  const two = new Uint8Array([...wrong(), ...wrong()]);
  for (const validate of ["off", "warn", "reject"] as const) {
    const format = hl7With({ validate });
    const refusal = async (bytes: Uint8Array) =>
      (await refusalOf((async () => await format.check(bytes))())).code;
    assertEquals(await refusal(bytesOf("no message")), "HL7V2_HEADER_MISSING");
    assertEquals(await refusal(two), "HL7V2_MESSAGE_NOT_ALONE");
    assertEquals(await refusal(bytesOf(`${header("2.5")}pid|1\r`)), "HL7V2_SEGMENT_INVALID");
  }
});

Deno.test("hl7v2 tells with warn what is wrong, and takes the message", async () => {
  const found = await hl7With({ validate: "warn" }).check(wrong());
  assertEquals(found.map(({ rule, path }) => `${rule} ${path}`), [
    "field_missing PID[1]-3",
    "field_missing PID[1]-5",
    "value_malformed PID[1]-7[1].1",
    "white_space PV1[1]-3[1].1",
  ]);
});

Deno.test("hl7v2 refuses errors with reject, and tells the sender each with its place and condition", async () => {
  const format = hl7With({ validate: "reject" });
  const error = await refusalOf(format.check(wrong()));
  assertEquals(error.code, "HL7V2_MESSAGE_INVALID");
  assertEquals([error.facts.problems, error.facts.path, error.facts.rule], [3, "PID[1]-3", "field_missing"]);
  const answer = format.answer(wrong(), { kind: "rejected", error }, FACTS)!;
  const segments = new TextDecoder().decode(answer.bytes).split("\r").filter((each) => each !== "");
  assertStringIncludes(segments[1], "MSA|AE|7");
  const places = segments.slice(2).map((segment) => segment.split("|")).map((fields) =>
    `${fields[2]} ${fields[3]}`
  );
  assertEquals(places, [
    "PID^1^3 101^Required field missing^HL70357",
    "PID^1^5 101^Required field missing^HL70357",
    "PID^1^7^1^1 102^Data type error^HL70357",
  ]);
  assertEquals(segments.join().includes("SECRET") || segments.join().includes("17-3"), false);
});

Deno.test("hl7v2 refuses in one ERR segment before version 2.5", async () => {
  const format = hl7With({ validate: "reject" });
  const error = await refusalOf(format.check(wrong("2.4")));
  const answer = format.answer(wrong("2.4"), { kind: "rejected", error }, FACTS)!;
  assertStringIncludes(
    new TextDecoder().decode(answer.bytes),
    "ERR|PID^1^3^101&Required field missing&HL70357~PID^1^5^",
  );
});

Deno.test("hl7v2 takes with reject what only deserves a warning, and what is tolerated", async () => {
  const tolerate = ["field_missing", "value_malformed"] as const;
  const found = await hl7With({ validate: "reject", tolerate }).check(wrong());
  assertEquals(found.map(({ rule }) => rule), ["white_space"]);
});
