import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { PatientVerdict, ReadPatient } from "../../../../runtime/engine/patients/verdict.ts";
import type { ChannelPlan } from "../../../../runtime/engine/plan.ts";
import { DAY_MS } from "../../../../runtime/journal/sealing.ts";
import { hl7Lab } from "../disclosures/disclosing.ts";
import { GatewayRig, step, to } from "../gateway_rig.ts";
import { hl7, Hl7Peer } from "../hl7_peer.ts";

const by = { person: "priya", reason: "a fax" };
const ann: ReadPatient = { mrn: "4711", name: "Doe, Ann", birthDate: "19700131" };

const refusal = { blame: "sender", retry: "never", says: "Cannot go on" } as const;
let ids = 0;

/** An ADT message of an event. */
function adt(event: string, pid: string, ...more: readonly string[]): Uint8Array {
  return hl7([`MSH|^~\\&|ADT|ST E|||20260101||ADT^${event}|A${++ids}|P|2.5.1`, pid, ...more, ""].join("\n"));
}

const pidOf = (number: string, name = "DOE^ANN", born = "19700131") => `PID|1||${number}||${name}||${born}|F`;

/** A channel whose messages feed the index. */
function feeding(rig: GatewayRig, settings: Partial<Omit<ChannelPlan, "destinations">> = {}): ChannelPlan {
  return hl7Lab(rig, [to("ehr", new Hl7Peer())], { indexesPatients: true, ...settings });
}

const patients = { from: ["lab"] };

const judged = async (rig: GatewayRig, read: Partial<ReadPatient> = {}): Promise<string> => {
  const verdict: PatientVerdict = await rig.gateway.patients.judge({ ...ann, ...read });
  return verdict.kind === "matched" ? `${verdict.patient.mrn} ${verdict.patient.given}` : verdict.kind;
};

Deno.test("whoever an ADT message names is in the index once the work on it is durable, and outlives it there", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  assertEquals(await judged(rig), "unknown");
  await rig.hand().give(adt("A04", pidOf("4711^^^ST E")));
  await rig.seen("messageDelivered");
  assertEquals(await judged(rig), "4711 ANN");
  rig.clock.set(400 * DAY_MS);
  await rig.gateway.prune();
  assertEquals(rig.store.count("SELECT count(*) FROM message"), 0);
  assertEquals(await judged(rig), "4711 ANN");
});

Deno.test("a merge that is worked on leads documents with the old number to the survivor", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  await rig.hand().give(adt("A04", pidOf("4711^^^ST E", "ROE^ANN")));
  await rig.hand().give(adt("A40", pidOf("4712^^^ST E"), "MRG|4711^^^ST E"));
  await rig.seen("messageDelivered", undefined, 2);
  assertEquals(await judged(rig), "4712 ANN");
  assertEquals(await judged(rig, { name: "ANN ROE" }), "4712 ANN");
  assertEquals(await judged(rig, { birthDate: "19700130" }), "differs");
});

Deno.test("a message that is filtered out feeds the index, one in quarantine does when it is through, and other channels never", async () => {
  await using rig = new GatewayRig();
  let fails = true;
  const refuse = step("refuse", (message) => {
    if (fails) {
      throw new MitralError("TEST_STEP_FAILED", refusal);
    }
    return message;
  });
  await rig.open([
    feeding(rig, { steps: [step("drop", () => null)] }),
    { ...feeding(rig), name: "second", listen: rig.channel("second", []).listen, steps: [refuse] },
    { ...hl7Lab(rig, [to("ehr", new Hl7Peer())]), name: "other", listen: rig.channel("other", []).listen },
  ], { patients: { from: ["lab", "second"] } });
  await rig.hand("lab").give(adt("A04", pidOf("1")));
  await rig.hand("other").give(adt("A04", pidOf("2")));
  await rig.hand("second").give(adt("A04", pidOf("3")));
  const { id } = await rig.seen("messageQuarantined");
  await rig.seen("messageDelivered");
  const all = async () => [
    await judged(rig, { mrn: "1" }),
    await judged(rig, { mrn: "2" }),
    await judged(rig, { mrn: "3" }),
  ];
  assertEquals(await all(), ["1 ANN", "unknown", "unknown"]);
  fails = false;
  await rig.gateway.replay(id);
  await rig.seen("messageDelivered", ({ channel }) => channel === "second");
  assertEquals(await all(), ["1 ANN", "unknown", "3 ANN"]);
});

