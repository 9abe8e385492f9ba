import { assert, assertEquals } from "@std/assert";
import csv from "../../../actors/formats/csv/mod.ts";
import hl7v2 from "../../../actors/formats/hl7v2/mod.ts";
import json from "../../../actors/formats/json/mod.ts";
import xml from "../../../actors/formats/xml/mod.ts";
import filter from "../../../actors/filter.ts";
import build from "../../../actors/transforms/build.ts";
import set from "../../../actors/transforms/set.ts";
import { bindTransformer, withDefaults } from "../../../runtime/contract/actor.ts";
import { bindFormat, type FormatSpec } from "../../../runtime/contract/format.ts";
import { createMessage, hasPaths, type Message, type PathBody } from "../../../runtime/contract/message.ts";
import { surroundingsOf } from "../../contract/_surroundings.ts";

/** One and the same order in four formats, and where its parts are in each. */
const formats = {
  hl7v2: {
    spec: hl7v2,
    what: "ORU^R01",
    text: "MSH|^~\\&|LAB\rPID|1||4711||Smith \\T\\ Sons\rOBX|1|NM|GLU||5.5\rOBX|2|NM|NA||140\r",
    paths: { mrn: "PID-3.1", family: "PID-5.1" },
    rows: { each: "OBX", code: "OBX-3.1", value: "OBX-5" },
    row: { code: "OBX[{n}]-3.1", value: "OBX[{n}]-5" },
  },
  json: {
    spec: json,
    what: "",
    text:
      '{"mrn":"4711","family":"Smith & Sons","rows":[{"code":"GLU","value":"5.5"},{"code":"NA","value":"140"}]}',
    paths: { mrn: "$.mrn", family: "$.family" },
    rows: { each: "$.rows[*]", code: "@.code", value: "@.value" },
    row: { code: "$.rows[{n0}].code", value: "$.rows[{n0}].value" },
  },
  xml: {
    spec: xml,
    what: "Order",
    text:
      '<?xml version="1.0"?>\n<Order mrn="4711"><Family>Smith &amp; Sons</Family><Row code="GLU">5.5</Row><Row code="NA">140</Row></Order>\n',
    paths: { mrn: "/Order/@mrn", family: "/Order/Family" },
    rows: { each: "/Order/Row", code: "@code", value: "." },
    // Written by its element first: an attribute stands on something.
    row: { value: "/Order/Row[{n}]", code: "/Order/Row[{n}]/@code" },
  },
  csv: {
    spec: csv,
    what: "mrn,family,code,value",
    text: 'mrn,family,code,value\r\n4711,"Smith & Sons",GLU,5.5\r\n,,NA,140\r\n',
    paths: { mrn: "mrn", family: "family" },
    rows: { each: "[*]", code: "@.code", value: "@.value" },
    row: { code: "[{n}].code", value: "[{n}].value" },
  },
} as const;
type Name = keyof typeof formats;
const names = Object.keys(formats) as Name[];
const specs = names.map((name) => formats[name].spec as unknown as FormatSpec);

function messageIn(name: Name): Message<PathBody> {
  const { spec, text } = formats[name];
  const received = new TextEncoder().encode(text);
  const body = bindFormat(spec as unknown as FormatSpec, withDefaults(spec.config, undefined) as never)
    .parse(received);
  if (!hasPaths(body)) throw new TypeError("no paths");
  const origin = { adapter: "test", peer: "" };
  const id = "01900000-0000-7000-8000-000000000000";
  return createMessage({ id, channel: "any", origin, receivedAtMs: 0, received, body });
}

async function changed(
  message: Message<PathBody>,
  transformer: { readonly spec: unknown },
  config: unknown,
  format: Name,
): Promise<Message<PathBody> | null> {
  const around = surroundingsOf({ formats: specs, format: formats[format].spec as unknown as FormatSpec });
  const stage = await bindTransformer(transformer.spec as typeof set.spec, config as never, around);
  return await stage.process(message, new AbortController().signal) as Message<PathBody> | null;
}

for (const from of names) {
  for (const to of names) {
    Deno.test(`build makes ${to} of ${from}, with every value and every row`, async () => {
      const [source, target] = [formats[from], formats[to]];
      const row = Object.entries(target.row).map((
        [part, path],
      ) => [path, `{${source.rows[part as "code"]}}`]);
      const made = await changed(messageIn(from), build, {
        [to]: target.what,
        set: {
          [target.paths.mrn]: `{${source.paths.mrn}}`,
          [target.paths.family]: `{${source.paths.family}}`,
        },
        each: [{ for: source.rows.each, set: Object.fromEntries(row) }],
      }, from);
      const { body } = made!;
      const at = (path: string, n: number) => path.replace("{n}", `${n}`).replace("{n0}", `${n - 1}`);
      assertEquals(
        [target.paths.mrn, target.paths.family].map((path) => body.get(path)),
        ["4711", "Smith & Sons"],
      );
      assertEquals(
        [1, 2].map((n) => [body.get(at(target.row.code, n)), body.get(at(target.row.value, n))]),
        [["GLU", "5.5"], ["NA", "140"]],
      );
    });
  }

  Deno.test(`filters and templates read and write ${from} by its paths`, async () => {
    const { paths } = formats[from];
    const message = messageIn(from);
    assertEquals(await changed(message, filter, `"${paths.mrn}" = 4711`, from), message);
    assertEquals(await changed(message, filter, `"${paths.mrn}" = 4712`, from), null);
    const written = await changed(message, set, { [paths.mrn]: `X-{${paths.mrn}|pad 6}` }, from);
    assertEquals(written?.body.get(paths.mrn), "X-004711");
    // Nothing else has changed.
    const [before, after] = [[...message.body.leaves()], [...written!.body.leaves()]];
    assertEquals(
      after.filter(([path], at) => path !== before[at][0] || after[at][1] !== before[at][1]).length,
      1,
    );
    assert(after.length === before.length);
  });
}
