import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { RecognisedDocument } from "../../../../runtime/contract/document.ts";
import { hl7Lab } from "../disclosures/disclosing.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { hl7, Hl7Peer } from "../hl7_peer.ts";
import { invoice, labReport, paper, paperFormat, read, writeNote } from "./paper_format.ts";

const ann = { by: { person: "ann" } }, bob = { by: { person: "bob" } }, cy = { by: { person: "cy" } };
let ids = 0;

/** A gateway that keeps an index, and reviews documents. */
async function open(rig: GatewayRig, approvals: number) {
  const peer = new FakePeer();
  const channel = rig.channel("faxes", [to("billing", peer)], {
    parse: { spec: paperFormat, config: {} },
    review: { below: 0.95, approvals },
    steps: [writeNote],
  });
  const adt = hl7Lab(rig, [to("ehr", new Hl7Peer())], { indexesPatients: true });
  const { reviews } = await rig.open([adt, channel], { patients: { from: ["lab"] } });
  return { peer, channel, reviews };
}

async function told(rig: GatewayRig, event: string, pid: string, ...more: readonly string[]): Promise<void> {
  const before = rig.all("messageDelivered").length;
  const head = `MSH|^~\\&|ADT|ST E|||20260101||ADT^${event}|A${++ids}|P|2.5.1`;
  await rig.hand("lab").give(hl7([head, pid, ...more, ""].join("\n")));
  await rig.seen("messageDelivered", undefined, before + 1);
}

async function held(rig: GatewayRig, document: RecognisedDocument): Promise<string> {
  await rig.hand("faxes").give(paper(`F${++ids}`, document));
  return (await rig.seen("documentHeld")).id;
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  assertEquals((await assertRejects(() => work, MitralError)).code, code);
}

const INGRID = "PID|1||4711||BAXTER^INGRID||19810210|F";
const MERGED = ["PID|1||9900||BAXTER^INGRID||19810210|F", "MRG|4711"] as const;

Deno.test("nobody approves a patient they have not seen: where the index says another by now, they look again", async () => {
  await using rig = new GatewayRig();
  const { reviews, peer } = await open(rig, 1);
  await told(rig, "A04", INGRID);
  const id = await held(rig, labReport());
  const { revision, document } = await reviews.show(id, ann.by);
  assertEquals([document.patient?.mrn, revision], ["4711", 1]);
  await told(rig, "A40", ...MERGED);
  await refused(reviews.approve(id, { ...ann, revision }), "REVIEW_REVISION_STALE");
  await refused(reviews.approve(id, ann), "REVIEW_REVISION_STALE");
  const again = await reviews.show(id, ann.by);
  assertEquals([again.document.patient?.mrn, again.revision], ["9900", 2]);
  assertEquals(again.steps.map(({ did, by }) => `${did} ${by.person}`), [
    "opened gateway",
    "viewed ann",
    "matched gateway",
  ]);
  await reviews.approve(id, { ...ann, revision: again.revision });
  await rig.seen("messageDelivered", ({ destination }) => destination === "billing");
  assertEquals(new TextDecoder().decode(peer.attempts[0].bytes).split("|")[4].split(" ")[1], "9900");
});

Deno.test("an approval that was given of another patient does not count", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig, 2);
  await told(rig, "A04", INGRID);
  const id = await held(rig, labReport());
  assertEquals((await reviews.approve(id, ann)).approvals, 1);
  await told(rig, "A40", ...MERGED);
  await refused(reviews.approve(id, bob), "REVIEW_REVISION_STALE");
  assertEquals((await reviews.show(id, bob.by)).approvals, 0);
  assertEquals((await reviews.approve(id, bob)).approvals, 1);
  assertEquals((await reviews.approve(id, cy)).state, "approved");
});

Deno.test("two people are two names, however they are written", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig, 2);
  await told(rig, "A04", INGRID);
  const id = await held(rig, invoice({ fields: { ...invoice().fields, total: read("30.00", 0.2) } }));
  await reviews.approve(id, ann);
  await refused(reviews.approve(id, { by: { person: "Ann " } }), "REVIEW_APPROVAL_REPEATED");
  await reviews.set(id, "total", "30.00", { by: { person: "ANN" } });
  await reviews.approve(id, bob);
  await refused(reviews.approve(id, ann), "REVIEW_APPROVAL_REPEATED");
});

Deno.test("a channel that asks for a second person by now has one for what waits already", async () => {
  await using rig = new GatewayRig();
  const { reviews, channel } = await open(rig, 1);
  await told(rig, "A04", INGRID);
  const id = await held(rig, labReport());
  await rig.clock.pass(rig.gateway.reloadChannel({ ...channel, review: { below: 0.95, approvals: 2 } }));
  assertEquals((await reviews.list()).map(({ approvalsNeeded }) => approvalsNeeded), [2]);
  assertEquals((await reviews.approve(id, ann)).state, "waiting");
  assertEquals((await reviews.approve(id, bob)).state, "approved");
});

Deno.test("nobody types what nobody sees into a patient or a value", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig, 1);
  const id = await held(rig, invoice());
  const patient = { mrn: " 4711 ", authority: "", family: "Roe", given: "", birthDate: "19700131", sex: "F" };
  for (const name of ["mrn", "authority", "family", "given", "sex"] as const) {
    await refused(reviews.setPatient(id, { ...patient, [name]: "47\rPID|2" }, ann), "REVIEW_VALUE_INVALID");
  }
  await refused(
    reviews.set(id, "lines[1].code", "99213\n", ann).then(({ document }) => {
      // What only ends it is taken off.
      assertEquals(document.tables.lines[0].code.value, "99213");
      return reviews.set(id, "lines[1].code", "992\x0013", ann);
    }),
    "REVIEW_VALUE_INVALID",
  );
  assertEquals(
    (await reviews.setPatient(id, patient, { ...ann, despitePage: true })).document.patient?.mrn,
    "4711",
  );
});
