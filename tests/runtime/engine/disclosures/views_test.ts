import { assertEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { rewrap } from "../../../../runtime/journal/rewrap.ts";
import { DAY_MS, Sealing } from "../../../../runtime/journal/sealing.ts";
import { Findings } from "../../../../runtime/journal/upkeep/findings.ts";
import { verifyRows } from "../../../../runtime/journal/upkeep/verify_rows.ts";
import { createMasterKey } from "../../../../runtime/trust/master_key.ts";
import { masterKey } from "../../../world/master_key.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { Hl7Peer } from "../hl7_peer.ts";
import { about, by, disclosingTo, hl7Lab, told } from "./disclosing.ts";

const HOURS = { timeZone: "America/Chicago", hours: [7 * 60, 19 * 60] } as const;

Deno.test("who has seen a patient's messages, taken them out or asked about the patient is known after they are gone", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [to("files", new Hl7Peer())])]);
  await rig.hand().give(about(["4711^^^ST E", "4712^^^ST E"]));
  await rig.hand().give(about([]));
  const { id } = await rig.seen("messageDelivered");
  const { id: nobodys } = await rig.seen("messageDelivered", () => true, 2);
  await rig.gateway.noteSeen([id], "viewed", { person: "ann" });
  await rig.gateway.noteSeen([id, nobodys], "exported", { person: "bob" });
  rig.clock.set(40 * DAY_MS);
  await rig.gateway.prune();
  assertEquals(rig.store.count("SELECT count(*) FROM message"), 0);
  await told(rig, "4712", { assigner: "ST E" });
  await rig.clock.advance(1);
  const { views, unidentified } = await rig.gateway.reports.views({
    patient: { id: "4712", assigner: "ST E" },
    by,
  });
  assertEquals(views.map(({ person, act, message, channel }) => [person, act, message, channel]), [
    ["ann", "viewed", id, "lab"],
    ["bob", "exported", id, "lab"],
    ["priya", "asked for disclosures of a patient", undefined, undefined],
  ]);
  assertEquals(unidentified, 1);
  const acts = await rig.gateway.archive.acts({ person: "priya" });
  assertEquals(acts.map(({ act, reason }) => [act, reason]), [
    ["asked for views of a patient", by.reason],
    ["asked for disclosures of a patient", by.reason],
  ]);
});

Deno.test("an access review counts what each person did, when, to how many patients, and who does nothing any more", async () => {
  // A Monday, noon in Chicago.
  await using rig = new GatewayRig(1, Date.UTC(2026, 0, 5, 18));
  await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
  for (const patients of [["4711^^^ST E^MR~1^^^SSA"], ["1^^^SSA~4711^^^ST E^MR"], ["4712"]]) {
    await rig.hand().give(about(patients));
  }
  await rig.seen("messageDelivered", () => true, 3);
  const ids = rig.all("messageDelivered").map(({ id }) => id);
  await rig.gateway.noteSeen([ids[0]], "viewed", { person: "old" });
  rig.clock.set(91 * DAY_MS);
  await rig.gateway.noteSeen(ids, "viewed", { person: "ann" });
  rig.clock.set(12 * 3_600_000);
  await rig.gateway.pause("lab", "registry", { person: "ann" });
  await rig.gateway.replay(ids[0], { destination: "registry", force: true, by: { person: "bob" } });
  await rig.clock.advance(1);
  const { people, idle, sinceMs, untilMs } = await rig.gateway.reports.access({ ...HOURS, by });
  assertEquals(untilMs - sinceMs, 90 * DAY_MS);
  const facts = people.map((
    { person, acts, outsideHours, patients, counts },
  ) => [person, acts, outsideHours, patients, counts]);
  assertEquals(facts, [
    ["ann", 4, 1, 2, { lab: { viewed: 3, paused: 1 } }],
    ["bob", 1, 1, 0, { lab: { replayed: 1 } }],
  ]);
  assertEquals(idle.map(({ person }) => person), ["old"]);
});

Deno.test("what is recorded is verified, and found under a new master key", async () => {
  const { masterKey: next } = await createMasterKey();
  const store = new MemoryStore();
  {
    const rig = new GatewayRig(1, undefined, store);
    const gateway = await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
    await rig.hand().give(about(["4711"]));
    await rig.seen("messageDelivered");
    await rig.clock.pass(gateway.close());
  }
  const findings = () => {
    const found = new Findings(), sealing = new Sealing(store.database, masterKey, randomBytes);
    const folder = "/nowhere", tell = () => {};
    verifyRows({ database: store.database, folder, sealing, masterKey, findings: found, tell });
    return found.list;
  };
  assertEquals(findings(), []);
  const [{ sealed }] = store.database.prepare("SELECT sealed FROM disclosure").all();
  const damaged = (sealed as Uint8Array).slice();
  damaged[20] ^= 1;
  const put = store.database.prepare("UPDATE disclosure SET sealed = ?");
  put.run(damaged);
  assertEquals(findings(), [{ code: "valueUnreadable", subject: "record 1 of what was disclosed" }]);
  put.run(sealed);
  rewrap(store.database, { from: masterKey, to: next }, randomBytes);
  const before = new Sealing(store.database, next, randomBytes).patientKey();
  assertEquals(before.length, 32);
  rewrap(store.database, { from: next, to: masterKey }, randomBytes);
  await using rig = new GatewayRig(1, undefined, store);
  await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
  rig.clock.set(60_000);
  assertEquals(await told(rig, "4711"), ["registry taken"]);
});
