/** What reading HL7 v2 costs: `deno bench tests/bench/hl7v2_bench.ts`. Budget: parse and five reads of 1 kB in 3 µs. */
import { Hl7Message } from "../../actors/formats/hl7v2/mod.ts";
import { hl7With } from "../actors/formats/hl7v2/hl7_with.ts";

const observation = "OBX|2|NM|2345-7^GLUCOSE^LN||182|mg/dL|70-105|H|||F|||202602150730\r";
const start =
  "MSH|^~\\&|ANALYSER|LAB|EHR|HOSPITAL|20260215073012+0000||ORU^R01^ORU_R01|MSG-000001|P|2.5.1|||AL|NE\r" +
  "PID|1||4711^^^HOSPITAL^MR~99-001^^^STATE^SS||EXAMPLE^ANN^Q||19700203|F|||1 SAMPLE ROAD^^TOWN^ST^12345||5550100\r" +
  "PV1|1|I|WARD^12^A||||1234^DOCTOR^DEE\rOBR|1|A-1|B-1|24320-4^BASIC METABOLIC PANEL^LN|||202602150700\r";
const ascii = new TextEncoder().encode(
  start + observation.repeat(Math.ceil((1000 - start.length) / observation.length)),
);
const accented = new TextEncoder().encode(new TextDecoder().decode(ascii).replace("EXAMPLE", "ÉXAMPLE"));
const lines = ascii.map((byte) => byte === 0x0d ? 0x0a : byte);

const paths = ["MSH-9.2", "MSH-10", "PID-3.1", "PID-5.2", "OBX-5"];
function read(bytes: Uint8Array): number {
  const message = Hl7Message.parse(bytes);
  let length = 0;
  for (const path of paths) length += message.get(path)?.length ?? 0;
  return length;
}

const format = hl7With();
const message = Hl7Message.parse(ascii);
const facts = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };
const ack = format.answer(ascii, { kind: "accepted" }, facts);
if (ack === null) throw new Error("no answer to measure");

Deno.bench(`parse and five reads, ${ascii.length} bytes of ASCII`, { group: "read", baseline: true }, () => {
  read(ascii);
});
Deno.bench("parse and five reads, UTF-8 beyond ASCII", { group: "read" }, () => {
  read(accented);
});
Deno.bench("parse and five reads, LF between segments", { group: "read" }, () => {
  read(lines);
});
Deno.bench("with and toBytes", { group: "write" }, () => {
  message.with("PID-13", "+1 555 0100").toBytes();
});
Deno.bench("toBytes, nothing changed", { group: "write" }, () => {
  message.toBytes();
});
Deno.bench("identify", { group: "engine" }, () => {
  format.identify(ascii);
});
Deno.bench("keys", { group: "engine" }, () => {
  format.keys(message);
});
Deno.bench("answer", { group: "engine" }, () => {
  format.answer(ascii, { kind: "accepted" }, facts);
});
Deno.bench("judge", { group: "engine" }, () => {
  format.judge(ack.bytes, { controlId: "MSG-000001" });
});
