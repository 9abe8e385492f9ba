import { assertEquals, assertThrows } from "@std/assert";
import json, { JsonBody } from "../../../actors/formats/json/mod.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { testFormat } from "../../contract/format_kit.ts";

const written = (body: JsonBody) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(body.toBytes());
const parse = (text: string) => JsonBody.parse(text);

testFormat(json, {
  config: { depthMax: 20 },
  canary: "Canary",
  creates: ["", "object", "list"],
  // A byte order mark may not stand within a text.
  inBatch: (payload) => payload.subarray(payload[0] === 0xef ? 3 : 0),
  valid: [
    { name: "a lone value with white space", bytes: ' \n"Canary"\t', values: { $: "Canary" } },
    { name: "a byte order mark", bytes: '\uFEFF{"a":1}', values: { "$.a": "1" }, writable: ["$.a"] },
    {
      name: "an object with everything in it",
      bytes:
        '{ "a" : {"b":[{"c":"x"},{"c":"\\u00e9\\n\\""}]},"n":9007199254740993.10,"t":true,"z":null,"__proto__":{"p":"q"},"":"e","odd name":"o","l":["1",[2]] }\r\n',
      identity: { controlId: "", type: "", sender: "", purpose: "message" },
      keys: [],
      values: {
        "$.a.b[0].c": "x",
        "$.a.b[1].c": 'é\n"',
        "$.a.b[2].c": undefined,
        "$.n": "9007199254740993.10",
        "$.t": "true",
        "$.z": undefined,
        "$.__proto__.p": "q",
        "$.constructor": undefined,
        "$['']": "e",
        '$["odd name"]': "o",
        "$.l[1][0]": "2",
        "$.a.b.c": undefined,
      },
      writable: [
        "$.a.b[0].c",
        "$.a.b[1].c",
        "$.n",
        "$.z",
        "$.__proto__.p",
        "$.new.deep[0].er",
        "$['odd name']",
      ],
      places: {
        "$": ["$"],
        "$.a.b": ["$.a.b[0]", "$.a.b[1]"],
        "$.a.b[*]": ["$.a.b[0]", "$.a.b[1]"],
        "$.a.b.c": ["$.a.b[0].c", "$.a.b[1].c"],
        "$.a[*]": ["$.a.b"],
        "$.l": ["$.l[0]", "$.l[1]"],
        "$.l[1]": ["$.l[1]"],
        "$.z": [],
        "$['odd name']": ["$['odd name']"],
        "$.none[*]": [],
      },
      splits: {
        "$.a.b[*]": ['{"c":"x"}', '{"c":"\\u00e9\\n\\""}'],
        "$.l": ['"1"', "[2]"],
        "$.n": ["9007199254740993.10"],
        "$.z": [],
      },
    },
    { name: "depth up to depthMax", bytes: "[".repeat(20) + "]".repeat(20) },
    { name: "empty containers", bytes: '{"o":{},"l":[ ]}', writable: ["$.o.x", "$.l[0]", "$.p"] },
  ],
  invalid: [
    { name: "nothing", bytes: "", code: "JSON_TEXT_INVALID" },
    { name: "two values", bytes: "{} {}", code: "JSON_TEXT_INVALID" },
    { name: "a trailing comma", bytes: "[1,]", code: "JSON_TEXT_INVALID" },
    { name: "a leading zero", bytes: "[01]", code: "JSON_TEXT_INVALID" },
    { name: "a raw control character", bytes: '"\n"', code: "JSON_TEXT_INVALID" },
    { name: "an unknown escape", bytes: '"\\x41"', code: "JSON_TEXT_INVALID" },
    { name: "an unended string", bytes: '"abc\\"', code: "JSON_TEXT_INVALID" },
    { name: "single quotes", bytes: "{'a':1}", code: "JSON_TEXT_INVALID" },
    { name: "NaN", bytes: "NaN", code: "JSON_TEXT_INVALID" },
    { name: "a name twice, however it is spelled", bytes: '{"a":1,"\\u0061":2}', code: "JSON_NAME_REPEATED" },
    {
      name: "more objects than depthMax",
      bytes: '{"a":'.repeat(21) + "1" + "}".repeat(21),
      code: "JSON_DEPTH_EXCEEDED",
    },
    { name: "more depth than depthMax", bytes: "[".repeat(21) + "]".repeat(21), code: "JSON_DEPTH_EXCEEDED" },
    { name: "depth that would fill the stack", bytes: "[".repeat(1e6), code: "JSON_DEPTH_EXCEEDED" },
    { name: "UTF-16", bytes: Uint8Array.of(0xff, 0xfe, 0x31, 0x00), code: "JSON_BYTES_INVALID" },
  ],
});

