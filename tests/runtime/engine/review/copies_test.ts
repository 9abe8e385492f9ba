import { assertEquals, assertNotEquals } from "@std/assert";
import type { RecognisedDocument } from "../../../../runtime/contract/document.ts";
import { copyKeys } from "../../../../runtime/engine/review/copies.ts";
import type { ReviewItem } from "../../../../runtime/engine/review/review_api.ts";
import { hl7Lab } from "../disclosures/disclosing.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { hl7, Hl7Peer } from "../hl7_peer.ts";
import { invoice, labReport, paper, paperFormat, read, writeNote } from "./paper_format.ts";

const ann = { by: { person: "ann" } };
let ids = 0;

/** A gateway whose index knows the patient of the invoices, so that nothing on them is doubtful. */
async function open(rig: GatewayRig) {
  const peer = new FakePeer();
  const channel = rig.channel("faxes", [to("billing", peer)], {
    parse: { spec: paperFormat, config: {} },
    review: { below: 0.95, approvals: 1 },
    steps: [writeNote],
  });
  const adt = hl7Lab(rig, [to("ehr", new Hl7Peer())], { indexesPatients: true });
  const plans = [adt, channel];
  const { reviews } = await rig.open(plans, { patients: { from: ["lab"] } });
  const head = `MSH|^~\\&|ADT|ST E|||20260101||ADT^A04|A${++ids}|P|2.5.1`;
  await rig.hand("lab").give(hl7(`${head}\nPID|1||4711||BAXTER^INGRID||19810210|F\n`));
  await rig.seen("messageDelivered");
  return { peer, plans, reviews };
}

/** An invoice without a doubt. */
function billed(change: Readonly<Record<string, string | null>> = {}): RecognisedDocument {
  const said = { invoiceNo: "INV-1001", npi: "1245319599", provider: "Elm Clinic", ...change };
  const fields = Object.entries(said).map(([name, value]) => [name, read(value)]);
  return invoice({ fields: { ...invoice().fields, ...Object.fromEntries(fields) } });
}

async function faxed(rig: GatewayRig, document: RecognisedDocument): Promise<void> {
  await rig.hand("faxes").give(paper(`F${++ids}`, document));
}

/** One that has to wait. */
async function held(rig: GatewayRig, document: RecognisedDocument): Promise<string> {
  const before = rig.all("documentHeld").length;
  await faxed(rig, document);
  return (await rig.seen("documentHeld", undefined, before + 1)).id;
}

/** One that has to go on by itself. */
async function sent(rig: GatewayRig, document: RecognisedDocument): Promise<string> {
  const isBilling = ({ destination }: { readonly destination?: string }) => destination === "billing";
  const before = rig.all("messageDelivered").filter(isBilling).length;
  await faxed(rig, document);
  return (await rig.seen("messageDelivered", isBilling, before + 1)).id;
}

const doubts = ({ open }: ReviewItem) => open.map(({ code, why }) => [code, why]);
const unsure = (document: RecognisedDocument) => ({
  ...document,
  fields: { ...document.fields, total: read("30.00", 0.2) },
});

Deno.test("an invoice that is faxed again by another call waits for a person, who takes it for a copy or for another one", async () => {
  await using rig = new GatewayRig();
  const { reviews, peer } = await open(rig);
  const first = await sent(rig, billed());
  const second = await held(rig, billed({ invoiceNo: "inv 1001", npi: null }));
  const item = await reviews.show(second, ann.by);
  assertEquals(doubts(item), [["DUPLICATE_SUSPECTED", first], ["VALUE_UNSURE", undefined]]);
  await reviews.reject(second, "duplicate", ann);
  const third = await held(rig, billed());
  assertEquals(doubts(await reviews.show(third, ann.by)), [["DUPLICATE_SUSPECTED", first]]);
  assertEquals((await reviews.approve(third, ann)).state, "approved");
  await rig.seen("messageDelivered", ({ id }) => id === third);
  assertEquals(peer.attempts.length, 2);
});

