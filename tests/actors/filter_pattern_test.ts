import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compilePattern, PatternError } from "../../actors/_filter_pattern.ts";

Deno.test("a filter pattern means what it means in JavaScript", () => {
  const cases: readonly (readonly [source: string, flags: string])[] = [
    ["^[A-Z]{3}\\^A0[148]$", ""],
    ["^\\d+(\\.\\d+)+$", ""],
    ["(?:ab|a)(?:bc|c)?$", ""],
    ["a{2,3}b?", ""],
    ["^$", ""],
    ["a.c", "s"],
    ["a.c", ""],
    ["STRASSE|straße", "i"],
    ["^\\p{Lu}\\p{Ll}+$", "u"],
    ["^.$", "u"],
    ["^.$", ""],
    ["[^]x", ""],
    ["x{,2}", ""],
    ["\\x41\\u0042\\cJ", ""],
    ["(a*)*b", ""],
    ["(|a)+$", ""],
    ["a|", ""],
    ["(?:^a|b)c", ""],
    ["a$b", ""],
  ];
  const texts = [
    "",
    "ADT^A01",
    "ADT^A03",
    "1.2.840",
    "1.",
    "abc",
    "aab",
    "aaab",
    "a\nc",
    "straSSE",
    "STRAßE",
    "Zoë",
    "😀",
  ];
  texts.push("ax", "x{,2}", "AB\n", "b", "aaa", "ac", "bc", "xbc", "a");
  for (const [source, flags] of cases) {
    const native = new RegExp(source, flags);
    const pattern = compilePattern(source, flags);
    for (const text of texts) {
      assertEquals(pattern(text), native.test(text), `/${source}/${flags} on ${text}`);
    }
  }
});

Deno.test("a filter pattern agrees with the platform's on patterns and texts at random", () => {
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, depthIdentifier: "pattern" },
      fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\w", "\\.", "^", "$", "(?:)"),
      fc.tuple(tie("pattern"), tie("pattern")).map(([one, two]) => one + two),
      fc.tuple(tie("pattern"), tie("pattern")).map(([one, two]) => `(${one}|${two})`),
      fc.tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{2,}", "*?"))
        .map(([one, repeat]) => `(?:${one})${repeat}`),
    ),
  }));
  const text = fc.array(fc.constantFrom("a", "b", "c", "."), { maxLength: 8 }).map((chars) => chars.join(""));
  fc.assert(
    fc.property(
      pattern,
      fc.constantFrom("", "i", "s"),
      fc.array(text, { minLength: 4, maxLength: 4 }),
      (source, flags, all) => {
        const ours = compilePattern(source, flags);
        const native = new RegExp(source, flags);
        for (const one of all) assertEquals(ours(one), native.test(one), `/${source}/${flags} on ${one}`);
      },
    ),
    { numRuns: 1_500 },
  );
});

Deno.test("a filter pattern is done with texts on which backtracking would not end", () => {
  const text = "a".repeat(100_000) + "!";
  for (const source of ["^(a+)+$", "^(a|a)*$", "^(a?){50}a{50}$", "^(?:a*)*b", "(.*)*x"]) {
    assert(!compilePattern(source, "")(text), source);
  }
});

Deno.test("a filter pattern forgets what it learnt rather than grow with every new character", () => {
  const pattern = compilePattern("^[^!]*x!$", "");
  const many = Array.from({ length: 50_000 }, (_, at) => String.fromCharCode(0x100 + at)).join("");
  assert(pattern(`${many}x!`));
  assert(pattern(`${many}${many}x!`));
  assert(!pattern(`${many}x`));
});

Deno.test("a filter pattern refuses what needs backtracking, and says where", () => {
  const at = (source: string) => assertThrows(() => compilePattern(source, ""), PatternError).at;
  assertEquals(at("ab(?!c)"), 2);
  assertEquals(at("a(?<name>b)"), 1);
  assertEquals(at("(a)\\1"), 3);
  assertEquals(at("\\bx"), 0);
});
