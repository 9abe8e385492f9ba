import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { assemble, fragment, Hl7Message } from "../../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { casesOf, corpusFile, corpusTest } from "../_corpus.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const bytesOf = (text: string) => encoder.encode(text.replaceAll("\n", "\r"));
const textOf = (bytes: Uint8Array) => decoder.decode(bytes).replaceAll("\r", "\n");
const assembled = (...texts: readonly string[]) => textOf(assemble(texts.map(bytesOf)));

const refused = (code: string, act: () => unknown) => assertEquals(assertThrows(act, MitralError).code, code);

const HEAD = "MSH|^~\\&|S|F|R|RF|2024||ORU^R01|";

Deno.test("hl7v2 cuts a message between segments, and each fragment leads to the next", () => {
  const [one, two, three] = ["a", "b", "c"].map((text, at) => `OBX|${at + 1}|ST||${text.repeat(30)}\n`);
  const message = `${HEAD}M1|P|2.5|7\nPID|1\n${one}${two}${three}`;
  assertEquals(fragment(bytesOf(message), 105).map(textOf), [
    `${HEAD}M1|P|2.5|7\nPID|1\n${one}DSC|M1-2|F\n`,
    `${HEAD}M1-2|P|2.5||M1-2\n${two}DSC|M1-3|F\n`,
    `${HEAD}M1-3|P|2.5||M1-3\n${three}`,
  ]);
  assertEquals(fragment(bytesOf(message), 500).map(textOf), [message]);
});

Deno.test("hl7v2 cuts within a segment that is larger than a fragment, by ADD", () => {
  const message = `${HEAD}M1|P|2.5\nPID|1\nOBX|1|FT||1|${"abcdefghij".repeat(8)}\nNTE|1\n`;
  const fragments = fragment(bytesOf(message), 100).map(textOf);
  assert(fragments.length > 2);
  for (const [nth, text] of fragments.slice(0, -1).entries()) {
    assert(text.endsWith(`\nADD\nDSC|M1-${nth + 2}|F\n`), text);
    assert(fragments[nth + 1].split("\n")[1].startsWith("ADD|"), fragments[nth + 1]);
  }
  assertEquals(assembled(...fragments), message);
});

Deno.test("hl7v2 never cuts a character of UTF-8, nor one of two bytes whose second is ASCII", () => {
  const head = `${HEAD}M1|P|2.5|||||||8859/1\n`;
  const utf8 = bytesOf(`${head}OBX|1|FT||1|${"žluťoučký kůň 日本語テキスト".repeat(9)}\n`);
  for (let bytesMax = 120; bytesMax < 140; bytesMax++) {
    for (const each of fragment(utf8, bytesMax)) assert(!decoder.decode(each).includes("\uFFFD"));
  }
  const shiftJis = new Uint8Array([
    ...bytesOf(`${head}OBX|1|FT||1|`),
    ...new Array(60).fill([0x83, 0x5c]).flat(),
    0x0d,
  ]);
  for (const each of fragment(shiftJis, 120)) {
    const before = each.subarray(0, each.indexOf(0x0d, head.length + 20));
    assert(before.at(-1) !== 0x83, "cut between the two bytes of a character");
  }
});

Deno.test("hl7v2 fragments nothing into less than a fragment needs", () => {
  const small = (text: string, bytesMax: number) => () => fragment(bytesOf(text), bytesMax);
  refused("HL7V2_FRAGMENT_TOO_SMALL", small(`${HEAD}M1|P|2.5\nOBX|1|ST|${"x".repeat(99)}\n`, 60));
  refused("HL7V2_FRAGMENT_TOO_SMALL", small(`${HEAD}M1|P|2.5\nPID|1|${"x".repeat(99)}\n`, 120));
  refused("HL7V2_FRAGMENT_UNNAMED", small(`${HEAD}|P|2.5\nOBX|1|ST|${"x".repeat(99)}\n`, 100));
  refused("HL7V2_FRAGMENT_NESTED", small(`${HEAD}M1|P|2.5||X\nOBX|1|ST|${"x".repeat(99)}\n`, 100));
  refused("HL7V2_FRAGMENT_NESTED", small(`${HEAD}M1|P|2.5\nOBX|1|ST|${"x".repeat(99)}\nDSC|X\n`, 100));
  refused("HL7V2_HEADER_MISSING", small("PID|1\n", 3));
});

Deno.test("hl7v2 assembles what was cut between segments, in fields and in a field", () => {
  const whole = `${HEAD}1|P|2.4\nPID|1\nOBX|1|FT||1|first second\nNTE|1\n`;
  assertEquals(
    assembled(`${HEAD}1|P|2.4\nPID|1\nDSC|A\n`, `${HEAD}2|P|2.4||A\nOBX|1|FT||1|first second\nNTE|1\n`),
    whole,
  );
  assertEquals(
    assembled(
      `${HEAD}1|P|2.4\nPID|1\nOBX|1|FT|\nADD\nDSC|A|F\n`,
      `${HEAD}2|P|2.4||A\nADD||1|first second\nNTE|1\n`,
    ),
    whole,
  );
  assertEquals(
    assembled(
      `${HEAD}1|P|2.4\nPID|1\nOBX|1|FT||1|fi\nADD\nDSC|A|F\n`,
      `${HEAD}2|P|2.4||A\nADD|rst \nADD\nDSC|B|F\n`,
      `${HEAD}3|P|2.4||B\nADD|second\nNTE|1\n`,
    ),
    whole,
  );
  assertEquals(
    assembled(`${HEAD}1|P|2.4\nPID|1\nOBX|1|FT||1|fi\nADD|rst \nADD|second\nNTE|1\n`),
    whole,
    "in one message",
  );
});

