import { assertEquals, assertThrows } from "@std/assert";
import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { createMessage } from "../../../../runtime/contract/message.ts";

const HEADER = "MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5";
const parse = (...segments: string[]) => Hl7Message.parse([HEADER, ...segments].join("\r") + "\r");
const textOf = (message: Hl7Message) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(message.toBytes());
const tailOf = (message: Hl7Message) => textOf(message).split("\r").slice(1, -1);
const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("hl7v2 keeps a value, an absent one and the delete indicator apart", () => {
  const message = parse('PID|1|""||x');
  assertEquals(message.get("PID-1"), "1");
  assertEquals(message.get("PID-2"), '""');
  assertEquals(message.get("PID-3"), undefined);
  assertEquals(message.get("PID-30"), undefined);
});

Deno.test("hl7v2 reads all occurrences and repetitions where an index is left out or is a star", () => {
  const message = parse("OBX|1|ST|a^b||x~y", "OBX|2|ST|c||z", "NTE|1");
  assertEquals(message.getAll("OBX-5"), ["x", "y", "z"]);
  assertEquals(message.getAll("OBX[*]-5[*]"), ["x", "y", "z"]);
  assertEquals(message.getAll("OBX[1]-5"), ["x", "y"]);
  assertEquals(message.getAll("OBX-5[2]"), ["y"]);
  assertEquals(message.getAll("OBX-3.2"), ["b"]);
  assertEquals(message.getAll("OBX[3]-5"), []);
  assertEquals(message.getAll("NTE"), ["NTE|1"]);
  assertEquals(message.getAll("MSH-2"), ["^~\\&"]);
});

