import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { contradictionsOf } from "../../../../runtime/engine/review/contradictions.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { invoice, paper, paperFormat, read, writeNote } from "./paper_format.ts";

const ann = { by: { person: "ann" } };
const ingrid = {
  mrn: "4711",
  authority: "",
  family: "Baxter",
  given: "Ingrid",
  birthDate: "19810210",
  sex: "F",
};

Deno.test("a patient contradicts what stands on the page by another number, name or date of birth", () => {
  const by = (change: Partial<typeof ingrid>) => contradictionsOf(invoice(), { ...ingrid, ...change });
  assertEquals(by({}), []);
  assertEquals(by({ mrn: "04711", family: "BAXTER", given: "Ingrid M." }), []);
  assertEquals(by({ mrn: "4712", family: "Roe", birthDate: "19810211" }), ["mrn", "patientName", "dob"]);
  assertEquals([by({ given: "Ines" }), by({ given: "" }), by({ given: "", family: "Roe" })], [
    ["patientName"],
    [],
    ["patientName"],
  ]);
  // What was not read says nobody else.
  assertEquals(
    contradictionsOf(invoice({ fields: { dob: read(null), mrn: read("") } }), { ...ingrid, mrn: "1" }),
    [],
  );
});

Deno.test("who sets a patient that the page contradicts says so, and the record and the ledger keep that", async () => {
  await using rig = new GatewayRig();
  const faxes = rig.channel("faxes", [to("billing", new FakePeer())], {
    parse: { spec: paperFormat, config: {} },
    review: { below: 0.95, approvals: 1 },
    steps: [writeNote],
  });
  const { reviews, archive } = await rig.open([faxes]);
  await rig.hand("faxes").give(paper("F1"));
  const { id } = await rig.seen("documentHeld");
  const other = { ...ingrid, mrn: "4712", birthDate: "02/11/1981" };
  const error = await assertRejects(() => reviews.setPatient(id, other, ann), MitralError);
  assertEquals([error.code, error.facts], ["REVIEW_PATIENT_DIFFERS", { fields: "mrn, dob" }]);
  assertEquals((await reviews.show(id, ann.by)).document.patient, undefined);

  const { document, steps } = await reviews.setPatient(id, other, { ...ann, despitePage: true });
  assertEquals(document.patient?.mrn, "4712");
  const { did, despite } = steps.at(-1)!;
  assertEquals([did, despite], ["patient", ["mrn", "dob"]]);
  // Where nothing differs there is nothing to keep.
  await reviews.setPatient(id, ingrid, { ...ann, despitePage: true });
  assertEquals((await archive.acts({})).map(({ act }) => act).filter((act) => act !== "viewed").sort(), [
    "set patient",
    "set patient despite mrn, dob",
  ]);
});
