/**
 * What reading each format costs, beside the least that the platform does with the same bytes, and what it costs to make
 * one of another: `deno bench tests/bench/formats_bench.ts`.
 */
import csv from "../../actors/formats/csv/mod.ts";
import hl7v2 from "../../actors/formats/hl7v2/mod.ts";
import json from "../../actors/formats/json/mod.ts";
import xml from "../../actors/formats/xml/mod.ts";
import build from "../../actors/transforms/build.ts";
import toJson from "../../actors/transforms/json.ts";
import { type ConfigInput, type FormatSpec, hasPaths, type Spec } from "../../mod.ts";
import { bindTransformer, type TransformerSpec, withDefaults } from "../../runtime/contract/actor.ts";
import { bindFormat } from "../../runtime/contract/format.ts";
import { createMessage, RawBody } from "../../runtime/contract/message.ts";
import { surroundingsOf } from "../contract/_surroundings.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const rounds = Array.from({ length: 12 }, (_, at) => at);

const jsonText = JSON.stringify({
  mrn: "4711",
  family: "EXAMPLE",
  given: "ANN",
  born: "1970-02-03",
  results: rounds.map((at) => ({ code: `${2345 + at}-7`, name: "GLUCOSE", value: 182 + at, unit: "mg/dL" })),
});
const xmlText =
  `<?xml version="1.0"?>\n<report><patient mrn="4711"><family>EXAMPLE</family><born>1970-02-03</born>` +
  `</patient>${
    rounds.map((at) => `<result code="${2345 + at}-7"><value>${182 + at}</value><unit>mg/dL</unit></result>`)
      .join("")
  }</report>`;
const csvText = [
  "mrn,family,born,code,value,unit",
  ...rounds.map((at) => `4711,EXAMPLE,1970-02-03,${2345 + at}-7,${182 + at},mg/dL`),
].join("\r\n");
const hl7Text =
  "MSH|^~\\&|ANALYSER|LAB|EHR|HOSPITAL|20260215073012+0000||ORU^R01^ORU_R01|MSG-000001|P|2.5.1\r" +
  "PID|1||4711^^^HOSPITAL^MR||EXAMPLE^ANN||19700203|F\r" +
  rounds.map((at) => `OBX|${at + 1}|NM|${2345 + at}-7^GLUCOSE^LN||${182 + at}|mg/dL|70-105|H|||F\r`).join("");

/** Reads of a format beside raw work on the same bytes: both take bytes, and make text of five values. */
function reading<B>(
  spec: FormatSpec<string, Spec, string, never>,
  text: string,
  paths: readonly string[],
  rawSays: string,
  raw: (bytes: Uint8Array) => unknown,
): void {
  const bytes = encoder.encode(text);
  const format = bindFormat(spec as FormatSpec, withDefaults(spec.config, undefined) as never);
  const read = () => {
    const body = format.parse(bytes);
    if (!hasPaths(body)) throw new Error("no paths");
    return paths.map((path) => body.get(path) ?? unreadable(path));
  };
  read();
  const group = `${spec.name}, ${bytes.length} bytes`;
  Deno.bench(`raw: ${rawSays}`, { group, baseline: true }, () => void raw(bytes));
  Deno.bench(`${spec.name}: parse and five reads`, { group }, () => void read());
}

function unreadable(path: string): never {
  throw new Error(`nothing at ${path}`);
}

reading(
  json as never,
  jsonText,
  ["$.mrn", "$.family", "$.born", "$.results[0].code", "$.results[11].value"],
  "JSON.parse and five reads",
  (bytes) => {
    const { mrn, family, born, results } = JSON.parse(decoder.decode(bytes));
    return [mrn, family, born, results[0].code, `${results[11].value}`];
  },
);
reading(
  xml as never,
  xmlText,
  ["patient/@mrn", "patient/family", "patient/born", "result[1]/@code", "result[12]/value"],
  "decode, and find every tag",
  (bytes) => {
    const text = decoder.decode(bytes);
    let tags = 0;
    for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", text.indexOf(">", at))) tags++;
    return tags;
  },
);
reading(
  csv as never,
  csvText,
  ["mrn", "family", "born", "[1].code", "[12].value"],
  "decode, split at lines and commas",
  (bytes) => decoder.decode(bytes).split("\r\n").map((row) => row.split(",")),
);
reading(
  hl7v2 as never,
  hl7Text,
  ["PID-3.1", "PID-5.1", "PID-7", "OBX-3.1", "OBX[12]-5"],
  "decode, split at segments and fields",
  (bytes) => decoder.decode(bytes).split("\r").map((segment) => segment.split("|")),
);

