/** What the gateway of {@linkcode siteOf} has seen by the time its data folder is kept. */
import { turns } from "../../../world/turns.ts";
import { refusal } from "../../engine/fake_peer.ts";
import type { GatewayRig } from "../../engine/gateway_rig.ts";
import { hl7 } from "../../engine/hl7_peer.ts";
import { paper } from "../../engine/review/paper_format.ts";
import { batchOf, note } from "../../engine/note_format.ts";
import { acknowledge, type Site } from "./site.ts";

const encoder = new TextEncoder();

/** A made-up patient: number and name. */
const PATIENTS = {
  mueller: ["4711-ÄÖ", "Müller^Jürgen^^^Dr."],
  cerna: ["0815-Ž", "Černá^Žofie"],
  sato: ["7004", "佐藤^花子"],
  secret: ["6666", "Geheim^Top"],
} as const;

/** An HL7 message about a made-up patient. */
export function about(
  patient: keyof typeof PATIENTS,
  { type = "ADT^A01", id, number = "", sender = "KIS|Süd", more = "" }: {
    readonly type?: string;
    readonly id: string;
    readonly number?: string;
    readonly sender?: string;
    readonly more?: string;
  },
): Uint8Array {
  const [mrn, name] = PATIENTS[patient];
  return hl7(
    `MSH|^~\\&|${sender}|R|RF|20260105||${type}|${id}|P|2.5|${number}|||||UNICODE UTF-8\n` +
      `PID|1||${mrn}^^^Haus^MR||${name}\nPV1|1|I|Station Ü\n${more}`,
  );
}

/** What is told here and there in all of it, and is nobody's business: in bodies, names, ids, answers, keys, state. */
export const TOLD: readonly string[] = [
  ..."Müller Jürgen Černá Žofie Geheim 花子 4711-ÄÖ KIS|Süd Station scanner 10.1.2.3:4567 Arztbrief".split(
    " ",
  ),
  ..."Kalium jméno Blut-2 Überweisung liegt zerbrochen gefälscht übernommen unbekannt ORU^R01 A-ü-1".split(
    " ",
  ),
  ..."north/m1 WAIT2 text/x-note application/pdf hl7-v2+er7 the-north".split(" "),
];

/** The last piece of a message of which the others wait. */
export const LAST_PIECE = pieceOf("WAIT", 3);

/** A piece, from 1 to 3, of a message. */
function pieceOf(name: string, which: 1 | 2 | 3): Uint8Array {
  const pointer = which === 1 ? "" : `${name}-${which - 1}`;
  const segments =
    ["PID|1||7004\nOBX|1|ST||Befund: o. B.", "|rest\nNTE|1||größer\n", "OBX|2|ST||Ende\n"][which - 1];
  const head = `MSH|^~\\&|LAB|Süd|R|RF|2026||ORU^R01|${name}${which}|P|2.5||${pointer}|||||UNICODE UTF-8\n`;
  if (which === 1) return hl7(`${head}${segments}\nADD\nDSC|${name}-1|F\n`);
  return hl7(which === 2 ? `${head}ADD${segments}DSC|${name}-2|F\n` : `${head}${segments}`);
}

