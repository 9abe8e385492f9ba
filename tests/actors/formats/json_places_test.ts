import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import json, { JsonBody } from "../../../actors/formats/json/mod.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { assertLeafLaws, assertPlaceLaws } from "../../contract/path_laws.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };
const format = bindFormat(json, { depthMax: 100 });
const parse = (text: string) => JsonBody.parse(text);
const textOf = (bytes?: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;

Deno.test("json names the place of every element and member, but not of null", () => {
  const body = parse('{"items":[{"x":1},null,{"x":[2,3]}],"by":{"k":1,"it\'s":{"y":2}}}');
  assertEquals(body.places("$.items"), ["$.items[0]", "$.items[2]"]);
  assertEquals(body.places("$.items.x"), ["$.items[0].x", "$.items[2].x[0]", "$.items[2].x[1]"]);
  assertEquals(body.places("$.by"), ["$.by"]);
  assertEquals(body.places("$.by[*]"), ["$.by.k", "$.by['it\\'s']"]);
  assertEquals(body.places("$.items[7]"), []);
  assertEquals(parse("[[1],[2]]").places("$"), ["$[0]", "$[1]"]);
  assertEquals(parse("[[1],[2]]").places("$[*]"), ["$[0]", "$[1]"]);
  assertEquals(codeOf(() => body.places("items")), "JSON_PATH_INVALID");
});

Deno.test("json reads a path as it is meant at a place", () => {
  const body = parse("{}"), place = "$.items[1]";
  assertEquals(body.resolve("@.code", place), "$.items[1].code");
  assertEquals(body.resolve("@['a b'][0][*]", place), "$.items[1]['a b'][0][*]");
  assertEquals(body.resolve("@", place), place);
  assertEquals(body.resolve("$.code", place), "$.code");
  for (const path of ["@code", "@.", "@@", "code", ""]) {
    assertEquals(codeOf(() => body.resolve(path, place)), "JSON_PATH_INVALID", path);
  }
  assertEquals(codeOf(() => body.get("@.code")), "JSON_PATH_INVALID");
});

Deno.test("json splits a list into documents with their text as it stands", () => {
  const body = parse('{"items" : [ { "n" : 1.00 } , "x", null, [1, 2] ]}');
  for (const path of ["$.items", "$.items[*]"]) {
    assertEquals(body.split(path).map((part) => textOf(part.toBytes())), ['{ "n" : 1.00 }', '"x"', "[1, 2]"]);
  }
  assertEquals(body.split("$.items[0]")[0].get("$.n"), "1.00");
  assertEquals(body.split("$.none"), []);
});

Deno.test("json lists every leaf that is not null by its exact path", () => {
  const body = parse(
    '{"a":{"b":[1,null,{"c":true}],"":"e"},"it\'s \\"x\\" \\\\":"q","@id":"","o":{},"l":[]}',
  );
  assertEquals([...body.leaves()], [
    ["$.a.b[0]", "1"],
    ["$.a.b[2].c", "true"],
    ["$.a['']", "e"],
    ["$['it\\'s \"x\" \\\\']", "q"],
    ["$['@id']", ""],
  ]);
  assertEquals([...parse(" 1 ").leaves()], [["$", "1"]]);
  assertEquals([...parse("null").leaves()], []);
});

Deno.test("json takes a backslash between quotes only in front of a quote or another", () => {
  const body = parse('{"it\'s":1,"a\\"b":2,"c\\\\d":3}');
  assertEquals(["$['it\\'s']", '$["it\'s"]', '$["a\\"b"]', "$['c\\\\d']"].map((path) => body.get(path)), [
    "1",
    "1",
    "2",
    "3",
  ]);
  for (const path of ["$['c\\d']", "$['a\\']", "$['a'b']"]) {
    assertEquals(codeOf(() => body.get(path)), "JSON_PATH_INVALID", path);
  }
});

Deno.test("json creates an empty object or an empty list and nothing else", () => {
  const created = (what: string) => textOf(format.create(what, FACTS)?.toBytes());
  assertEquals(["", "object", "list"].map(created), ["{}", "{}", "[]"]);
  assertEquals(codeOf(() => format.create("table", FACTS)), "JSON_KIND_UNKNOWN");
});

Deno.test("json knows without a document which paths can be read and which written", () => {
  for (const path of ["$", "$.a[*].b", "@", "@.a[*]"]) format.checkPath(path, "read");
  for (const path of ["$", "$.a[0]['b c']", "@.a"]) format.checkPath(path, "write");
  for (const path of ["", "a", "PID-3", "$..a", "@a", "$" + ".a".repeat(1001)]) {
    assertEquals(codeOf(() => format.checkPath(path, "read")), "JSON_PATH_INVALID", path);
  }
  for (const path of ["$.a[*]", "@[*].b"]) {
    assertEquals(codeOf(() => format.checkPath(path, "write")), "JSON_PATH_INVALID", path);
    assertEquals(codeOf(() => format.checkPath(path, "get")), "JSON_PATH_INVALID", path);
    format.checkPath(path, "split");
  }
});

Deno.test("json keeps what is around a value that is changed, and bodies that have much in common apart", () => {
  const body = parse('\ufeff { "a" : [ 1 , 2 ] , "b" : { } }\n');
  const text = (path: string, value: string, from = body) => textOf(from.with(path, value).toBytes());
  assertEquals(text("$.a[1]", "x"), '\ufeff { "a" : [ 1 , "x" ] , "b" : { } }\n');
  assertEquals(text("$.a[2]", "x"), '\ufeff { "a" : [ 1 , 2,"x" ] , "b" : { } }\n');
  assertEquals(text("$.b.c.d", "x"), '\ufeff { "a" : [ 1 , 2 ] , "b" : {"c":{"d":"x"} } }\n');
  assertEquals(textOf(body.without("$.a[*]").toBytes()), '\ufeff { "a" : [  ] , "b" : { } }\n');
  const named = parse('{"a":1}');
  assertEquals(named.get("$.b"), undefined);
  const [one, two] = [named.with("$.b", "1"), named.with("$.c", "2")];
  const both = two.with("$.b", "3");
  assertEquals([one, two, both].map((each) => ["$.a", "$.b", "$.c"].map((path) => each.get(path))), [
    ["1", "1", undefined],
    ["1", undefined, "2"],
    ["1", "3", "2"],
  ]);
  assertEquals(textOf(both.toBytes()), '{"a":1,"c":"2","b":"3"}');
});

Deno.test("json puts documents into a list as they stand", () => {
  const join = (...texts: string[]) =>
    textOf(format.batch?.join(texts.map((text) => new TextEncoder().encode(text)), FACTS));
  assertEquals(join(), "[]");
  assertEquals(join('{"n":1.00}', "\uFEFF[ 2 ]\n", '"é"'), '[{"n":1.00},[ 2 ]\n,"é"]');
});

const reread = (bytes: Uint8Array) => JsonBody.parse(bytes);
const name = fc.string({ maxLength: 4, unit: fc.constantFrom(..."ab0.[]'\"*\\$@ \n", "é") });
const document = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1.5, "", "null", "x", '"\\', "[1]"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  ),
})).value.map((value) => parse(JSON.stringify(value, undefined, 1)));

Deno.test("json keeps the laws of leaves, places and split in any document", () => {
  fc.assert(
    fc.property(document, (body) => {
      assertLeafLaws(body, reread);
      for (const path of ["$", "$[*]", "$.a", "$[*][*]", "$.a.b", "$[0][*].a"]) {
        assertPlaceLaws(body, path, reread);
        assertEquals(
          body.split(path).map((part) => part.get("$")),
          body.places(path).map((place) => body.get(place)),
        );
      }
    }),
    { numRuns: 300 },
  );
});