Deno.test("json reads all a path can mean", () => {
  const body = parse('{"list":[{"x":"a"},{"y":1},{"x":"b"},{"x":null}],"tags":["t","u"],"by":{"k":1,"l":2}}');
  assertEquals(body.getAll("$.list[*].x"), ["a", "b"]);
  assertEquals(body.getAll("$.list.x"), ["a", "b"]);
  assertEquals(body.getAll("$.list[2].x"), ["b"]);
  assertEquals(body.getAll("$.tags"), ["t", "u"]);
  assertEquals(body.getAll("$.by[*]"), ["1", "2"]);
  assertEquals(body.getAll("$.none[*].x"), []);
});

Deno.test("json changes the one value and nothing around it", () => {
  const body = parse('{ "a" : 1.00 ,\n  "b" : [ 1 , 2 ] }');
  assertEquals(written(body.with("$.a", 'x"')), '{ "a" : "x\\"" ,\n  "b" : [ 1 , 2 ] }');
  assertEquals(written(body.with("$.b[2]", "3")), '{ "a" : 1.00 ,\n  "b" : [ 1 , 2,"3" ] }');
  assertEquals(written(body.with("$.c.d", "")), '{ "a" : 1.00 ,\n  "b" : [ 1 , 2 ],"c":{"d":""} }');
});

Deno.test("json takes out members and elements with their comma", () => {
  const body = parse('{"a":1, "b":[1, 2, 3], "c":2}');
  assertEquals(written(body.without("$.a")), '{"b":[1, 2, 3], "c":2}');
  assertEquals(written(body.without("$.c")), '{"a":1, "b":[1, 2, 3]}');
  assertEquals(written(body.without("$.b[1]")), '{"a":1, "b":[1, 3], "c":2}');
  assertEquals(written(body.without("$.b[2]")), '{"a":1, "b":[1, 2], "c":2}');
  assertEquals(written(body.without("$.b[*]")), '{"a":1, "b":[], "c":2}');
  assertEquals(written(body.without("$.d")), written(body));
});

Deno.test("json reads an object or a list as its own text", () => {
  const body = parse('{"a": { "b" : [1, 2.0] }}');
  assertEquals(body.get("$.a"), '{ "b" : [1, 2.0] }');
  assertEquals(body.get("$.a.b"), "[1, 2.0]");
});

Deno.test("json refuses paths by code", () => {
  const body = parse('{"a":"x","l":[]}');
  const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;
  for (const path of ["", "a", "$.", "$..a", "$[-1]", "$[a]", "$.a[", "$ .a", "$.a b['c]"]) {
    assertEquals(codeOf(() => body.get(path)), "JSON_PATH_INVALID", path);
  }
  assertEquals(codeOf(() => body.get("$.l[*]")), "JSON_PATH_INVALID");
  assertEquals(codeOf(() => body.without("$")), "JSON_PATH_INVALID");
  assertEquals(codeOf(() => body.with("$.a.b", "x")), "JSON_PATH_BLOCKED");
  assertEquals(codeOf(() => body.with("$.l.b", "x")), "JSON_PATH_BLOCKED");
  assertEquals(codeOf(() => body.with("$.l[1]", "x")), "JSON_INDEX_MISSING");
});