/** Gives the gateway everything, and returns when all of it is done that will be. */
export async function fill(rig: GatewayRig, site: Site): Promise<void> {
  const give = (channel: string, bytes: Uint8Array, peer = "10.1.2.3:4567") =>
    rig.clock.pass(rig.hand(channel).give(bytes, undefined, peer));
  await give("fragments", pieceOf("LOST", 2));
  await rig.clock.advance(600_000);
  await rig.seen("messageQuarantined", ({ channel }) => channel === "fragments");
  await fillAdmissions(rig, site, give);
  await fillResults(rig, site, give);
  await fillDocuments(rig);
  await fillBilling(rig, site, give);
  await fillSpecimens(rig, site, give);
  for (const number of ["0", "41", "42", "42", "45"]) {
    await give("counted", about("sato", { id: `N${number}`, number }));
  }
  await give("counted", about("mueller", { id: "N1", number: "1", sender: "ANDERE|Nord" }));
  for (const which of [1, 2, 3] as const) await give("fragments", pieceOf("DONE", which));
  for (const which of [1, 2] as const) await give("fragments", pieceOf("WAIT", which));
  for (const id of ["H1", "H2"]) await give("wards", note({ id, text: "Tabletten für Žofie" }));
  await fillExchange(site, give);
  await fillPapers(rig, give);
  site.peers.pharmacy.hold();
  for (const text of ["twice", "plain"]) await give("enquiries", note({ id: `Q-${text}`, text }));
  await give("backlog", encoder.encode("liegt noch: Jürgen Müller"));
  await give("backlog", new Uint8Array(300_000).fill(0x4d));
  await give("backlog", new Uint8Array());
  await turns(20);
}

type Give = (channel: string, bytes: Uint8Array, peer?: string) => Promise<unknown>;

async function fillAdmissions(rig: GatewayRig, { peers }: Site, give: Give): Promise<void> {
  await give("admissions", about("mueller", { id: "A-ü-1" }));
  await give("admissions", about("cerna", { id: "A2" }));
  await rig.seen("messageDelivered", ({ channel }) => channel === "admissions", 4);
  peers.registry.conduct = () => peers.registry.isDown();
  await give("admissions", about("mueller", { id: "A3", type: "ADT^A08" }));
  await rig.clock.pass(rig.seen("deliveryFailed", () => true, 3));
  await give("admissions", about("sato", { id: "A4" }));
  await give("admissions", about("mueller", { id: "A5", type: "ADT^A03" }));
  await give("admissions", about("mueller", { id: "A6", type: "ADT^A31" }));
  await give("admissions", about("secret", { id: "A7" }));
  await give("admissions", about("mueller", { id: "A-ü-1" }));
  await give("admissions", about("sato", { id: "A2" }));
  await give("admissions", encoder.encode("Jürgen Müller, kein HL7"));
  await rig.seen("messageDelivered", ({ destination }) => destination === "ehr", 6);
}

async function fillResults(rig: GatewayRig, { peers }: Site, give: Give): Promise<void> {
  const result = (patient: keyof typeof PATIENTS, id: string) =>
    about(patient, { id, type: "ORU^R01", more: "OBX|1|NM|K^Kalium||4,1|mmol/l\n" });
  await give("results", result("mueller", "R1"));
  peers.ward.conduct = (parcel) => acknowledge(peers.ward, parcel, "AE");
  for (const id of ["R2", "R3"]) await give("results", result("cerna", id));
  await give("results", result("sato", "R4"));
  await give("results", result("secret", "R5"));
  peers.ward.conduct = (parcel) => acknowledge(peers.ward, parcel, "AA");
  const held = await rig.gateway.archive.list({ channel: "results", state: "quarantined" });
  await rig.gateway.release(idOf(held, "R4"));
  await rig.gateway.replay(idOf(held, "R5"));
  await rig.seen("messageDelivered", ({ channel }) => channel === "results", 2);
  // One that waits behind a held key is answered when its peer has waited long enough.
  await give("results", result("cerna", "R6"));
}

async function fillDocuments(rig: GatewayRig): Promise<void> {
  const latin1 = Uint8Array.from("Größe: 1,80 m", (char) => char.charCodeAt(0));
  const large = encoder.encode("Arztbrief über Žofie Černá. ".repeat(12_000));
  for (
    const [contentType, bytes] of [
      ["text/plain; charset=iso-8859-1", latin1],
      ["application/fhir+json", encoder.encode(`{"resourceType":"Patient","name":[{"family":"Müller"}]}`)],
      ["application/xml", encoder.encode(`<?xml version="1.0"?><pacient jméno="Žofie"/>`)],
      ["application/pdf", large],
    ] as const
  ) await rig.clock.pass(rig.gateway.inject("documents", bytes, { contentType, peer: "scanner-süd" }));
  await rig.seen("messageDelivered", ({ channel }) => channel === "documents", 4);
}

