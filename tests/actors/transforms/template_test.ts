import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import json from "../../../actors/formats/json/mod.ts";
import { fill, Templates } from "../../../actors/transforms/_template.ts";
import type { KeyedState } from "../../../runtime/contract/actor.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { createMessage, type PathBody } from "../../../runtime/contract/message.ts";
import { CANARY } from "../../contract/transformer_kit.ts";
import { Lines, lines } from "../_lines.ts";

const body = new Lines(`A=one\nB= Two \nDTM=20240105\nE=\nodd{|}=brace\nid=a line called id\nS=${CANARY}`);

function messageOf(body: PathBody, metadata: Readonly<Record<string, string>> = {}) {
  return createMessage({
    id: "0190a3b4-0000-7000-8000-000000000001",
    channel: "intake",
    origin: { adapter: "kit", peer: "192.0.2.7:1" },
    receivedAtMs: Date.UTC(2024, 0, 5, 18, 30, 15, 250),
    received: new Uint8Array(),
    body,
    metadata,
  });
}

function stateOf(values: Map<string, string>): KeyedState {
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  };
}

const format = bindFormat(lines, {});
const plain = new Templates({ body: format, timeZone: "America/Chicago" });
/** Of bodies whose format nobody knows before the first message. */
const unknowing = new Templates({ timeZone: "America/Chicago" });

/** What a template makes of the message. */
function filled(template: string, metadata?: Readonly<Record<string, string>>): string | undefined {
  return fill(plain.compile(template, "X"), { message: messageOf(body, metadata), body, sequence: "" });
}

/** Where a template is wrong, and what was expected there. */
function refusal(template: string): readonly unknown[] {
  const { code, facts } = assertThrows(() => plain.compile(template, "X"), MitralError);
  assertEquals([code, facts.setting], ["TEMPLATE_TEXT_INVALID", "X"], template);
  return [facts.column, facts.expected];
}

Deno.test("a template without braces is its own text, ready-made", () => {
  for (const text of ["", "0042", "a | b", "$5 'x' \"y\""]) assertEquals(plain.compile(text, "X"), text);
  assertEquals(plain.compile("{{a}} }}{{", "X"), "{a} }{");
});

Deno.test("a template reads the message by path, whatever stands around", () => {
  assertEquals(filled("{A}"), "one");
  assertEquals(filled("<{ A }|{{{A}}}>"), "<one|{one}>");
  assertEquals(filled('{"odd{|}"} {\'odd{|}\'} {"id"}'), "brace brace a line called id");
});

Deno.test("a template knows the message's own facts", () => {
  assertEquals(filled("{id} {channel}"), "0190a3b4-0000-7000-8000-000000000001 intake");
  assertEquals(filled("{received}"), "2024-01-05T18:30:15.250Z");
  assertEquals(filled("{received|date yyyyMMddHHmmss.SSSXX}"), "20240105123015.250-0600");
  assertEquals(filled("{part} of {parts} {meta.a b}", { part: "2", parts: "3", "a b": "x" }), "2 of 3 x");
  assertEquals(filled("{meta.toString}"), undefined);
});

Deno.test("a template with an absent value is absent, unless a default is given", () => {
  for (const template of ["{Z}", "x {Z} y", "{Z|upper}", "{Z|left 2|pad 3}", "{part}", "{Z|date yyyy}"]) {
    assertEquals(filled(template), undefined, template);
  }
  assertEquals(filled("{Z|default not known}."), "not known.");
  assertEquals(filled("{Z|default don't}{Z|default ''}{Z|default \"a|b}\"}"), "don'ta|b}");
  assertEquals(filled("{E|default x}"), "");
});

Deno.test("a template's filters change a value one after the other", () => {
  assertEquals(filled("{A|upper}{B|trim|lower}"), "ONEtwo");
  assertEquals(filled("{A | left 2 | pad 5}"), "000on");
  assertEquals(filled("{A|pad 5 ' '}{A|pad 4 '|'}{A|pad 2}{A|left 9}"), "  one|oneoneone");
});

Deno.test("a template numbers messages, and goes on where the state left off", async () => {
  const templates = new Templates({ timeZone: "UTC" });
  const template = templates.compile("ID{sequence|pad 4}", "X");
  const values = new Map<string, string>();
  const next = () => templates.run(messageOf(body), body, stateOf(values), (scope) => fill(template, scope));
  assertEquals([await next(), await next()], ["ID0001", "ID0002"]);
  values.set("sequence", "41");
  assertEquals(await next(), "ID0042");
});

Deno.test("templates that count nothing make nobody wait", () => {
  const template = plain.compile("{A}", "X");
  assertEquals(plain.run(messageOf(body), body, stateOf(new Map()), (scope) => fill(template, scope)), "one");
});

Deno.test("a template of an each reads from its place and knows the round", () => {
  const twice = new Lines("A=1\nA=2\nB=x");
  const scope = { message: messageOf(twice), body: twice, sequence: "", round: { place: "A#2", number: 2 } };
  assertEquals(fill(plain.compile("{n}/{n0}: {@} {B}", "X", "each"), scope), "2/1: 2 x");
  assertEquals(fill(plain.compileTarget("OBX[{n}]-{{{n0}}}"), scope), "OBX[2]-{1}");
  assertEquals(refusalOf(() => plain.compileTarget("OBX[{id}]")), [6, "one of n, n0"]);
});