Deno.test("hl7v2 assembles in the order of the pointers, whatever order they came in", () => {
  const [a, b, c] = [`${HEAD}1\nA\nDSC|x\n`, `${HEAD}2||||x\nB\nDSC|y\n`, `${HEAD}3||||y\nC\nDSC\n`];
  for (const order of [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]) {
    assertEquals(assembled(...order), `${HEAD}1\nA\nB\nC\n`);
  }
  const same = [`${HEAD}1\nA\nDSC|x\n`, `${HEAD}2||||x\nB\nDSC|x\n`, `${HEAD}3||||x\nC\n`];
  assertEquals(assembled(...same), `${HEAD}1\nA\nB\nC\n`, "one pointer for all, in the order given");
});

Deno.test("hl7v2 assembles the responses to one query, whose header segments are repeated", () => {
  const head = (id: number) => `${HEAD.replace("ORU^R01", "DSR^Q01")}${id}|P|2.3\nMSA|AA|Q1\nQRD|1\nQRF|2\n`;
  assertEquals(
    assembled(
      `${head(1)}DSP|1||fi\nADD\nDSC|A|I\n`,
      `${head(2)}ADD|rst\nDSP|2||b\nDSC|B|I\n`,
      `${head(3)}DSP|3\nDSC\n`,
    ),
    `${head(1)}DSP|1||first\nDSP|2||b\nDSP|3\n`,
  );
});

Deno.test("hl7v2 assembles nothing that is not all there", () => {
  const [a, b, c] = [`${HEAD}1\nA\nDSC|x\n`, `${HEAD}2||||x\nB\nDSC|y\n`, `${HEAD}3||||y\nC\n`];
  for (const some of [[], [a], [b], [c], [a, b], [a, c], [b, c], [a, b, c, c], [a, a, b, c]]) {
    refused("HL7V2_FRAGMENT_MISSING", () => assembled(...some));
  }
  refused(
    "HL7V2_FRAGMENT_MISSING",
    () => assembled(`${HEAD}1||||z\nA\nDSC|x\n`, `${HEAD}2||||x\nA\nDSC|z\n`),
  );
  refused("HL7V2_FRAGMENT_FOREIGN", () => assembled(a, b, c.replaceAll("^", "!")));
  refused("HL7V2_ADDENDUM_MISSING", () => assembled(`${HEAD}1\nA\nADD\nDSC|x\n`, `${HEAD}2||||x\nB\n`));
  refused("HL7V2_ADDENDUM_STRAY", () => assembled(`${HEAD}1\nADD|rest\n`));
});

corpusTest("hl7v2 does not assemble a message of the corpus that lacks a fragment", () => {
  for (const { kind, messages } of casesOf<{ kind: string; messages: string[] }>("continuation")) {
    if (kind !== "missing-fragment") continue;
    refused("HL7V2_FRAGMENT_MISSING", () => assemble(messages.map((text) => encoder.encode(text))));
  }
});

corpusTest("hl7v2 gives every message of the corpus back from its fragments", () => {
  let cut = 0;
  for (const { file } of casesOf<{ file: string }>("roundtrip")) {
    const parsed = Hl7Message.parse(corpusFile(file));
    if (parsed.get("MSH-14") !== undefined || parsed.segments.some((id) => id === "ADD" || id === "DSC")) {
      continue;
    }
    const message = parsed.toBytes();
    for (const bytesMax of [400, 1_000]) {
      let fragments: readonly Uint8Array[];
      try {
        fragments = fragment(message, bytesMax);
      } catch (error) {
        assert(["HL7V2_FRAGMENT_TOO_SMALL", "HL7V2_FRAGMENT_UNNAMED"].includes((error as MitralError).code));
        continue;
      }
      cut += fragments.length - 1;
      assert(fragments.every(({ length }) => length <= bytesMax));
      assertEquals(assemble([...fragments].reverse()), message, file);
    }
  }
  assert(cut > 500, "hardly anything was cut");
});

Deno.test("hl7v2 gives any bytes back from fragments of any size, in any order", () => {
  const content = fc.uint8Array({ minLength: 0, maxLength: 300 })
    .map((bytes) => bytes.map((byte) => byte === 0x0d || byte === 0x0b || byte === 0x1c ? 0x2e : byte));
  const segment = fc.tuple(fc.constantFrom("OBX|", "NTE|", "ZZZ|", "PID|"), content)
    .map(([id, bytes]) => [...encoder.encode(id), ...bytes, 0x41, 0x0d]);
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 90, max: 700 }),
      fc.infiniteStream(fc.nat(1_000)),
      (segments, bytesMax, chance) => {
        const message = new Uint8Array([...encoder.encode(`${HEAD}M|P|2.5\r`), ...segments.flat()]);
        let fragments: readonly Uint8Array[];
        try {
          fragments = fragment(message, bytesMax);
        } catch (error) {
          return (error as MitralError).code === "HL7V2_FRAGMENT_TOO_SMALL";
        }
        for (const { length } of fragments) assert(length <= bytesMax, `${length} is over ${bytesMax}`);
        const keyed = fragments.map((each) => [chance.next().value ?? 0, each] as const);
        const shuffled = keyed.toSorted(([a], [b]) => a - b).map(([, each]) => each);
        assertEquals(assemble(shuffled), message);
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("hl7v2 joins an ADD of the message's own to what it continues, whether the message was cut or not", () => {
  const message = bytesOf(
    `MSH|^~\\&|S|F|R|RF|2024||ORU^R01|1|P|2.4\rOBX|1|TX||${"a".repeat(90)}\rADD|b\rNTE|1\r`,
  );
  const fragments = fragment(message, 120);
  assert(fragments.length > 1);
  assertEquals(assemble(fragments), assemble([message]));
});
