import { assertEquals } from "@std/assert";
import { csvRow, readCsvRow } from "../../../runtime/network/csv.ts";
import { unifiedDiff } from "../../../runtime/network/unified_diff.ts";
import { SeededRandom } from "../../world/seeded_random.ts";

Deno.test("a diff shows what changes with three lines around it", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n";
  const after = before.replace("2\n", "two\n").replace("12\n13\n", "12\nmore\n13\n");
  assertEquals(
    unifiedDiff(before, after, "a"),
    `--- a
+++ a
@@ -1,5 +1,5 @@
 1
-2
+two
 3
 4
 5
@@ -10,5 +10,6 @@
 10
 11
 12
+more
 13
 14
`,
  );
});

Deno.test("a diff of equal texts is empty, and of a new one is all of it", () => {
  assertEquals(unifiedDiff("a\n", "a\n", "a"), "");
  assertEquals(unifiedDiff("", "a\nb\n", "a"), "--- /dev/null\n+++ a\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  assertEquals(unifiedDiff("a\n", "", "a"), "--- a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
});

Deno.test("patch makes the one text of the other by a diff", () => {
  const random = new SeededRandom(7);
  const text = () => Array.from({ length: random.below(30) }, () => `${random.below(5)}\n`).join("");
  for (let at = 0; at < 500; at++) {
    const [before, after] = [text(), text()];
    assertEquals(patched(before, unifiedDiff(before, after, "a")), after);
  }
});

/** What `patch` does. */
function patched(before: string, diff: string): string {
  const lines = before.split("\n").slice(0, -1);
  const made: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2, -1)) {
    const hunk = /^@@ -(\d+),(\d+) /.exec(line);
    if (hunk) {
      const start = Number(hunk[1]) - (hunk[2] === "0" ? 0 : 1);
      made.push(...lines.slice(at, start));
      at = start;
    } else if (line.startsWith("+")) made.push(line.slice(1));
    else {
      assertEquals(lines[at], line.slice(1));
      if (line.startsWith(" ")) made.push(lines[at]);
      at++;
    }
  }
  return [...made, ...lines.slice(at)].map((line) => line + "\n").join("");
}

Deno.test("a row of CSV is read as it was written", () => {
  for (const cells of [["a", "", "b"], ['"', ",", "a\nb"], ["", ""], ['say "no", please', "x"], [""]]) {
    assertEquals(readCsvRow(csvRow(cells)), cells);
  }
});
