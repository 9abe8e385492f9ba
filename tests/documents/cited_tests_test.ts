import { assert, assertEquals } from "@std/assert";
import { isDocument, projectFiles } from "../tidy/_tree.ts";

/** A test, as a document names it: its sentence, linked to its file. */
const CITATION = /\[([^\]]+)\]\((?:\.\.\/)+(tests\/[\w/]+_test\.ts)\)/g;

const documents = await projectFiles((path) => isDocument(path) && path.startsWith("docs/"));
const tests = new Map(
  (await projectFiles((path) => /^tests\/.*_test\.ts$/.test(path))).map(({ path, text }) => [path, text]),
);

function missingIn(text: string): string[] {
  // Documents are wrapped: a line feed in a sentence is a space.
  return [...text.matchAll(CITATION)].flatMap(([, sentence, file]) => {
    const named = sentence.replace(/\s+/g, " ");
    return tests.get(file)?.includes(named) ? [] : [`${file}: ${named}`];
  });
}

Deno.test("every test that a document cites is there, under that name", () => {
  assertEquals(
    documents.flatMap(({ path, text }) => missingIn(text).map((cited) => `${path}: ${cited}`)),
    [],
  );
});

Deno.test("a document that cites a test that is not there is found out", () => {
  assertEquals(missingIn(`[no ${"such thing"}](../tests/documents/cited_tests_test.ts)`).length, 1);
  assertEquals(missingIn("[whatever](../tests/nowhere_test.ts)").length, 1);
});

Deno.test("every row of the compliance mapping that claims something cites a test", () => {
  const { text } = documents.find(({ path }) => path === "docs/compliance.md")!;
  const rows = text.split("\n").filter((line) => /^\| 164\./.test(line));
  assert(rows.length >= 21, `${rows.length} rows`);
  for (const row of rows) {
    const claim = row.split("|")[3].trim(), shown = row.split("|")[5].trim();
    assertEquals(claim === "nothing", shown === "", row.slice(0, 80));
    if (shown !== "") assert(missingIn(shown).length === 0 && shown.includes("]("), row.slice(0, 80));
  }
});

Deno.test("every control of the compliance mapping cites a test, or rows of it that do", () => {
  const { text } = documents.find(({ path }) => path === "docs/compliance.md")!;
  const cells = text.split("\n").filter((line) => line.startsWith("| ")).map((line) =>
    line.split("|").map((cell) => cell.trim())
  );
  const paragraphs = cells.filter(([, name, , , , shown]) => name.startsWith("164.") && shown).map((
    [, name],
  ) => name);
  const controls = cells.filter(([, name]) => /^[A-Z]{2}-\d/.test(name));
  assert(controls.length >= 19, `${controls.length} controls`);
  for (const [, name, , shown] of controls) {
    const rows = shown.replaceAll(CITATION, "").split(",").map((row) => row.trim()).filter((row) =>
      row !== ""
    );
    assert(shown !== "" && missingIn(shown).length === 0, name);
    for (const row of rows) {
      assert(paragraphs.some((paragraph) => paragraph.startsWith(row)), `${name}: ${row}`);
    }
  }
});
