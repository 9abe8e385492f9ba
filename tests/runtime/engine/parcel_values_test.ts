import { assertEquals } from "@std/assert";
import hl7v2 from "../../../actors/formats/hl7v2/mod.ts";
import json from "../../../actors/formats/json/mod.ts";
import { defineFormat } from "../../../runtime/contract/format.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import type { CollectPlan } from "../../../runtime/engine/plan.ts";
import { SETTINGS } from "../../actors/formats/hl7v2/hl7_with.ts";
import { FakeEnvelope } from "./fake_envelope.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { hl7, hl7Channel } from "./hl7_peer.ts";
import { note, type NoteBody, noteFormat } from "./note_format.ts";

/** A peer that reads these values of what it is sent. */
class ReadingPeer extends FakePeer {
  readonly values: (readonly string[])[] = [];
  constructor(...paths: readonly string[]) {
    super();
    this.conduct = (parcel) => {
      this.values.push(paths.map(parcel.value));
      this.taken.push("");
      return { kind: "accepted" };
    };
  }
}

const admission = (id: string, mrn: string) =>
  hl7(`MSH|^~\\&|A|B|C|D|2026||ADT^A01|${id}|P|2.5
PID|1||${mrn}^^^H^MR~other^^^H^SS||DOE\\T\\SON^JANE
`);

Deno.test("a sender reads the first values of the message, unescaped, and nothing where there is none", async () => {
  await using rig = new GatewayRig();
  const peer = new ReadingPeer("MSH-10", "PID-3.1", "PID-3[2].1", "PID-5.1", "PV1-2");
  await rig.open([hl7Channel(rig, peer)]);
  await rig.hand().give(admission("M1", "4711"));
  await peer.took(1);
  assertEquals(peer.values, [["M1", "4711", "other", "DOE&SON", ""]]);
});

Deno.test("a sender reads the values of what was sealed, as they were before", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new ReadingPeer("id", "text"), new FakeEnvelope()];
  const encrypt = { spec: envelope.spec, config: {}, to: ["the-north"], expiresMs: 3_600_000 };
  await rig.open([rig.channel("lab", [to("registry", peer, { encrypt })])]);
  await rig.hand().give(note({ id: "A", text: "said" }));
  await peer.took(1);
  assertEquals(peer.values, [["A", "said"]]);
});

Deno.test("of a batch a sender reads the values of the first message, or of the whole that cannot be taken apart", async () => {
  const collect = (as: string): CollectPlan => ({
    at: [],
    timeZone: "UTC",
    bytesMax: 1 << 20,
    as,
    empty: "skip",
    countMax: 2,
  });
  for (const as of ["hl7-batch", "lines"]) {
    await using rig = new GatewayRig();
    const peer = new ReadingPeer("MSH-10", "PID-3.1", "BHS-11");
    const parse = { spec: hl7v2, config: SETTINGS };
    await rig.open([rig.channel("lab", [to("files", peer, { collect: collect(as) })], { parse })]);
    await rig.hand().give(admission("M1", "1"));
    await rig.hand().give(admission("M2", "2"));
    await peer.took(1);
    assertEquals(peer.values, [["M1", "1", ""]], as);
  }
  await using rig = new GatewayRig();
  const peer = new ReadingPeer("$[1].mrn", "$[*].mrn", "$[2].mrn");
  const parse = { spec: json, config: {} };
  await rig.open([rig.channel("lab", [to("files", peer, { collect: collect("json-list") })], {
    parse,
    // The batch of a format that is not the channel's own is looked for among the others.
  })], { formats: { json: parse } });
  const document = (mrn: number) => new TextEncoder().encode(JSON.stringify({ mrn }));
  await rig.hand().give(document(1));
  await rig.hand().give(document(2));
  await peer.took(1);
  assertEquals(peer.values, [["2", "1", ""]]);
});

Deno.test("a message is parsed for its sender once, and only where that asks for a value", async () => {
  let parsed = 0;
  const counting = {
    ...noteFormat,
    parse(...given: Parameters<typeof noteFormat.parse>): NoteBody {
      parsed++;
      return noteFormat.parse(...given);
    },
  };
  const parsedFor = async (...paths: string[]) => {
    await using rig = new GatewayRig();
    const peer = new ReadingPeer(...paths);
    parsed = 0;
    await rig.open([rig.channel("lab", [to("ehr", peer)], { parse: { spec: counting, config: {} } })]);
    await rig.hand().give(note({ id: "A" }));
    await peer.took(1);
    return parsed;
  };
  const without = await parsedFor();
  assertEquals(await parsedFor("id", "text", "id"), without + 1);
});

Deno.test("a message of a format without paths has no values", async () => {
  await using rig = new GatewayRig();
  const peer = new ReadingPeer("anything");
  const plain = defineFormat({
    name: "plain",
    about: "Bytes.",
    contentTypes: ["text/plain"],
    config: {},
    errors: {},
    parse: (bytes) => new RawBody(bytes, "text/plain"),
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { parse: { spec: plain, config: {} } })]);
  await rig.hand().give(note({ id: "A" }));
  await peer.took(1);
  assertEquals(peer.values, [[""]]);
});