Deno.test("hl7v2 reads a segment, a field or a part of it as encoded text", () => {
  const message = parse("PID|1||1^^^A&B~2|\\T\\");
  assertEquals(message.get("PID"), "PID|1||1^^^A&B~2|\\T\\");
  assertEquals(message.get("PV1"), undefined);
  assertEquals(message.raw("PID-3"), "1^^^A&B~2");
  assertEquals(message.raw("PID-3[1]"), "1^^^A&B");
  assertEquals(message.raw("PID-3.4"), "A&B");
  assertEquals(message.raw("PID-3.4.2"), "B");
  assertEquals(message.raw("PID-4"), "\\T\\");
  assertEquals(message.raw("PID-2"), undefined);
  assertEquals(message.raw("MSH-2"), "^~\\&");
  assertEquals(message.raw("MSH-2.1"), "^~\\&");
  assertEquals([message.raw("MSH-1.2"), message.raw("MSH-2[2]"), message.raw("MSH-2.2")], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("hl7v2 finds a leaf far into a long field and behind it", () => {
  const long = "x".repeat(1000);
  const message = parse(`OBX|1|ED|||${long}^b&${long}~${long}^d|${long}|end`);
  assertEquals(message.get("OBX-5"), long);
  assertEquals(message.get("OBX-5.2.2"), long);
  assertEquals(message.get("OBX-5[2].2"), "d");
  assertEquals(message.get("OBX-6"), long);
  assertEquals(message.get("OBX-7"), "end");
  assertEquals(message.get("OBX-8"), undefined);
});

Deno.test("hl7v2 takes LF for content where MSH ends in CR, and for an end of segment elsewhere", () => {
  const inField = Hl7Message.parse(`${HEADER}\rOBX|1|TX|||one\ntwo|F\r`);
  assertEquals(inField.get("OBX-5"), "one\ntwo");
  assertEquals(Hl7Message.parse(`${HEADER}\nPID|1\nPV1|2\r\rOBX|3\n`).segments, ["MSH", "PID", "PV1", "OBX"]);
  assertEquals(codeOf(() => Hl7Message.parse(`${HEADER}\nOBX|1|TX|||one\ntwo|F\n`)), "HL7V2_SEGMENT_INVALID");
});

Deno.test("hl7v2 makes what a path lacks", () => {
  assertEquals(tailOf(parse("PID|1").with("PID-3[2].4.2", "x")), ["PID|1||~^^^&x"]);
  assertEquals(tailOf(parse("OBX|1", "NTE|1").with("OBX[2]-1", "2")), ["OBX|1", "OBX|2", "NTE|1"]);
  assertEquals(tailOf(parse("PID|1").with("ZPI-2", "x")), ["PID|1", "ZPI||x"]);
  assertEquals(tailOf(parse("PID|1").with("ZPI-2", "")), ["PID|1"]);
  assertEquals(tailOf(parse("PID|1").with("PID-9.3", "")), ["PID|1"]);
  assertEquals(codeOf(() => parse("OBX|1").with("OBX[3]-1", "3")), "HL7V2_OCCURRENCE_MISSING");
});

Deno.test("hl7v2 takes out as much as a path says", () => {
  const message = parse("PID|1|a^b&c~d^e|f", "OBX|1", "OBX|2", "OBX|3");
  const [pid] = tailOf(message);
  const without = (path: string) => tailOf(message.without(path));
  assertEquals(without("PID-2")[0], "PID|1||f");
  assertEquals(without("PID-2[*]")[0], "PID|1||f");
  assertEquals(without("PID-2[1]")[0], "PID|1|d^e|f");
  assertEquals(without("PID-2[2]")[0], "PID|1|a^b&c|f");
  assertEquals(without("PID-2[3]")[0], pid);
  assertEquals(without("PID-2.2")[0], "PID|1|a^~d^e|f");
  assertEquals(without("PID-2[*].2")[0], "PID|1|a^~d^|f");
  assertEquals(without("PID-2.2.1")[0], "PID|1|a^&c~d^e|f");
  assertEquals(without("OBX[2]"), [pid, "OBX|1", "OBX|3"]);
  assertEquals(without("OBX"), [pid, "OBX|2", "OBX|3"]);
  assertEquals(without("OBX[*]"), [pid]);
  assertEquals(without("OBX[*]-1"), [pid, "OBX|", "OBX|", "OBX|"]);
  assertEquals(without("ZZZ"), tailOf(message));
});

Deno.test("hl7v2 keeps formatting in a copy made through get and set", () => {
  const message = parse("NTE|1||\\H\\high\\N\\ \\.br\\ \\.sp+3\\ \\.in 2\\ \\Z1F\\ \\X41\\ \\E\\F\\E\\");
  const copy = message.with("NTE-4", message.get("NTE-3") as string);
  assertEquals(copy.get("NTE-4"), message.get("NTE-3"));
  assertEquals(copy.raw("NTE-4"), "\\H\\high\\N\\ \\.br\\ \\.sp+3\\ \\.in 2\\ \\Z1F\\ A \\E\\F\\E\\");
});

Deno.test("hl7v2 never changes the original or its other copies", () => {
  const original = parse("PID|1||2");
  const before = textOf(original);
  const one = original.with("PID-3", "one"), two = original.with("PID-3", "two");
  one.set("PID-1", "9");
  assertEquals([original.get("PID-3"), one.get("PID-3"), two.get("PID-3")], ["2", "one", "two"]);
  assertEquals([textOf(original), two.get("PID-1")], [before, "1"]);
});

Deno.test("hl7v2 refuses to change a body that is part of a message, but not its copies", () => {
  const body = parse("PID|1");
  body.set("PID-1", "2");
  const origin = { adapter: "test", peer: "" };
  const message = createMessage({
    id: "1",
    channel: "c",
    origin,
    receivedAtMs: 0,
    received: new Uint8Array(),
    body,
  });
  assertEquals(codeOf(() => message.body.set("PID-1", "3")), "HL7V2_MESSAGE_FROZEN");
  assertEquals(message.body.with("PID-1", "3").set("PID-2", "4").get("PID-1"), "3");
});

Deno.test("hl7v2 refuses paths by code", () => {
  const message = parse("PID|1");
  const wrong = [
    "",
    "PID-",
    "PI-1",
    "pid-1",
    "PID-0",
    "PID-1.0",
    "PID[0]-1",
    "PID-1[",
    "PID.1",
    "PID-1.1.1.1",
    "PID-10000",
  ];
  for (const path of wrong) assertEquals(codeOf(() => message.get(path)), "HL7V2_PATH_INVALID", path);
  for (const path of ["PID[*]-1", "PID-1[*]"]) {
    assertEquals(codeOf(() => message.get(path)), "HL7V2_PATH_INVALID", path);
    assertEquals(codeOf(() => message.with(path, "x")), "HL7V2_PATH_INVALID", path);
  }
  for (const path of ["PID", "MSH[2]-3"]) {
    assertEquals(codeOf(() => message.with(path, "x")), "HL7V2_PATH_INVALID", path);
  }
  assertEquals(codeOf(() => message.without("MSH")), "HL7V2_PATH_INVALID");
  assertEquals(codeOf(() => message.with("MSH-1", "$")), "HL7V2_DELIMITERS_FIXED");
  assertEquals(codeOf(() => message.without("MSH-2")), "HL7V2_DELIMITERS_FIXED");
  assertEquals(message.with("MSH-2", "^~\\&").get("MSH-2"), "^~\\&");
});

Deno.test("hl7v2 reads bytes without a label as UTF-8 where they are, and as windows-1252 where they are not", () => {
  for (const label of ["", "ASCII", "8859/1", "NO SUCH SET"]) {
    const header = `${HEADER}||||||${label}\rPID|||||`;
    assertEquals(Hl7Message.parse(new TextEncoder().encode(`${header}Zoë €\r`)).get("PID-5"), "Zoë €", label);
    const other = Hl7Message.parse(latin1(`${header}Zo\xeb \x80\r`));
    assertEquals(other.get("PID-5"), "Zoë €", label);
    assertEquals(other.with("PID-6", "é").toBytes(), latin1(`${header}Zo\xeb \x80|\xe9\r`), label);
  }
});

Deno.test("hl7v2 keeps stray bytes of a UTF-8 message and shows them as unreadable", () => {
  const bytes = latin1(`${HEADER}||||||UNICODE UTF-8\rPID|||||Zo\xc3\xab^cut \xe2\x82|\xff\r`);
  const message = Hl7Message.parse(bytes);
  assertEquals(message.get("PID-5"), "Zoë");
  assertEquals(message.get("PID-5.2"), "cut \uFFFD\uFFFD");
  assertEquals(message.toBytes(), bytes);
  assertEquals(message.with("PID-7", "x").toBytes().toHex(), bytes.toHex().replace(/0d$/, "7c780d"));
});

Deno.test("hl7v2 refuses a character its character set has no room for", () => {
  const labelled = (label: string) => Hl7Message.parse(`${HEADER}||||||${label}\rPID|1\r`);
  const read = Hl7Message.parse(latin1(`${HEADER}||||||8859/1\rPID|||||Zo\xeb\r`));
  assertEquals(codeOf(() => read.with("PID-6", "€")), "HL7V2_CHARACTER_UNENCODABLE");
  for (const [label, character] of [["ASCII", "é"], ["8859/1", "€"], ["8859/5", "é"], ["", "\ud800"]]) {
    assertEquals(
      codeOf(() => labelled(label).with("PID-5", character)),
      "HL7V2_CHARACTER_UNENCODABLE",
      label,
    );
  }
  assertEquals(labelled("8859/15").with("PID-5", "€").toBytes().at(-2), 0xa4);
  assertEquals(labelled("").with("PID-5", "€").toBytes().slice(-4, -1).toHex(), "e282ac");
});

Deno.test("hl7v2 is written in another character set once MSH-18 names it", () => {
  const message = Hl7Message.parse(latin1(`${HEADER}||||||8859/1\rPID|||||Zo\xeb\r`));
  const changed = message.with("MSH-18", "UNICODE UTF-8");
  assertEquals(textOf(changed).endsWith("PID|||||Zoë\r"), true);
  assertEquals(codeOf(() => message.with("MSH-18", "ASCII").toBytes()), "HL7V2_CHARACTER_UNENCODABLE");
});

Deno.test("a value is written the same, however long it is", () => {
  const empty = Hl7Message.parse("MSH|^~\\&|LAB\rOBX|1\r");
  for (const end of ["|", "^", "~", "\\", "&", "\r", "\x7f", "+/="]) {
    const [short, long] = [`A${end}`, `${"A".repeat(100_000)}${end}`];
    const [written, all] = [short, long].map((value) => empty.with("OBX-5", value));
    assertEquals(all.raw("OBX-5")!.slice(100_000 - 1), written.raw("OBX-5"), end);
    assertEquals(all.get("OBX-5"), long);
  }
});
