/** The gateway whose data folder is kept of every version: one of everything, and nothing of it true. */
import type { Parcel } from "../../../../runtime/contract/adapter.ts";
import type { Message, Outcome } from "../../../../runtime/contract/message.ts";
import type { ChannelPlan, GatewayPlan } from "../../../../runtime/engine/plan.ts";
import { createIdentity } from "../../../../runtime/trust/identity.ts";
import { writePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import hl7v2, { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import bytesFormat from "../../../../actors/formats/bytes.ts";
import { SETTINGS } from "../../../actors/formats/hl7v2/hl7_with.ts";
import { collecting } from "../../engine/batches.ts";
import { FakeEnvelope } from "../../engine/fake_envelope.ts";
import { masterKey } from "../../../world/master_key.ts";
import type { Places } from "./contents.ts";
import { FakePeer, refusal } from "../../engine/fake_peer.ts";
import { type GatewayRig, step, to } from "../../engine/gateway_rig.ts";
import { hl7 } from "../../engine/hl7_peer.ts";
import { paperFormat, writeNote } from "../../engine/review/paper_format.ts";
import type { NoteBody } from "../../engine/note_format.ts";

const PEERS = [
  "ehr",
  "registry",
  "ward",
  "archive",
  "bills",
  "labels",
  "counted",
  "joined",
  "pharmacy",
  "exchange",
  "replies",
  "papers",
] as const;

/** Who the gateway sends to. */
export type Peers = { readonly [name in typeof PEERS[number]]: FakePeer };

/** The gateway, not yet open. */
export interface Site {
  readonly peers: Peers;
  readonly envelope: FakeEnvelope;
  readonly channels: readonly ChannelPlan[];
  readonly settings: Partial<Omit<GatewayPlan, "channels">>;
  /** Lets the work of the channel `backlog` go on. */
  letWork(): void;
}

/** Makes the site; its keys, which nothing in the data folder depends on, go into `keysFolder`. */
export async function siteOf(rig: GatewayRig, keysFolder: string): Promise<Site> {
  const peers = Object.fromEntries(PEERS.map((name) => [name, new FakePeer()])) as Peers;
  for (const name of ["ehr", "registry", "ward", "counted", "joined"] as const) {
    peers[name].conduct = (parcel) => acknowledge(peers[name], parcel, "AA");
  }
  for (const name of ["bills", "archive"] as const) {
    peers[name].conduct = ({ bytes }) => {
      peers[name].taken.push(new TextDecoder().decode(bytes));
      return { kind: "accepted" };
    };
  }
  const envelope = new FakeEnvelope();
  const work = Promise.withResolvers<void>();
  return {
    peers,
    envelope,
    channels: channelsOf(rig, peers, envelope, work.promise),
    settings: await keysIn(keysFolder),
    letWork: work.resolve,
  };
}

/** A peer that speaks HL7 answers. */
export function acknowledge(
  peer: FakePeer,
  parcel: Parcel,
  verdict: "AA" | "AE",
): Outcome | Promise<Outcome> {
  const controlId = Hl7Message.parse(parcel.bytes).get("MSH-10") ?? "";
  if (verdict === "AA") peer.taken.push(controlId);
  const text = verdict === "AA" ? "Danke, übernommen" : "Patientin Žofie Černá unbekannt";
  return parcel.judge(
    hl7(`MSH|^~\\&|R|RF|S|F|2024||ACK|a${controlId}|P|2.5\nMSA|${verdict}|${controlId}|${text}\n`),
  );
}

/** What to ask the journal of the site for. */
export function placesOf({ channels }: Site): Places {
  return {
    channels: Object.fromEntries(
      channels.map(({ name, destinations }) => [name, destinations.map((each) => each.name)]),
    ),
    state: ["0815-Ž", "4711-ÄÖ", "6666", "7004"].map((key) => ({
      channel: "admissions",
      step: "0.0 visits",
      key,
    })),
    numbering: ["ANDERE|Nord", "KIS|Süd"].map((sender) => ({ channel: "counted", sender })),
  };
}

function channelsOf(
  rig: GatewayRig,
  peers: Peers,
  envelope: FakeEnvelope,
  work: Promise<void>,
): readonly ChannelPlan[] {
  const speaksHl7 = { parse: { spec: hl7v2, config: SETTINGS } };
  const byKey = { order: { by: "key" as const } };
  const holds = to("", peers.ehr).on;
  const split = step(
    "split",
    (message) => message.body.split("keys").map((body) => message.derive({ body })),
  );
  const slow = step("slow", async (message) => {
    await work;
    return message;
  });
  return [
    rig.channel("admissions", [to("ehr", peers.ehr, byKey), to("registry", peers.registry, byKey)], {
      ...speaksHl7,
      steps: [visits, only],
      indexesPatients: true,
    }),
    rig.channel("results", [
      to("ward", peers.ward, { ...byKey, on: { ...holds, rejected: { remedy: "holdKey", alert: true } } }),
    ], { ...speaksHl7, acknowledge: { from: "ward" } }),
    rig.channel("documents", [to("archive", peers.archive)], {
      parse: { spec: bytesFormat, config: {} },
      acknowledge: "processed",
    }),
    rig.channel("billing", [collecting("bills", peers.bills, { countMax: 2 })], { acknowledge: "delivered" }),
    rig.channel("specimens", [to("labels", peers.labels, byKey)], { steps: [split] }),
    rig.channel("counted", [to("counted", peers.counted)], {
      parse: { spec: hl7v2, config: { ...SETTINGS, sequenceNumbers: true } },
    }),
    rig.channel("fragments", [to("joined", peers.joined)], speaksHl7),
    rig.channel("wards", [{ ...to("next", peers.pharmacy), send: { channel: "pharmacy" } }]),
    rig.channel("pharmacy", [to("pharmacy", peers.pharmacy)], { steps: [slow] }),
    rig.channel("exchange", [to("exchange", peers.exchange)], {
      decrypt: { spec: envelope.spec, config: {}, from: ["the-north"] },
    }),
    rig.channel("enquiries", [to("pharmacy", peers.pharmacy)], { applicationAcknowledge: { to: "replies" } }),
    rig.channel("papers", [to("papers", peers.papers)], {
      parse: { spec: paperFormat, config: {} },
      review: { below: 0.95, approvals: 2 },
      steps: [writeNote],
    }),
    rig.channel("replies", [to("replies", peers.replies)]),
    rig.channel("backlog", [to("archive", peers.archive)], {
      parse: { spec: bytesFormat, config: {} },
      steps: [slow],
    }),
  ];
}

/** Counts the visits of each patient, and remembers who it was. */
const visits = stateful("visits", async (message, state) => {
  const key = message.body.get("PID-3.1") ?? "";
  const [count = "0"] = (await state.get(key) ?? "").split(" ");
  state.set(key, `${Number(count) + 1} ${message.body.get("PID-5.1") ?? ""}`);
  return message;
});

/** Leaves out what is only about persons, and will not work on who must not be known. */
const only = step("only", (message) => {
  if (message.body.get("PID-5.1") === "Geheim") throw refusal;
  return message.body.get("MSH-9.2") === "A31" ? null : message;
});

interface Memory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): void;
}

function stateful(
  label: string,
  act: (message: Message<NoteBody>, state: Memory) => Promise<Message>,
): ReturnType<typeof step> {
  const plain = step(label, (message) => message);
  return {
    ...plain,
    spec: {
      ...plain.spec,
      transform: (message, { state }) => act(message as Message<NoteBody>, state as Memory),
    },
  };
}

async function keysIn(folder: string): Promise<Site["settings"]> {
  const nowMs = Date.UTC(2026, 0, 2);
  const own = await createIdentity({ gateway: "here", nowMs, masterKey });
  const partner = await createIdentity({ gateway: "north", nowMs, masterKey });
  const [keys, north] = [`${folder}/gateway.json`, `${folder}/north.json`];
  await Deno.writeFile(keys, own.privateFile);
  await Deno.writeFile(north, await writePartnerFile(partner.identity));
  return {
    keys,
    patients: { from: ["admissions"] },
    partners: { "the-north": { keys: north, certificates: [], pins: [] } },
  };
}
