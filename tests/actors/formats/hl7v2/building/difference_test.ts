import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Hl7Message } from "../../../../../actors/formats/hl7v2/hl7.ts";
import { changes, differences } from "../../../../../runtime/contract/differences.ts";
import { casesOf, corpusFile, corpusTest } from "../_corpus.ts";

const HEADER = "MSH|^~\\&|LAB||||||ORU^R01|1|P|2.5";
const message = (...segments: string[]) => Hl7Message.parse([HEADER, ...segments].join("\r"));
const between = (before: readonly string[], after: readonly string[]) =>
  message(...before).changesTo(message(...after));

Deno.test("messages that hold the same differ in nothing, however they are written", () => {
  const one = message("PID|1||4711||Doe^Ann", "OBX|1|ST|K||a|b");
  assertEquals(one.changesTo(one), []);
  assertEquals(one.changesTo(message("PID|1||4711^||Doe^Ann^^|", "OBX|1|ST|K||\\X61\\|b|||")), []);
  const others = Hl7Message.parse(
    "MSH$%*!@$LAB$$$$$$ORU%R01$1$P$2.5\rPID$1$$4711$$Doe%Ann\rOBX$1$ST$K$$a$b",
  );
  assertEquals(one.changesTo(others), [
    { path: "MSH[1]-1[1].1.1", before: "|", after: "$" },
    { path: "MSH[1]-2[1].1.1", before: "^~\\&", after: "%*!@" },
  ]);
});

Deno.test("a value that changed, came or went is told at its leaf", () => {
  assertEquals(between(["PID|1||4711||Doe^Ann^M||1970"], ['PID|1||4711||Roe^Ann|X|""']), [
    { path: "PID[1]-5[1].1.1", before: "Doe", after: "Roe" },
    { path: "PID[1]-5[1].3.1", before: "M" },
    { path: "PID[1]-6[1].1.1", after: "X" },
    { path: "PID[1]-7[1].1.1", before: "1970", after: '""' },
  ]);
});

Deno.test("a segment put in or taken out is one change, whatever stands behind it", () => {
  const [k, na, cl, note] = ["OBX||NM|K||4", "OBX||NM|NA||140", "OBX||NM|CL||99", "NTE|||fasting"];
  assertEquals(between([k, na, note], [k, cl, na, note]), [{ path: "OBX[2]", after: cl }]);
  assertEquals(between([k, cl, na, note], [k, na, note]), [{ path: "OBX[2]", before: cl }]);
  assertEquals(between([k, na], [note, k, na]), [{ path: "NTE[1]", after: note }]);
  assertEquals(between([], [k, k]), [{ path: "OBX[1]", after: k }, { path: "OBX[2]", after: k }]);
});

Deno.test("segments behind an inserted one are told apart by more than their set id", () => {
  assertEquals(
    between(["OBX|1|NM|K||4", "OBX|2|NM|NA||140"], ["OBX|1|NM|GLU||9", "OBX|2|NM|K||4", "OBX|3|NM|NA||141"]),
    [
      { path: "OBX[1]", after: "OBX|1|NM|GLU||9" },
      { path: "OBX[2]-1[1].1.1", pathBefore: "OBX[1]-1[1].1.1", before: "1", after: "2" },
      { path: "OBX[3]-1[1].1.1", pathBefore: "OBX[2]-1[1].1.1", before: "2", after: "3" },
      { path: "OBX[3]-5[1].1.1", pathBefore: "OBX[2]-5[1].1.1", before: "140", after: "141" },
    ],
  );
});

Deno.test("segments that changed places are taken out and put in", () => {
  assertEquals(between(["NTE|||x", "OBX||NM|K||4"], ["OBX||NM|K||4", "NTE|||x"]).length, 2);
});

