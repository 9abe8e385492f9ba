import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Document, isMap, isScalar, parseDocument, visit, type YAMLMap } from "yaml";
import { FILE_LIMITS } from "../../../runtime/config/gateway_defaults.ts";
import { printProblem } from "../../../runtime/config/problem.ts";
import { EXAMPLE, read } from "./_fixtures.ts";

/** Reads a file and checks what holds for any: a plan or problems, each at a place inside the file, in order. */
async function readAny(text: string): Promise<readonly string[]> {
  const { plan, problems } = await read(text);
  assertEquals(plan === undefined, problems.length > 0);
  const lines = text.split("\n");
  let before = { line: 1, column: 1 };
  for (const { line, column, code, message } of problems) {
    assert(line >= 1 && line <= lines.length, `${code} is on line ${line} of ${lines.length}`);
    assert(column >= 1 && column <= lines[line - 1].length + 1, `${code} is at column ${column}`);
    assert(line > before.line || (line === before.line && column >= before.column), "out of order");
    assert(!message.includes("canary"), message);
    // What stands in braces in the file itself may be quoted; anything else is a fact nobody gave.
    for (const [braces] of message.matchAll(/\{\w+\}/g)) {
      assert(text.includes(braces), `${message} lacks a fact`);
    }
    before = { line, column };
  }
  return problems.map(printProblem);
}

/** Every map of the example, anew each time, with what can be done to its keys. */
function eachKey(change: (map: YAMLMap, index: number) => void): string[] {
  const texts: string[] = [];
  for (let nth = 0;; nth++) {
    const document: Document = parseDocument(EXAMPLE, { schema: "failsafe" });
    let seen = 0;
    let changed = false;
    visit(document, {
      Map(_, map) {
        for (let index = 0; index < map.items.length && !changed; index++) {
          if (seen++ !== nth) continue;
          change(map, index);
          changed = true;
        }
      },
    });
    if (!changed) return texts;
    texts.push(document.toString());
  }
}

Deno.test("config: taking any key away gives a plan or problems inside the file", async () => {
  const texts = eachKey((map, index) => map.items.splice(index, 1));
  assert(texts.length > 40);
  for (const text of texts) await readAny(text);
});

Deno.test("config: renaming any key gives a plan or problems inside the file", async () => {
  const texts = eachKey((map, index) => {
    const { key } = map.items[index];
    if (isScalar(key)) key.value = `${key.value}z`;
  });
  for (const text of texts) await readAny(text);
});

Deno.test("config: adding a key anywhere gives a problem unless the names there are the author's", async () => {
  const texts = eachKey((map, index) => {
    map.items.splice(index, 0, parseDocument("zzz: zzz", { schema: "failsafe" }).createPair("zzz", "zzz"));
  });
  let free = 0;
  for (const text of texts) if ((await readAny(text)).length === 0) free++;
  // Only under `set`, whose five names are paths.
  assertEquals(free, 5);
});

Deno.test("config: replacing any value gives a plan or problems inside the file", async () => {
  for (const value of ['""', "{}", "[]", "[[a]]", "{ a: { b: c } }", "~"]) {
    const texts = eachKey((map, index) => {
      map.items[index].value = parseDocument(value, { schema: "failsafe" }).contents;
    });
    for (const text of texts) await readAny(text);
  }
});

Deno.test("config: any slip of the keyboard gives a plan or problems inside the file", async () => {
  const slip = fc.record({
    at: fc.nat(EXAMPLE.length),
    length: fc.nat(6),
    text: fc.string({
      unit: fc.constantFrom(..."ab0 :-,[]{}&*!|>'\"%@`#\n\t\\?~<.\u00e9\u{1f600}"),
      maxLength: 5,
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(slip, { minLength: 1, maxLength: 3 }), async (slips) => {
      let text = EXAMPLE;
      for (const { at, length, text: typed } of slips) {
        text = text.slice(0, at) + typed + text.slice(at + length);
      }
      await readAny(text);
    }),
    { numRuns: 400 },
  );
});

Deno.test("config: aliases that stand for too much are refused", async () => {
  const lines = ["gateway: a", "a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let n = 1; n < 12; n++) lines.push(`a${n}: &a${n} [${Array(9).fill(`*a${n - 1}`).join(", ")}]`);
  const problems = await readAny(lines.join("\n"));
  assertEquals(problems.length, 1);
  assert(problems[0].includes(`more than ${FILE_LIMITS.nodesMax} values`), problems[0]);
});

Deno.test("config: what is nested too deeply or too long is refused", async () => {
  for (const depth of [FILE_LIMITS.depthMax + 1, 1_000, 100_000]) {
    const problems = await readAny(`gateway: ${"[".repeat(depth)}${"]".repeat(depth)}`);
    assert(problems.some((problem) => /nested|deep/.test(problem)), problems.join("\n"));
  }
  const [long] = await readAny(`gateway: ${"x".repeat(FILE_LIMITS.textCharactersMax)}`);
  assert(long.includes("longer than"), long);
});

Deno.test("config: names that JavaScript has plans for are names like any other", async () => {
  const text = EXAMPLE.replace("MSH-5: REGISTRY", "__proto__: x, constructor: y");
  const { plan } = await read(text);
  const set = (plan?.channels[0].steps[1] as { config: unknown }).config as Record<string, string>;
  assertEquals(Object.keys(set).slice(0, 2), ["__proto__", "constructor"]);
  const problems = await readAny("gateway: a\nchannels:\n  __proto__: { parse: constructor }\ntoString: b\n");
  assert(
    problems.some((problem) => problem.includes("no format is called constructor")),
    problems.join("\n"),
  );
  assert(problems.some((problem) => problem.includes("no setting is called toString")), problems.join("\n"));
  assert(isMap(parseDocument(text).contents));
});
