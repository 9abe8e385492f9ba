import { assertEquals } from "@std/assert";
import { Glob } from "../../../adapters/_kit/files/glob.ts";

const matching = (pattern: string, names: readonly string[]) =>
  names.filter((name) => new Glob(pattern).matches(name));

Deno.test("a glob takes what its signs stand for, and all else literally", () => {
  const cases: [string, string[], string[]][] = [
    ["*.hl7", ["a.hl7", ".hl7", "é.hl7"], ["a.HL7", "a.hl7.bak", "x/a.hl7"]],
    ["?.txt", ["a.txt", "😀.txt"], [".txt", "ab.txt"]],
    ["a.[hH][lL]7", ["a.hl7", "a.HL7"], ["a.xl7"]],
    ["[!a-c]*", ["d", "-"], ["a", "bz"]],
    ["[^a-c]*", ["d"], ["c"]],
    ["lab_[0-9][0-9].{hl7,txt}", ["lab_07.hl7", "lab_42.txt"], ["lab_7.hl7", "lab_07.csv"]],
    ["{a,b{c,d}}.x", ["a.x", "bc.x", "bd.x"], ["b.x", "ac.x"]],
    ["a(1)+.$^|x", ["a(1)+.$^|x"], ["a1.$^|x"]],
    ["a\\*[x", ["a*[x"], ["ab[x"]],
    ["{x", ["{x"], ["x"]],
    ["[z-a]", ["[z-a]"], ["z"]],
    ["\\{a,b\\}", ["{a,b}"], ["a"]],
    ["[]x]", ["]", "x"], ["a"]],
  ];
  for (const [pattern, taken, left] of cases) {
    assertEquals(matching(pattern, [...taken, ...left]), taken, pattern);
  }
});

Deno.test("a glob with slashes takes paths, and two stars stand for any folders or none", () => {
  const paths = ["a.hl7", "lab/a.hl7", "lab/x/a.hl7", "ward/a.hl7", "ward/lab/a.hl7"];
  assertEquals(matching("**/*.hl7", paths), paths);
  assertEquals(matching("lab/*.hl7", paths), ["lab/a.hl7"]);
  assertEquals(matching("lab/**", paths), ["lab/a.hl7", "lab/x/a.hl7"]);
  assertEquals(matching("**/lab/**/a.hl7", paths), ["lab/a.hl7", "lab/x/a.hl7", "ward/lab/a.hl7"]);
  assertEquals(matching("{lab,ward}/*.hl7", paths), ["lab/a.hl7", "ward/a.hl7"]);
  assertEquals(matching("lab/**", ["lab"]), []);
});

Deno.test("a glob says which folders may hold what it takes", () => {
  const folders = ["lab", "lab/x", "lab/x/y", "ward"];
  const entered = (pattern: string) => folders.filter((folder) => new Glob(pattern).reaches(folder));
  assertEquals(entered("*.hl7"), []);
  assertEquals(entered("lab/*.hl7"), ["lab"]);
  assertEquals(entered("*/x/*"), ["lab", "lab/x", "ward"]);
  assertEquals(entered("**/*.hl7"), folders);
  assertEquals([new Glob("*").isDeep, new Glob("**/*").isDeep, new Glob("**").isDeep], [
    false,
    true,
    true,
  ]);
});

Deno.test("a glob with more braces than anybody means is read in no time", () => {
  assertEquals(new Glob("{a,b}".repeat(9)).matches("abababaab"), true);
  assertEquals(new Glob("{a,b}".repeat(60)).matches("b".repeat(60)), false);
});

Deno.test("a glob with many stars is done with a long name at once", () => {
  const name = "a".repeat(250);
  assertEquals(new Glob("*a".repeat(100) + "b").matches(name), false);
  assertEquals(new Glob(`${"**/".repeat(50)}*b`).matches(name.replaceAll("aaaaa", "aaaa/")), false);
});
