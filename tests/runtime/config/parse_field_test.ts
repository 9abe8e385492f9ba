import { assert, assertEquals } from "@std/assert";
import {
  bytes,
  choice,
  durationMs,
  type Field,
  integer,
  list,
  map,
  path,
  record,
  type Secret,
  secret,
  secretOf,
  text,
  toggle,
} from "../../../runtime/contract/spec.ts";
import type { Disk } from "../../../runtime/contract/world.ts";
import { printQuantity, TIME_UNITS } from "../../../runtime/config/quantity.ts";
import { parseField } from "../../../runtime/config/parse_field.ts";
import { Problems } from "../../../runtime/config/problem.ts";
import { readYaml } from "../../../runtime/config/read_yaml.ts";
import { didYouMean, suggest } from "../../../runtime/config/suggest.ts";
import { diskOf, FILES, FOLDER } from "./_fixtures.ts";

/** What a field makes of a value as it stands in a file: the parsed value, or the codes of its problems. */
async function parse(field: Field, written: string, partners?: readonly string[]): Promise<unknown> {
  const problems = new Problems("test.yaml");
  const node = readYaml(written, problems);
  assert(node, written);
  const context = {
    problems,
    folder: FOLDER,
    disk: diskOf(FILES) as Disk,
    env: () => undefined,
    ...(partners ? { partners: new Set(partners) } : {}),
  };
  const value = await parseField(field, node, context);
  const codes = problems.inFileOrder().map(({ code }) => code);
  return codes.length === 0 ? value : codes.join(" ");
}

async function check(field: Field, cases: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [written, expected] of Object.entries(cases)) {
    assertEquals(await parse(field, written), expected, `${field.kind} ${JSON.stringify(written)}`);
  }
}

const INVALID = "CONFIG_VALUE_INVALID";
const RANGE = "CONFIG_VALUE_RANGE";

Deno.test("config: text is what the file spells", async () => {
  const same = ["0042", "yes", "null", "1e3", "1.50", "0x1F", "2026-01-01", "true", "ä b"];
  await check(text("."), Object.fromEntries(same.map((written) => [written, written])));
  await check(text("."), { '" a\\tb"': " a\tb", "'it''s'": "it's", "|\n  a\n  b\n": "a\nb\n", '""': "" });
  await check(text("."), { "a: b": INVALID, "- a": INVALID, "[a]": "CONFIG_VALUE_SPLIT" });
});

Deno.test("config: a pattern must match the whole text", async () => {
  const port = text(".", { pattern: { matches: "a|b+", says: "is a or some b" } });
  await check(port, { a: "a", bbb: "bbb", ab: INVALID, xa: INVALID, '"a\\n"': INVALID });
});

Deno.test("config: an integer is written plainly", async () => {
  await check(integer("."), {
    0: 0,
    7: 7,
    "-3": -3,
    "-0": 0,
    '"12"': 12,
    9007199254740991: 9007199254740991,
  });
  for (const odd of ["007", "1e3", "1.0", "0x10", "1_000", "+1", "9007199254740992", "", "ten"]) {
    await check(integer("."), { [JSON.stringify(odd)]: INVALID });
  }
  await check(integer(".", { min: 1, max: 5 }), { 1: 1, 5: 5, 0: RANGE, 6: RANGE });
});

Deno.test("config: a size is bytes, or has a unit", async () => {
  await check(bytes("."), { 0: 0, 1048576: 1_048_576, "64 kB": 64_000, "64kB": 64_000, "1 MiB": 1_048_576 });
  await check(bytes("."), {
    "1.5 MB": 1_500_000,
    "0.5 KiB": 512,
    "1.1 GB": 1_100_000_000,
    "3 B": 3,
    "2 TB": 2e12,
  });
  await check(bytes("."), {
    "64 KB": INVALID,
    "1.5": INVALID,
    "1.5 B": INVALID,
    "-1": INVALID,
    "1 s": INVALID,
  });
  await check(bytes("."), {
    "9999999 TiB": INVALID,
    "1.0000001 kB": INVALID,
    kB: INVALID,
    constructor: INVALID,
  });
  await check(bytes(".", { max: 1_000 }), { "1 kB": 1_000, "1 KiB": RANGE });
});