Deno.test("what a power cut takes from the work line it takes from the index, and the next life has both", async () => {
  await using rig = new GatewayRig();
  const channel = feeding(rig);
  await rig.open([channel], { patients });
  rig.store.hold(({ op }) => op === "process");
  await rig.hand().give(adt("A04", pidOf("4711^^^ST E")));
  assertEquals(await judged(rig), "unknown");
  rig.cutPower();
  rig.store.release();
  await rig.open([channel], { patients });
  await rig.seen("messageDelivered");
  assertEquals(await judged(rig), "4711 ANN");
});

Deno.test("the same person under two givers' numbers is nobody, unless it is known whose numbers documents bear", async () => {
  for (const authority of [undefined, "ST E"]) {
    await using rig = new GatewayRig();
    await rig.open([feeding(rig)], { patients: { ...patients, ...(authority ? { authority } : {}) } });
    for (const giver of ["ST E", "COUNTY"]) await rig.hand().give(adt("A04", pidOf(`4711^^^${giver}`)));
    await rig.seen("messageDelivered", undefined, 2);
    assertEquals(await judged(rig), authority ? "4711 ANN" : "ambiguous");
  }
});

Deno.test("who looks into the index is recorded with each patient that was shown", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  await rig.hand().give(adt("A04", pidOf("4711^^^ST E", "DOE^ANN~LEE^ANN")));
  await rig.hand().give(adt("A04", pidOf("4713^^^ST E", "DOE^BEA")));
  await rig.seen("messageDelivered", undefined, 2);
  const [found, ...others] = await rig.gateway.patients.find({ name: "ANN DOE", birthDate: "19700131" }, by);
  assertEquals(others, []);
  assertEquals(found, {
    mrn: "4711",
    authority: "ST E",
    family: "DOE",
    given: "ANN",
    birthDate: "19700131",
    sex: "F",
    aliases: ["LEE, ANN"],
    formerly: [],
  });
  assertEquals((await rig.gateway.patients.find({ id: "4711" }, by)).length, 1);
  assertEquals(await rig.gateway.patients.find({ id: "999" }, by), []);
  assertEquals(await rig.gateway.patients.find({ name: "Doe", birthDate: "19700131" }, by), []);
  await rig.clock.advance(1);
  const { views } = await rig.gateway.reports.views({ patient: { id: "4711" } });
  assertEquals(views.map(({ person, act }) => [person, act]), [
    ["priya", "looked for a patient"],
    ["priya", "looked for a patient"],
  ]);
  const acts = await rig.gateway.archive.acts({ person: "priya" });
  assertEquals(
    acts.map(({ act, reason }) => [act, reason]),
    Array(4).fill(["looked for a patient", "a fax"]),
  );
  assertEquals(await rig.gateway.patients.figures(), { numbers: 2, merged: 0 });
});

Deno.test("an index that is new reads what the journal still has, and what is newer stays", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [to("ehr", new Hl7Peer())])]);
  await rig.hand().give(adt("A04", pidOf("1", "OLD^ANN")));
  await rig.hand().give(adt("A04", pidOf("4711", "ROE^ANN", "19700131")));
  await rig.hand().give(adt("A40", pidOf("4712"), "MRG|4711"));
  await rig.seen("messageDelivered", undefined, 3);
  assertEquals(await judged(rig), "unasked");
  await rig.clock.pass(rig.gateway.close());
  await rig.open([feeding(rig)], { patients });
  await rig.hand().give(adt("A08", "PID|1||1||DOE^ANN"));
  await rig.seen("messageDelivered", undefined, 4);
  assertEquals([await judged(rig), await judged(rig, { mrn: "1" })], ["unknown", "differs"]);
  assertEquals(await rig.gateway.patients.rebuild(by), { messages: 4, unreadable: 0 });
  assertEquals([await judged(rig), await judged(rig, { mrn: "1" })], ["4712 ANN", "1 ANN"]);
  assertEquals(await judged(rig, { mrn: "1", name: "Old, Ann" }), "differs");
});

