import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { RecognisedDocument } from "../../../../runtime/contract/document.ts";
import type { ReviewItem } from "../../../../runtime/engine/review/review_api.ts";
import { verifyLedgerIn } from "../../../../runtime/journal/upkeep/upkeep.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { invoice, labReport, paper, paperFormat, read, recognised, writeNote } from "./paper_format.ts";

const ann = { by: { person: "ann" } }, bob = { by: { person: "bob" } };
const patient = {
  ...{ mrn: "4711", authority: "", family: "Baxter", given: "Ingrid", birthDate: "02/10/1981", sex: "F" },
};

async function open(rig: GatewayRig, approvals = 1) {
  const peer = new FakePeer();
  const channel = rig.channel("faxes", [to("billing", peer)], {
    parse: { spec: paperFormat, config: {} },
    review: { below: 0.95, approvals },
    steps: [writeNote],
  });
  const gateway = await rig.open([channel]);
  return { peer, channel, gateway, reviews: gateway.reviews };
}

async function held(rig: GatewayRig, id: string, document?: RecognisedDocument): Promise<string> {
  const before = rig.all("documentHeld").length;
  await rig.hand("faxes").give(paper(id, document));
  return (await rig.seen("documentHeld", () => true, before + 1)).id;
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  assertEquals((await assertRejects(() => work, MitralError)).code, code);
}

function sent(peer: FakePeer): readonly string[] {
  return peer.attempts.map(({ bytes }) => new TextDecoder().decode(bytes).split("|")[4]);
}

const codes = ({ open }: ReviewItem) => open.map(({ code }) => code);