Deno.test("copies that come one right behind the other are seen, too, and after a restart", async () => {
  await using rig = new GatewayRig();
  const { reviews, plans } = await open(rig);
  const first = rig.hand("faxes").give(paper("TWIN", billed()));
  const second = rig.hand("faxes").give(paper("TWIN2", billed()));
  await Promise.all([first, second]);
  const { id } = await rig.seen("messageDelivered", ({ destination }) => destination === "billing");
  const twin = await rig.seen("documentHeld");
  assertEquals(doubts(await reviews.show(twin.id, ann.by)), [["DUPLICATE_SUSPECTED", id]]);
  rig.cutPower();
  const again = await rig.open(plans, { patients: { from: ["lab"] } });
  const third = await held(rig, billed());
  assertEquals(doubts(await again.reviews.show(third, ann.by)), [["DUPLICATE_SUSPECTED", id]]);
});

Deno.test("a document that was rejected has no copies: the one that was asked for again goes on", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig);
  const bad = await held(rig, unsure(billed()));
  await reviews.reject(bad, "unreadable", ann);
  await sent(rig, billed());
});

Deno.test("what a person sets is what copies are known by, whichever of them goes on first", async () => {
  await using rig = new GatewayRig();
  const { reviews } = await open(rig);
  const misread = await held(rig, unsure(billed({ invoiceNo: "INV-1007" })));
  assertEquals(doubts(await reviews.show(misread, ann.by)), [["VALUE_UNSURE", undefined]]);
  const gone = await sent(rig, billed());
  // Only now it says what the other says.
  await reviews.set(misread, "total", "30.00", ann);
  assertEquals(doubts(await reviews.set(misread, "invoiceNo", "INV-1001", ann)), [[
    "DUPLICATE_SUSPECTED",
    gone,
  ]]);
  const other = await held(rig, unsure(billed({ invoiceNo: "INV-2007" })));
  await reviews.set(other, "total", "30.00", ann);
  await reviews.set(other, "invoiceNo", "INV-2001", ann);
  const copy = await held(rig, billed({ invoiceNo: "INV-2001" }));
  assertEquals(doubts(await reviews.show(copy, ann.by)), [["DUPLICATE_SUSPECTED", other]]);
  // The one that came first is no copy as long as the other waits.
  assertEquals(doubts(await reviews.show(other, ann.by)), []);
});

Deno.test("a document of another channel is no copy, and the journal has no word of what was compared", async () => {
  await using rig = new GatewayRig();
  const { plans: [adt, faxes], peer } = await open(rig);
  await sent(rig, billed());
  const rows = JSON.stringify(rig.store.database.prepare("SELECT * FROM found").all()) +
    JSON.stringify(rig.store.database.prepare("SELECT * FROM name").all());
  assertEquals(/1001|Elm|1245319599|4711/i.test(rows), false);
  rig.cutPower();
  const { parse, review, steps } = faxes;
  const others = rig.channel("others", [to("billing", peer)], { parse, review, steps });
  await rig.open([adt, others], { patients: { from: ["lab"] } });
  await rig.hand("others").give(paper("OTHER", billed()));
  await rig.seen("messageDelivered", (event) => event.channel === "others");
});

Deno.test("copies have number, amount, and patient or provider in common; what was corrected is no copy", () => {
  const share = (one: RecognisedDocument, other: RecognisedDocument) =>
    copyKeys(one).some((key) => copyKeys(other).includes(key));
  assertEquals(share(billed(), billed({ invoiceNo: "INV-1002" })), false);
  assertEquals(share(billed(), billed({ total: "300.0" })), false);
  assertEquals(share(billed(), billed({ npi: "1", provider: "Oak Clinic", mrn: "4712" })), false);
  assertEquals(share(billed(), billed({ npi: "1", provider: null })), true);
  assertEquals(share(billed(), billed({ mrn: "4712", npi: null, provider: "ELM-CLINIC" })), true);
  assertEquals(copyKeys(billed({ invoiceNo: null })), []);
  assertEquals(copyKeys({ ...billed(), kind: "unknown" }), []);
  const report = (value: string) => {
    const lines = [{ name: read("Potassium"), value: read(value) }];
    return labReport({ fields: { ...labReport().fields, accession: read("A-77") }, tables: { lines } });
  };
  assertEquals(copyKeys(report("4.1")), copyKeys(report("4.1 ")));
  for (const other of ["41", "<4.1", "-4.1"]) {
    assertNotEquals(copyKeys(report("4.1")), copyKeys(report(other)));
  }
});