Deno.test("config: a time is milliseconds, or has a unit", async () => {
  await check(durationMs("."), {
    5000: 5_000,
    "500 ms": 500,
    "5 s": 5_000,
    "10min": 600_000,
    "2 h": 7_200_000,
  });
  await check(durationMs("."), {
    "0.5 s": 500,
    "1.5 ms": INVALID,
    "5 sec": INVALID,
    "1 kB": INVALID,
    "1 d": INVALID,
  });
  assertEquals([5_000, 90_000, 0, 1].map((ms) => printQuantity(ms, TIME_UNITS)), [
    "5 s",
    "90 s",
    "0",
    "1 ms",
  ]);
});

Deno.test("config: a switch is true or false, a choice is one of its words", async () => {
  await check(toggle("."), { true: true, false: false, yes: INVALID, True: INVALID, 1: INVALID });
  await check(choice(".", ["one", "two"]), {
    one: "one",
    two: "two",
    One: INVALID,
    "": "CONFIG_VALUE_MISSING",
  });
});

Deno.test("config: a path is relative to the gateway file's folder and there if it must be", async () => {
  const missing = "CONFIG_PATH_MISSING";
  await check(path("."), {
    "./a/../b": `${FOLDER}/b`,
    "/etc": "/etc",
    "../c": "/c",
    '""': INVALID,
    '"a\\0"': INVALID,
  });
  const file = path(".", { expects: "file" });
  await check(file, { "pki/server.pem": `${FOLDER}/pki/server.pem`, pki: missing, "pki/x": missing });
  await check(path(".", { expects: "folder" }), {
    pki: `${FOLDER}/pki`,
    "pki/server.pem": missing,
    x: missing,
  });
});

Deno.test("config: a symbolic link counts as the file or the folder it must lead to", async () => {
  const problems = new Problems("test.yaml");
  const disk = {
    facts: () => Promise.resolve({ kind: "other" as const, size: 0, modifiedMs: 0 }),
    list: (folder: string) =>
      folder === "/links/folder" ? Promise.resolve([]) : Promise.reject(new Error("no folder")),
  } as unknown as Disk;
  const context = { problems, folder: "/links", disk, env: () => undefined };
  const parsePath = (expects: "file" | "folder", written: string) =>
    parseField(path(".", { expects }), readYaml(written, problems)!, context);
  assertEquals(await parsePath("file", "file"), "/links/file");
  assertEquals(await parsePath("folder", "folder"), "/links/folder");
  assertEquals(problems.count, 0);
  assertEquals(await parsePath("folder", "file"), undefined);
  assertEquals(problems.inFileOrder().map(({ code }) => code), ["CONFIG_PATH_MISSING"]);
});

Deno.test("config: a secret is a reference or nothing", async () => {
  const revealed = await parse(secret("."), "secret:tls-key") as Secret;
  assertEquals([revealed.reveal(), String(revealed)], ["canary-from-secrets-folder", "[secret]"]);
  const literal = "CONFIG_SECRET_LITERAL";
  await check(secret("."), {
    hunter2: literal,
    '"secret:"': literal,
    "secret:../x": literal,
    "secret: x": "CONFIG_VALUE_INVALID",
    "env:A B": literal,
    "env:UNSET": "CONFIG_SECRET_MISSING",
    "file:./none": "CONFIG_SECRET_MISSING",
  });
});