/** A transform from bytes to bytes, beside raw work that gives the same. */
async function making<S extends Spec>(
  transform: { readonly spec: unknown },
  config: ConfigInput<S>,
  from: FormatSpec,
  text: string,
  rawSays: string,
  raw: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const spec = transform.spec as TransformerSpec;
  const bytes = encoder.encode(text);
  const format = bindFormat(from, withDefaults(from.config, undefined) as never);
  const around = surroundingsOf({ formats: [hl7v2, json] as never, format: from });
  const stage = await bindTransformer(spec, withDefaults(spec.config, config) as never, around);
  const message = createMessage({
    id: "0192f3a4-b5c6-7abc-8def-0123456789ab",
    channel: "bench",
    origin: { adapter: "mllp", peer: "127.0.0.1" },
    receivedAtMs: 1_771_140_612_000,
    received: bytes,
    body: new RawBody(bytes, format.contentType),
  });
  const never = new AbortController().signal;
  const make = async () => {
    const made = await stage.process(message.derive({ body: format.parse(bytes) }), never);
    if (made === null || !("body" in made)) throw new Error("not one message");
    return made.body.toBytes();
  };
  console.log(`${spec.name}:`, decoder.decode(await make()).slice(0, 60).replaceAll("\r", " "));
  const group = `${from.name} to ${spec.gives?.(withDefaults(spec.config, config) as never)}`;
  Deno.bench(`raw: ${rawSays}`, { group, baseline: true }, () => void raw(bytes));
  Deno.bench(`${spec.name}: parse, transform, write`, { group }, async () => void await make());
}

await making(
  build,
  {
    hl7v2: "ORU^R01^ORU_R01",
    set: { "PID-3.1": "{$.mrn}", "PID-5.1": "{$.family}", "PID-7": "{$.born|date yyyyMMdd}" },
    each: [{
      for: "$.results[*]",
      set: {
        "OBX[{n}]-1": "{n}",
        "OBX[{n}]-3.1": "{@.code}",
        "OBX[{n}]-5": "{@.value}",
        "OBX[{n}]-6": "{@.unit}",
      },
    }],
  } as never,
  json as never,
  jsonText,
  "JSON.parse and one template literal",
  (bytes) => {
    const { mrn, family, born, results } = JSON.parse(decoder.decode(bytes));
    const obx = results.map(({ code, value, unit }: Record<string, string>, at: number) =>
      `OBX|${at + 1}||${code}||${value}|${unit}\r`
    );
    return encoder.encode(
      `MSH|^~\\&|||||20260215073012||ORU^R01^ORU_R01|1|P|2.5.1\rPID|||${mrn}||${family}||${born}\r${
        obx.join("")
      }`,
    );
  },
);
await making(
  toJson,
  {
    mrn: "{PID-3.1}",
    family: "{PID-5.1}",
    born: "{PID-7|date yyyy-MM-dd}",
    "result.code": "{OBX-3.1}",
    "result.value": "{OBX-5}",
  } as never,
  hl7v2 as never,
  hl7Text,
  "split and JSON.stringify",
  (bytes) => {
    const segments = decoder.decode(bytes).split("\r").map((segment) => segment.split("|"));
    const [pid, obx] = ["PID", "OBX"].map((name) => segments.find(([id]) => id === name)!);
    const [mrn] = pid[3].split("^"), [family] = pid[5].split("^"), [code] = obx[3].split("^");
    return encoder.encode(JSON.stringify({ mrn, family, born: pid[7], result: { code, value: obx[5] } }));
  },
);
