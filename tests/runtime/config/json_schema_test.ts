import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { map, record, text } from "../../../runtime/contract/spec.ts";
import { type ComponentSpec, loadCatalog } from "../../../runtime/config/catalog_specs.ts";
import { type JsonSchema, settingsSchema, toJsonSchema } from "../../../runtime/config/json_schema.ts";
import { catalog, EXAMPLE, mllpListener, SMALLEST } from "./_fixtures.ts";
import { misfit } from "./_schema_check.ts";

const schema = toJsonSchema(await loadCatalog(catalog));

/** As an editor reads the file: YAML's core types, not source text. */
const check = (text: string) => misfit(schema, parse(text));

Deno.test("config: the schema takes every gateway file that has a plan", () => {
  assertEquals(check(EXAMPLE), undefined);
  assertEquals(check(SMALLEST), undefined);
  assertEquals(check(SMALLEST.replace("parse: hl7v2", "parse: { hl7v2: }")), undefined);
  assertEquals(check("gateway: here\n"), undefined, "its channels may be in files");
  const filled = [
    ["st-elsewhere", "st-${SITE}"],
    ["2575", "'${PORT}'"],
    ["port: 2575", "port: 1, idleMsMax: '${IDLE}', keepAlive: '${KEEP}'"],
    ["parse: hl7v2", "parse: hl7v2\n    order: ${ORDER}\n    duplicates: { answer: '${ANSWER}' }"],
  ];
  for (const [from, to] of filled) assertEquals(check(SMALLEST.replace(from, to)), undefined, to);
  assertEquals(
    check(SMALLEST.replace(/mllp: (\{ host.*?\})/, "paths: [mllp: $1, mllp: $1]")),
    undefined,
    "paths",
  );
});

Deno.test("config: the schema finds what an editor can find", () => {
  const wrong: [string, string, string][] = [
    ["gateway:", "gatway:", "$.gatway: unknown"],
    ["gateway: st-elsewhere\n", "", "$: required"],
    ["listen:", "lisen:", "$.channels.lab.lisen: unknown"],
    ["    parse: hl7v2\n", "", "$.channels.lab: required"],
    ["port: 2575", "port: 70000", "$.channels.lab.listen.mllp.port: maximum"],
    ["port: 2575", "", "$.channels.lab.listen.mllp: required"],
    ["mllp: { port: 2575 }", "acknowledge: received", "$.channels.lab.listen: oneOf"],
    ["mllp: { port", "file: { folder: x }, mllp: { port", "$.channels.lab.listen: oneOf"],
    ["port: 2575", "port: 2575, idle: 1", "$.channels.lab.listen.mllp.idle: unknown"],
    ["port: 2575", "port: 1, frameBytesMax: 5 s", "$.channels.lab.listen.mllp.frameBytesMax: anyOf"],
    ["parse: hl7v2", "parse: hl7", "$.channels.lab.parse: anyOf"],
    ["parse: hl7v2", "parse: hl7v2\n    order: random", "$.channels.lab.order: pattern"],
    [
      "parse: hl7v2",
      "parse: hl7v2\n    transform: [{ set: {}, stamp: {} }]",
      "$.channels.lab.transform[0]: anyOf",
    ],
    ["mllp: { host", "none: { host", "$.channels.lab.send.ehr.none: unknown"],
    ["{ ehr: ", "{ e r: ", "$.channels.lab.send: pattern"],
    ["mllp: { host", "paths: [mllp: { host: h, port: 1 }], mllp: { host", "$.channels.lab.send.ehr: oneOf"],
    ["mllp: { host: ehr.local, port: 7001 }", "paths: []", "$.channels.lab.send.ehr.paths: minItems"],
  ];
  for (const [from, to, expected] of wrong) assertEquals(check(SMALLEST.replace(from, to)), expected, to);
});

Deno.test("config: the schema of a component says what its spec says", () => {
  const { properties, required, additionalProperties } = settingsSchema(mllpListener) as {
    properties: Record<string, JsonSchema>;
    required: string[];
    additionalProperties: boolean;
  };
  assertEquals(required, ["port"]);
  assertEquals(additionalProperties, false);
  assertEquals(properties.port, {
    description: "Port.",
    type: ["integer", "string"],
    minimum: 0,
    maximum: 65_535,
    pattern: "^(?:.*\\$\\{.*)$",
    examples: [2575],
  });
  assertEquals(properties.keepAlive, {
    description: "Keep connections alive.",
    type: ["boolean", "string"],
    pattern: "^(?:.*\\$\\{.*)$",
    default: true,
  });
  assertEquals(misfit(properties.idleMsMax, "10 min"), undefined);
  assertEquals(misfit(properties.idleMsMax, "10 days"), "$: anyOf");
});

Deno.test("config: every reference in the schema leads to a definition, and every definition is used", () => {
  const text = JSON.stringify(schema);
  const used = new Set([...text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map((found) => found[1]));
  const defined = Object.keys(schema.$defs as object);
  assert(defined.length > 5);
  assertEquals([...used].sort(), defined.sort());
});

Deno.test("config: the schema of a record takes names of the author's own, and one text for all of it", () => {
  const about = "Makes.";
  const set = map("Values.", "path", text("A value."), { optional: true });
  const own = record(about, { set }, { others: { names: "format", item: text("What to make.") } });
  const made = settingsSchema({ about, config: own } as ComponentSpec);
  assertEquals(misfit(made, { hl7v2: "ADT^A04", set: { a: 1 } }), undefined);
  assertEquals(misfit(made, { hl7v2: [1] }), "$.hl7v2: type");
  const short = settingsSchema(
    { about, config: record(about, { by: text("Path.") }, { short: "by" }) } as ComponentSpec,
  );
  for (const value of ["OBR", { by: "OBR" }]) assertEquals(misfit(short, value), undefined);
  assertEquals(misfit(short, { on: "OBR" }), "$: anyOf");
});