Deno.test("a patient is forgotten with all former numbers", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  await rig.hand().give(adt("A40", pidOf("4712"), "MRG|4711"));
  await rig.seen("messageDelivered");
  assertEquals(await rig.gateway.patients.forget({ id: "4711" }, by), { numbers: 2 });
  assertEquals([await judged(rig), await judged(rig, { mrn: "4712" })], ["unknown", "unknown"]);
  assertEquals(await rig.gateway.patients.forget({ id: "4711" }, by), { numbers: 0 });
});

Deno.test("without an index nobody is asked, and nobody can be found", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [to("ehr", new Hl7Peer())])]);
  await rig.hand().give(adt("A04", pidOf("4711")));
  await rig.seen("messageDelivered");
  assertEquals(rig.store.count("SELECT count(*) FROM patient"), 0);
  assertEquals(await judged(rig), "unasked");
  const { patients } = rig.gateway;
  for (
    const act of [
      () => patients.find({ id: "1" }),
      () => patients.forget({ id: "1" }),
      () => patients.rebuild(),
    ]
  ) {
    assertEquals((await assertRejects(act, MitralError)).code, "GATEWAY_PATIENTS_MISSING");
  }
});

Deno.test("a channel feeds the index from the moment it is told to, without a restart", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig, { indexesPatients: undefined } as never)], { patients });
  await rig.hand().give(adt("A04", pidOf("1")));
  await rig.seen("messageDelivered");
  await rig.clock.pass(rig.gateway.reloadChannel(feeding(rig)));
  await rig.hand().give(adt("A04", pidOf("2")));
  await rig.seen("messageDelivered", undefined, 2);
  assertEquals([await judged(rig, { mrn: "1" }), await judged(rig, { mrn: "2" })], ["unknown", "2 ANN"]);
});

Deno.test("numbers that differ by a zero or a dash alone may be those of two patients, and neither gets the other's", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  await rig.hand().give(adt("A04", pidOf("4711^^^ST E")));
  await rig.hand().give(adt("A04", pidOf("0047-11^^^ST E", "ROE^MARY", "19551224")));
  await rig.seen("messageDelivered", undefined, 2);
  const mary = { mrn: "004711", name: "Roe, Mary", birthDate: "19551224" };
  assertEquals([await judged(rig), await judged(rig, mary)], ["4711 ANN", "0047-11 MARY"]);
  assertEquals(await judged(rig, { ...mary, name: "Doe, Ann" }), "differs");
  // Merged as it is written: the other patient stays who it is.
  await rig.hand().give(adt("A40", pidOf("9^^^ST E", "ROE^MARY", "19551224"), "MRG|0047-11^^^ST E"));
  await rig.seen("messageDelivered", undefined, 3);
  assertEquals([await judged(rig), await judged(rig, mary)], ["4711 ANN", "9 MARY"]);
});

Deno.test("of two spellings of one patient's number the one that stands there counts, and of neither a person has to choose", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  for (const number of ["4711", "0047-11"]) await rig.hand().give(adt("A04", pidOf(`${number}^^^ST E`)));
  await rig.seen("messageDelivered", undefined, 2);
  assertEquals([await judged(rig), await judged(rig, { mrn: "0047-11" })], ["4711 ANN", "0047-11 ANN"]);
  assertEquals(await judged(rig, { mrn: "04711" }), "ambiguous");
});

Deno.test("what a message for training or debugging says of patients is not taken for true", async () => {
  await using rig = new GatewayRig();
  await rig.open([feeding(rig)], { patients });
  for (const how of ["T", "D"]) {
    const text = new TextDecoder().decode(adt("A04", pidOf("4711^^^ST E")));
    await rig.hand().give(new TextEncoder().encode(text.replace("|P|2.5.1", `|${how}|2.5.1`)));
  }
  await rig.seen("messageDelivered", undefined, 2);
  assertEquals(await judged(rig), "unknown");
});
