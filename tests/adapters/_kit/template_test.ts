import { assertEquals } from "@std/assert";
import { readTemplate, type Shown } from "../../../adapters/_kit/template.ts";

const parcel: Shown = {
  id: "01900000-0000-7000-8000-000000000000/1",
  contentType: "x-application/hl7-v2+er7",
  sequence: 42,
  atMs: Date.UTC(2026, 0, 5, 12, 34, 56, 789),
  value: (path) => `<${path}>`,
};
const asItIs = (value: string) => value;
const filled = (text: string) => readTemplate(text)?.fill(parcel, asItIs);

Deno.test("a template shows the parcel's words and the message's values, and braces that are doubled", () => {
  assertEquals(filled("{date}_{time}_{sequence}_{id}{extension}"), `20260105_123456_42_${parcel.id}.hl7`);
  assertEquals(filled("{MSH-10} of {$.list[*].mrn}"), "<MSH-10> of <$.list[*].mrn>");
  assertEquals(filled('{{{id}}} {"id"} {"a ""b"" {c}"}'), `{${parcel.id}} <id> <a "b" {c}>`);
  assertEquals([filled(""), filled("plain")], ["", "plain"]);
});

Deno.test("a template tells the paths and the words it uses, each once", () => {
  const { paths, words } = readTemplate("{PID-3.1}{id}{PID-3.1}{MSH-10}{id}{date}")!;
  assertEquals([paths, words], [["PID-3.1", "MSH-10"], ["id", "date"]]);
});

Deno.test("a template cleans what comes from outside, and nothing else", () => {
  const clean = (value: string) => value.replace(/[^A-Za-z0-9]/g, "-");
  const text = readTemplate("a/{MSH-10}/{id}{extension}")!.fill(parcel, clean);
  assertEquals(text, "a/-MSH-10-/01900000-0000-7000-8000-000000000000-1.hl7");
});

Deno.test("a brace that opens or closes nothing makes no template", () => {
  for (const text of ["{", "}", "{}", "a{id", "a}b", "{{id}", '{""}', "{a{b}"]) {
    assertEquals(readTemplate(text), undefined, text);
  }
});