function refusalOf(act: () => unknown): readonly unknown[] {
  const { facts } = assertThrows(act, MitralError);
  return [facts.column, facts.expected];
}

Deno.test("a template says where it is wrong and what was expected", () => {
  const filters = "one of date, default, upper, lower, trim, left, pad";
  const words = "a path, or one of id, channel, received, sequence, part, parts, meta.NAME; " +
    "a path that looks so is quoted";
  const pattern = "one of yyyy MM dd HH mm ss SSS XXX XX, other letters between ' and '";
  const cases: readonly (readonly [template: string, column: number, expected: string])[] = [
    ["a}", 2, "} twice, where it is text"],
    ["{", 2, "a path or a word"],
    ["{}", 2, "a path or a word"],
    ['{""}', 2, "a path or a word"],
    ["{A", 3, "| or }"],
    ["{A{", 3, "| or }"],
    ['{"A', 2, '" to close this text'],
    ['{"A"x}', 5, "| or }"],
    ["{A|}", 4, "the name of a filter"],
    ["{A|upperr}", 4, filters],
    ["{A|toString}", 4, filters],
    ["{A|upper x}", 10, "| or }"],
    ["{A|left}", 8, "a number up to 10000"],
    ["{A|left x}", 9, "a number up to 10000"],
    ["{A|left 99999}", 9, "a number up to 10000"],
    ["{A|left 1 2}", 11, "| or }"],
    ["{A|pad 3 ab}", 10, "one character"],
    ["{A|pad 3 '' }", 10, "one character"],
    ["{A|pad 3 a b}", 12, "| or }"],
    ["{A|default}", 11, "the text to write"],
    ["{A|default 'x'y}", 15, "a blank, | or }"],
    ["{A|date}", 8, "a pattern such as yyyyMMdd"],
    ["{A|date yyyymmDD}", 15, pattern],
    ["{A|date 'yyyy X'}", 15, pattern],
    ["{A|date yyyy]}", 13, "[ before ]"],
    ["{A|date [yyyy}", 14, "] for each ["],
    ["{A|date yyyy from MM/DD}", 22, pattern],
    ["{A|date yyyy from MM/dd}", 24, "yyyy"],
    ["{A|date yyyy from dd.yyyy}", 26, "MM"],
    ["{A|date yyyy from yyyy yyyy}", 28, "yyyy once"],
    ["{A|date yyyy from }", 14, pattern],
  ];
  for (const [template, column, expected] of cases) {
    assertEquals(refusal(template), [column, expected], template);
  }
  assertEquals(refusalOf(() => unknowing.compile("x {word}", "X")), [4, words]);
  assertEquals(refusalOf(() => unknowing.compile("{n}", "X")), [2, words]);
});

Deno.test("a word that is no word of a template's own is a path where the format reads it", () => {
  const named = new Templates({ body: { ...format, checkPath: () => {} }, timeZone: "UTC" });
  assertEquals(typeof named.compile("{family}", "X"), "function");
  const strict = new Templates({ body: bindFormat(json, { depthMax: 9 }), timeZone: "UTC" });
  assertEquals(refusalOf(() => strict.compile("{family}", "X"))[0], 2);
});

Deno.test("a template finds a path the format does not have before the first message", () => {
  const { code, facts } = assertThrows(() => plain.compile("ab {'?'|upper}", "X"), MitralError);
  const reason = "Cannot read path: it is not one of lines";
  assertEquals([code, facts], ["TEMPLATE_PATH_INVALID", { setting: "X", column: 5, reason }]);
});

Deno.test("any text comes back from a template, with braces doubled", () => {
  const anything = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(anything, anything, (before, after) => {
    const escaped = (text: string) => text.replace(/[{}]/g, "$&$&");
    assertEquals(plain.compile(escaped(before), "X"), before);
    assertEquals(filled(`${escaped(before)}{A}${escaped(after)}`), `${before}one${after}`);
  }));
});

Deno.test("any default and any quoted path come back from a template", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.constantFrom("'", '"'), (text, quote) => {
    const quoted = quote + text.replaceAll(quote, quote + quote) + quote;
    assertEquals(filled(`{Z|default ${quoted}}`), text);
  }));
});

Deno.test("a template fails by its own codes and shows nothing of the message", () => {
  const word = fc.constantFrom(
    ..."{ } {{ }} | A S DTM 'S' \" ' id received sequence n date default upper left pad 3 yyyy MM [ ] SSS XX ?"
      .split(" "),
    " ",
  );
  const template = fc.oneof(fc.array(word, { maxLength: 12 }).map((words) => words.join("")), fc.string());
  fc.assert(
    fc.property(template, (source) => {
      try {
        filled(source);
      } catch (error) {
        assert(error instanceof MitralError && error.code.startsWith("TEMPLATE_"), `${source}: ${error}`);
        assert(!`${JSON.stringify(error)}`.includes(CANARY), source);
      }
    }),
    { numRuns: 3_000 },
  );
});