Deno.test("a doubtful document waits, and goes on once a person has set the patient and approved it", async () => {
  await using rig = new GatewayRig();
  const { peer, reviews, gateway } = await open(rig);
  const id = await held(rig, "F1");
  const [{ state, doubts, approvalsNeeded }] = await reviews.list();
  assertEquals([state, doubts, approvalsNeeded], ["waiting", 1, 1]);
  assertEquals((await gateway.archive.list({ state: "reviewing" })).map((each) => each.id), [id]);
  assertEquals(gateway.snapshot().journal.pendingBytes, 0);
  await refused(reviews.approve(id, ann), "REVIEW_PATIENT_MISSING");

  const item = await reviews.setPatient(id, patient, ann);
  assertEquals([item.open, item.document.patient?.birthDate, item.document.patient?.source], [
    [],
    "19810210",
    "person",
  ]);
  recognised.count = 0;
  assertEquals((await reviews.approve(id, ann)).state, "approved");
  await rig.seen("messageDelivered");
  assertEquals(sent(peer), ["invoice 4711 30.00 2 lines ann"]);
  // What people have approved is not read again.
  assertEquals(recognised.count, 0);
  assertEquals(await reviews.list(), []);
  const { steps } = await reviews.show(id, bob.by);
  assertEquals(steps.map(({ did, by: { person } }) => `${did} ${person}`), [
    "opened gateway",
    "patient ann",
    "approved ann",
  ]);
  assertEquals(gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("documents behind one that waits do not wait for it", async () => {
  await using rig = new GatewayRig();
  const { peer, reviews } = await open(rig);
  const [first, second] = [await held(rig, "F1"), await held(rig, "F2")];
  await reviews.setPatient(second, patient, ann);
  await reviews.approve(second, ann);
  await rig.seen("messageDelivered");
  await reviews.setPatient(first, patient, ann);
  await reviews.approve(first, ann);
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken, ["F2", "F1"]);
});

Deno.test("a value is brought into its normal form, its checks are made anew, and approvals are taken back", async () => {
  await using rig = new GatewayRig();
  const { reviews, peer } = await open(rig, 2);
  const { fields } = invoice();
  const checks = [{ rule: "sum(lines.amount) = total", isMet: false, about: ["total"] }];
  const id = await held(rig, "F1", invoice({ checks, fields: { ...fields, total: read("80.00", 0.2) } }));
  await reviews.setPatient(id, patient, ann);
  assertEquals((await reviews.approve(id, bob)).approvals, 1);
  const { open: left, approvals, document } = await reviews.set(id, "total", "30.00", bob);
  assertEquals([left, approvals, document.fields.total], [[], 0, {
    ...read("30.00", 1, { raw: "80.00", source: "person" }),
  }]);
  await refused(reviews.set(id, "total", "much", ann), "REVIEW_VALUE_INVALID");
  await refused(reviews.set(id, "lines[4].code", "1", ann), "REVIEW_PATH_UNKNOWN");
  await refused(reviews.set(id, "constructor", "1", ann), "REVIEW_PATH_UNKNOWN");
  assertEquals((await reviews.set(id, "lines[3].amount", "1,000.00", ann)).document.tables.lines.length, 3);
  await refused(reviews.approve(id, bob), "REVIEW_VALUE_MISSING");
  // A row that says nothing is none.
  assertEquals(codes(await reviews.set(id, "lines[3].amount", "", ann)), []);
  await reviews.approve(id, bob);
  // Who has approved it before, or has set the last value, is not the last who stands for it.
  await refused(reviews.approve(id, bob), "REVIEW_APPROVAL_REPEATED");
  await refused(reviews.approve(id, ann), "REVIEW_APPROVAL_REPEATED");
  await reviews.approve(id, { by: { person: "cy" } });
  await rig.seen("messageDelivered");
  assertEquals(sent(peer), ["invoice 4711 30.00 2 lines bob+cy"]);
});

Deno.test("two people who look at the same revision do not both decide", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig);
  const id = await held(rig, "F1");
  const { revision } = await reviews.setPatient(id, patient, ann);
  const tries = [
    reviews.reject(id, "duplicate", { ...ann, revision }),
    reviews.approve(id, { ...bob, revision }),
  ];
  const ends = await Promise.allSettled(tries);
  assertEquals(ends.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const other = await held(rig, "F2");
  await reviews.setPatient(other, patient, ann);
  await refused(reviews.approve(other, { ...bob, revision: 1 }), "REVIEW_REVISION_STALE");
});

Deno.test("what is rejected becomes no message, and nobody can take that back", async () => {
  await using rig = new GatewayRig();
  const { reviews, gateway, peer } = await open(rig);
  const id = await held(rig, "F1");
  const { state, disposition } = await reviews.reject(id, "misdirected", ann);
  assertEquals([state, disposition], ["rejected", "misdirected"]);
  await refused(reviews.approve(id, ann), "REVIEW_STATE_WRONG");
  await refused(reviews.setPatient(id, patient, ann), "REVIEW_STATE_WRONG");
  assertEquals((await gateway.archive.show(id))?.state, "cancelled");
  assertEquals(rig.all("messageCancelled").map((event) => event.id), [id]);
  await assertRejects(() => gateway.replay(id));
  assertEquals(peer.attempts, []);
  assertEquals((await gateway.archive.acts({})).map(({ act, person }) => [act, person]), [
    ["rejected document as misdirected", "ann"],
  ]);
});

Deno.test("a message that is cancelled while it waits leaves the queue", async () => {
  await using rig = new GatewayRig();
  const { reviews, gateway } = await open(rig);
  const id = await held(rig, "F1");
  await gateway.cancel(id, ann);
  assertEquals(await reviews.list(), []);
  assertEquals((await reviews.list({ state: "rejected" })).map((each) => each.disposition), ["not_needed"]);
  await refused(reviews.approve(id, ann), "REVIEW_STATE_WRONG");
});

Deno.test("findings always wait for a person", async () => {
  await using rig = new GatewayRig();
  const { reviews, peer } = await open(rig);
  const id = await held(rig, "F1", labReport());
  assertEquals(codes(await reviews.setPatient(id, patient, ann)), ["APPROVAL_REQUIRED"]);
  await reviews.approve(id, ann);
  await rig.seen("messageDelivered");
  assertEquals(sent(peer), ["lab_report 4711 30.00 1 lines ann"]);
});

Deno.test("a document of several patients goes on as a plain one of a patient a person has set, or not at all", async () => {
  await using rig = new GatewayRig();
  const { reviews, peer } = await open(rig);
  const id = await held(rig, "F1", invoice({ hasSeveralPatients: true }));
  await reviews.setPatient(id, patient, ann);
  await refused(reviews.approve(id, ann), "REVIEW_PATIENTS_SEVERAL");
  await refused(reviews.set(id, "kind", "invoice", ann), "REVIEW_VALUE_INVALID");
  assertEquals(codes(await reviews.set(id, "kind", "unknown", ann)), ["PATIENTS_SEVERAL"]);
  await reviews.approve(id, ann);
  await rig.seen("messageDelivered");
  assertEquals(sent(peer), ["unknown 4711 - 0 lines ann"]);
});

Deno.test("pages are shown as pictures, whole or in part, and pages that are not there are not", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig);
  const id = await held(rig, "F1");
  const text = async (...asked: Parameters<typeof reviews.picture>) =>
    new TextDecoder().decode(await reviews.picture(...asked));
  assertEquals(await text(id, 1), 'PNG of page 1 "whole"');
  assertEquals(
    await text(id, 1, { x0: 1, y0: 2, x1: 3, y1: 4 }),
    'PNG of page 1 {"x0":1,"y0":2,"x1":3,"y1":4}',
  );
  for (const page of [0, 2, 1.5]) await refused(reviews.picture(id, page), "REVIEW_PAGE_UNKNOWN");
  await refused(reviews.show("nothing", ann.by), "REVIEW_DOCUMENT_UNKNOWN");
});