Deno.test("a repetition put in or taken out is one change", () => {
  assertEquals(between(["PID|||1^^^A~2^^^B"], ["PID|||0^^^Z~1^^^A~2^^^C"]), [
    { path: "PID[1]-3[1]", after: "0^^^Z" },
    { path: "PID[1]-3[3].4.1", pathBefore: "PID[1]-3[2].4.1", before: "B", after: "C" },
  ]);
  assertEquals(between(["PID|||1~2~3"], ["PID|||1~3"]), [{ path: "PID[1]-3[2]", before: "2" }]);
});

Deno.test("paths of a change mean, in the message it names, what it says", () => {
  const before = message("PID|||1^^^A~2", "OBX||ST|K||a\\T\\b", "OBX||ST|NA||c");
  const after = message("PID|||2~3", "OBX||ST|NA||d", "NTE|||n\\F\\m");
  for (const { path, pathBefore = path, ...values } of before.changesTo(after)) {
    const isLeaf = /\.\d+\.\d+$/.test(path);
    const at = (body: Hl7Message, path: string) => isLeaf ? body.get(path) : body.raw(path);
    if (values.before !== undefined) assertEquals(at(before, pathBefore), values.before);
    if (values.after !== undefined) assertEquals(at(after, path), values.after);
  }
});

Deno.test("what a test expects is compared as the format sees it, by the paths of what was expected", () => {
  const expected = message("OBX||NM|K||4", "OBX||NM|NA||140");
  const actual = message("OBX||NM|GLU||9", "OBX||NM|K||4", "OBX||NM|NA||141");
  assertEquals(differences(expected, actual), [
    { path: "OBX[1]", actual: "OBX||NM|GLU||9" },
    { path: "OBX[2]-5[1].1.1", expected: "140", actual: "141" },
  ]);
  assertEquals(changes(expected, actual).length, 2);
});

corpusTest(
  "every message of the corpus differs from itself in nothing, and from itself less a segment in that",
  () => {
    for (const { file } of casesOf<{ file: string }>("roundtrip")) {
      const one = Hl7Message.parse(corpusFile(file));
      assertEquals(one.changesTo(Hl7Message.parse(one.toBytes())), [], file);
      const last = one.places(one.segments.at(-1)!).at(-1)!;
      if (last === "MSH[1]") continue;
      assertEquals(one.changesTo(one.without(last)), [{ path: last, before: one.get(last)! }], file);
    }
  },
);

const anySegment = fc.tuple(
  fc.constantFrom("OBX", "NTE", "ZZZ"),
  fc.array(fc.constantFrom("", "1", "2", "K", "NA", "a^b", "a~b", "c&d"), { maxLength: 5 }),
).map(([id, fields]) => [id, ...fields].join("|"));
const anyMessage = fc.array(anySegment, { maxLength: 12 }).map((segments) => message(...segments));

Deno.test("no change means the same leaves in the same order of segments, and any other means a change", () => {
  fc.assert(fc.property(anyMessage, anyMessage, (one, other) => {
    const found = one.changesTo(other);
    if (found.length === 0) {
      assertEquals([...one.leaves()], [...other.leaves()]);
      assertEquals(one.segments, other.segments);
    }
    const back = other.changesTo(one);
    assertEquals(found.length === 0, back.length === 0);
    assertEquals(one.changesTo(one), []);
  }));
});

Deno.test("a value that was set is the only change", () => {
  fc.assert(fc.property(anyMessage, fc.constantFrom("OBX-5", "NTE-3.2", "ZZZ-1", "MSH-4"), (one, path) => {
    const [place] = one.places(path.slice(0, 3));
    if (place === undefined) return;
    const found = one.changesTo(one.with(path, "another value"));
    assertEquals(found.map(({ after }) => after), ["another value"]);
  }));
});

Deno.test("ten thousand segments that all changed are matched one by one", () => {
  const many = (first: number, value: number) =>
    message(...Array.from({ length: 10_000 }, (_, at) => `OBX|${first + at}|NM|K${at}||${value + at}`));
  const found = many(1, 0).changesTo(many(2, 7));
  assertEquals(found.length, 20_000);
  assert(found.every(({ pathBefore }) => pathBefore === undefined));
});