Deno.test("config: lists, maps and records hold fields, in order", async () => {
  await check(list(".", integer(".")), {
    "[1, 2]": [1, 2],
    "- 3\n- 4": [3, 4],
    1: INVALID,
    "[1, x, y]": `${INVALID} ${INVALID}`,
  });
  await check(map(".", "path", text(".")), { "{ b: 1, a: 2 }": { b: "1", a: "2" }, "[a]": INVALID });
  const inner = record(".", { on: toggle(".", { default: true }), name: text(".", { optional: true }) });
  await check(
    record(".", { inner, size: bytes(".", { default: 1_000 }), wait: durationMs(".", { default: 5 }) }),
    {
      "{}": { inner: { on: true, name: undefined }, size: 1_000, wait: 5 },
      "{ inner: { on: false, name: x } }": { inner: { on: false, name: "x" }, size: 1_000, wait: 5 },
      "{ inner: { off: 1 } }": "CONFIG_KEY_UNKNOWN",
    },
  );
});

Deno.test("config: a record may take names of the author's own, and one text for all of it", async () => {
  const set = map(".", "path", text("."), { optional: true });
  const own = record(".", { set }, { others: { names: "format", item: text(".") } });
  await check(own, {
    "{ hl7v2: ADT^A04, set: { a: 1 } }": { hl7v2: "ADT^A04", set: { a: "1" } },
    "{ set: { a: 1 }, x: [1] }": "CONFIG_VALUE_SPLIT",
    "{}": { set: undefined },
    word: INVALID,
  });
  const by = text(".");
  const short = record(".", { by, empty: text(".", { default: "fail" }) }, { short: "by" });
  await check(short, {
    OBR: { by: "OBR", empty: "fail" },
    "{ by: OBR, empty: keep }": { by: "OBR", empty: "keep" },
    "[OBR]": INVALID,
  });
});

Deno.test("config: a default is parsed as if it had been written", async () => {
  const fields = record(".", {
    folder: path(".", { default: "./data" }),
    key: secret(".", { default: "secret:tls-key" }),
    wait: { ...durationMs("."), default: "5 s" },
  });
  const parsed = await parse(fields, "{}") as { folder: string; key: Secret; wait: number };
  assertEquals([parsed.folder, parsed.key.reveal(), parsed.wait], [
    `${FOLDER}/data`,
    "canary-from-secrets-folder",
    5_000,
  ]);
});

Deno.test("config: a hidden text is in no problem, whoever put it there", () => {
  const problems = new Problems("test.yaml");
  problems.hide(secretOf("canary").reveal());
  problems.hide("x");
  problems.add({ path: "a", place: { line: 1, column: 1 } }, "CONFIG_STEP_REFUSED", {
    step: "set",
    reason: "the key canary is no box",
  }, "not canary");
  const [{ message, hint }] = problems.inFileOrder();
  assertEquals([message, hint], ["Cannot prepare set: the key [secret] is no box", "not [secret]"]);
});

Deno.test("config: a slip of the finger is understood, another word is not", () => {
  const known = ["port", "host", "frameBytesMax", "acknowledge", "parse"];
  const meant = {
    prot: "port",
    hots: "host",
    frameBytesMx: "frameBytesMax",
    Acknowlege: "acknowledge",
    pars: "parse",
  };
  for (const [word, right] of Object.entries(meant)) assertEquals(suggest(word, known), right);
  for (const word of ["", "x", "tls", "banana", "frame"]) assertEquals(suggest(word, known), undefined, word);
  assertEquals(didYouMean("prot", known), "did you mean port?");
  assertEquals(didYouMean("banana", ["a", "b"]), "there is a, b");
  assertEquals(didYouMean("banana", []), undefined);
});

Deno.test("config: a word for all partners needs some", async () => {
  const pattern = { matches: ".+", says: "is all, or a partner", words: ["all"] };
  const field = text(".", { isPartner: true, pattern });
  assertEquals(await parse(field, "all", ["lab"]), "all");
  assertEquals(await parse(field, "all", []), INVALID);
  assertEquals(await parse(field, "al", ["lab"]), "CONFIG_PARTNER_UNKNOWN");
});