async function fillBilling(rig: GatewayRig, { peers }: Site, give: Give): Promise<void> {
  const bill = (id: string) => void give("billing", note({ id, text: `${id} für Jürgen Müller` }));
  bill("B1");
  bill("B2");
  await rig.seen("messageDelivered", ({ destination }) => destination === "bills");
  peers.bills.conduct = () => ({ kind: "rejected", error: refusal });
  bill("B3");
  bill("B4");
  await rig.seen("messageQuarantined", ({ channel }) => channel === "billing");
  peers.bills.conduct = () => peers.bills.isDown();
  bill("B5");
  bill("B6");
  await rig.seen("deliveryFailed", ({ channel }) => channel === "billing");
  bill("B7");
  await rig.seen("messageProcessed", ({ channel }) => channel === "billing", 7);
}

async function fillSpecimens(rig: GatewayRig, { peers }: Site, give: Give): Promise<void> {
  await give("specimens", note({ id: "S1", keys: ["Blut-1", "Urin-1"] }));
  await rig.seen("messageDelivered", ({ channel }) => channel === "specimens", 2);
  peers.labels.conduct = (parcel) => {
    const text = new TextDecoder().decode(parcel.bytes);
    return text.includes("Blut") ? peers.labels.refuse(parcel, "AE") : peers.labels.isDown();
  };
  await give("specimens", note({ id: "S2", keys: ["Blut-2", "Urin-2"], sender: "BASE" }));
  await rig.seen("messageQuarantined", ({ channel }) => channel === "specimens");
  await rig.seen("deliveryFailed", ({ channel }) => channel === "specimens");
  await give("specimens", note({ id: "S3", keys: ["Blut-2", "Haut-3"] }));
}

async function fillExchange({ envelope }: Site, give: Give): Promise<void> {
  const wrap = (id: string, payload: Uint8Array, from?: string) =>
    give("exchange", envelope.wrap(id, payload, from), "203.0.113.9");
  await wrap("m1", note({ id: "X1", text: "Überweisung Žofie Černá" }));
  await wrap("m1", note({ id: "X1", text: "Überweisung Žofie Černá" }));
  await wrap("m1", note({ id: "X2", text: "gefälscht" }));
  await wrap("m2", batchOf({ id: "X3" }, { id: "X4" }));
  await wrap("m3", note({ id: "X5" }), "stranger");
  await give("exchange", encoder.encode("zerbrochen: Müller"));
}

async function fillPapers(rig: GatewayRig, give: Give): Promise<void> {
  const { reviews } = rig.gateway;
  const patient = {
    ...{
      mrn: "4711-ÄÖ",
      authority: "Haus",
      family: "Müller",
      given: "Jürgen",
      birthDate: "19810210",
      sex: "M",
    },
  };
  const [ann, bob] = ["ann", "bob"].map((person) => ({ by: { person, reason: "Müller angerufen" } }));
  for (const id of ["waits", "waits for bob", "rejected", "approved"]) await give("papers", paper(id));
  await rig.seen("documentHeld", undefined, 4);
  const [, half, rejected, approved] = (await reviews.list()).map(({ id }) => id);
  for (const id of [half, approved]) {
    await reviews.setPatient(id, patient, { ...ann, despitePage: true });
    await reviews.set(id, "lines[1].amount", "11.00", ann);
    await reviews.approve(id, ann);
  }
  await reviews.reject(rejected, "misdirected", bob);
  await reviews.approve(approved, bob);
  await rig.seen("messageDelivered", ({ channel }) => channel === "papers");
}

function idOf(records: readonly { id: string; controlId: string }[], controlId: string): string {
  return records.find((record) => record.controlId === controlId)!.id;
}