Deno.test("what people corrected is counted by template and field, once", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig);
  const { fields, tables: { lines } } = invoice();
  const id = await held(
    rig,
    "F1",
    invoice({
      fields: { ...fields, total: read("80.00", 0.2) },
      tables: { lines: [{ ...lines[0], code: read("99213", 0.5) }, lines[1]] },
    }),
  );
  await reviews.setPatient(id, patient, ann);
  await reviews.set(id, "total", "30.00", ann);
  await reviews.approve(id, ann);
  await rig.seen("messageDelivered");
  const figures = await reviews.corrections();
  const of = (name: string) => {
    const { read, accepted, confirmed, corrected } = figures.find(({ field }) => field === name)!;
    return [read, accepted, confirmed, corrected];
  };
  assertEquals(of("total"), [1, 0, 0, 1]);
  assertEquals(of("lines.code"), [2, 1, 1, 0]);
  assertEquals(of("lines.amount"), [2, 2, 0, 0]);
  assertEquals(figures[0], {
    template: "plain_invoice",
    field: "total",
    read: 1,
    accepted: 0,
    confirmed: 0,
    corrected: 1,
  });
});

Deno.test("how much waits for people, and since when, is told of the channel", async () => {
  await using rig = new GatewayRig();
  const { gateway, reviews } = await open(rig);
  const id = await held(rig, "F1");
  await held(rig, "F2");
  const waiting = async () => (await gateway.statistics()).channels[0].reviewing;
  const { receivedAtMs } = (await reviews.list())[0];
  assertEquals(await waiting(), { messages: 2, oldestAtMs: receivedAtMs });
  for (const { id } of await reviews.list()) await reviews.reject(id, "unreadable", ann);
  assertEquals(await waiting(), undefined);
  assert(id !== "");
});

Deno.test("a document waits through a restart, and what was approved goes on after one", async () => {
  await using rig = new GatewayRig();
  const { channel, reviews, gateway } = await open(rig);
  const id = await held(rig, "F1");
  await reviews.setPatient(id, patient, ann);
  await rig.clock.pass(gateway.stopChannel("faxes"));
  await reviews.approve(id, ann);
  rig.cutPower();
  const again = await rig.open([channel]);
  await rig.seen("messageDelivered");
  assertEquals((await again.reviews.list({ state: "approved" })).map((each) => each.id), [id]);
});

Deno.test("the ledger tells what people decided, so that a document cannot be made to look rejected, or approved", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using rig = new GatewayRig(1, undefined, new MemoryStore(folder, masterKey));
    const { reviews, gateway } = await open(rig);
    const [approved, rejected] = [await held(rig, "F1"), await held(rig, "F2")];
    await reviews.setPatient(approved, patient, ann);
    await reviews.approve(approved, ann);
    await rig.seen("messageDelivered");
    const { database } = rig.store;
    const told = async () =>
      (await verifyLedgerIn(denoWorld, { folder, masterKey })).findings.list.map(({ code, subject }) =>
        `${code} ${subject}`
      );
    await reviews.reject(rejected, "misdirected", ann);
    assertEquals(await told(), []);
    const waiting = await held(rig, "F3");
    database.prepare("UPDATE message SET state = 5 WHERE id = ?").run(waiting);
    assertEquals(await told(), [`ledgerUntold message ${waiting}: cancelled`]);
    database.prepare("UPDATE message SET state = 6 WHERE id = ?").run(waiting);
    await rig.clock.pass(gateway.close());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
