import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { Hl7Peer } from "../hl7_peer.ts";
import { about, by, disclosingTo, hl7Lab, registry, told } from "./disclosing.ts";

Deno.test("what was delivered is in the account of its patient, with everything a patient has to be told", async () => {
  await using rig = new GatewayRig(1, Date.UTC(2026, 0, 31, 20));
  const channel = hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())], { timeZone: "America/Chicago" });
  await rig.open([channel]);
  await rig.hand().give(about(["4711^^^ST E^MR"]));
  const { id } = await rig.seen("messageDelivered");
  const patient = { id: "4711", assigner: "ST E" };
  await rig.clock.advance(1);
  const { disclosures, ...report } = await rig.gateway.reports.disclosures({ patient, by });
  assertEquals(disclosures, [{
    to: registry.to,
    address: registry.address!,
    what: registry.what,
    purpose: "public health",
    basis: "Public health activities (45 CFR 164.512(b))",
    isAccountable: true,
    message: id,
    channel: "lab",
    destination: "registry",
    reach: "taken",
    atMs: Date.UTC(2026, 0, 31, 20),
    timeZone: "America/Chicago",
  }]);
  assertEquals(report, {
    assigners: 1,
    unassigned: 0,
    unidentified: 0,
    keptSinceMs: Date.UTC(2020, 0, 1),
    sinceMs: Date.UTC(2020, 0, 31, 20, 0, 0, 1),
    untilMs: Date.UTC(2026, 0, 31, 20, 0, 0, 1),
  });
});

Deno.test("a destination that declares nothing discloses nothing, and what is exempt is told only who asks for all", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [
    to("files", new Hl7Peer()),
    disclosingTo("registry", new Hl7Peer()),
    disclosingTo("clinic", new Hl7Peer(), { ...registry, purpose: "treatment" }),
  ])]);
  await rig.hand().give(about(["4711"]));
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(await told(rig, "4711"), ["registry taken"]);
  assertEquals((await told(rig, "4711", { all: true })).toSorted(), ["clinic taken", "registry taken"]);
});

Deno.test("a message about several patients is in the account of each, and a merge in that of both numbers", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
  await rig.hand().give(about(["4711^^^ST E^MR~123-45^^^SSA^SS", "4712^^^ST E^MR"]));
  await rig.hand().give(about(["4713^^^ST E"], "4714^^^ST E"));
  await rig.seen("messageDelivered", () => true, 2);
  for (const id of ["4711", "123-45", "4712", "4713", "4714"]) {
    assertEquals(await told(rig, id), ["registry taken"], id);
  }
  assertEquals(await told(rig, "4715"), []);
});

Deno.test("a number that several have given is asked for with one of them, and nobody's account has another's", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
  for (const patient of ["4711^^^ST E", "4711^^^NORTH&1.2.3&ISO", "4711", "4711"]) {
    await rig.hand().give(about([patient]));
  }
  await rig.seen("messageDelivered", () => true, 4);
  const refused = await assertRejects(() => told(rig, "4711"), MitralError);
  assertEquals([refused.code, refused.facts.assigners], ["GATEWAY_PATIENT_AMBIGUOUS", 2]);
  // That alone says something of the patient.
  await rig.clock.advance(1);
  const { views } = await rig.gateway.reports.views({ patient: { id: "4711", assigner: "" } });
  assertEquals(views.map(({ act }) => act), ["asked for disclosures of a patient"]);
  assertEquals(await told(rig, "4711", { assigner: "NORTH" }), ["registry taken"]);
  assertEquals((await told(rig, "4711", { assigner: "" })).length, 2);
  const patient = { id: "4711", assigner: "ST E" };
  const { disclosures, unassigned } = await rig.gateway.reports.disclosures({ patient });
  assertEquals([disclosures.length, unassigned], [1, 2]);
});

Deno.test("what names no patient is in nobody's account, and every account says how much that is", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
  await rig.hand().give(about([]));
  await rig.hand().give(about(["4711"]));
  await rig.seen("messageDelivered", () => true, 2);
  await rig.clock.advance(1);
  const { disclosures, unidentified } = await rig.gateway.reports.disclosures({ patient: { id: "4711" } });
  assertEquals([disclosures.length, unidentified], [1, 1]);
});

Deno.test("what is sent again is a second disclosure, and what nobody has been sent is none", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer(), { conduct } = peer;
  const channel = hl7Lab(rig, [disclosingTo("registry", peer)]);
  await rig.open([channel]);
  peer.conduct = () => peer.isDown();
  await rig.hand().give(about(["4711"]));
  const { id } = await rig.clock.pass(rig.seen("deliveryFailed"));
  assertEquals(await told(rig, "4711"), []);
  peer.conduct = conduct;
  await rig.clock.pass(rig.seen("messageDelivered"));
  await rig.gateway.replay(id, { destination: "registry", force: true, by });
  await rig.clock.pass(rig.seen("messageDelivered", () => true, 2));
  assertEquals(await told(rig, "4711"), ["registry taken", "registry taken"]);
});

const unsent = new MitralError("PEER_PLACE_UNREACHABLE", {
  blame: "receiver",
  retry: "later",
  isUnsent: true,
  says: "Cannot reach peer",
});
const refused = new MitralError("PEER_NOTE_REFUSED", {
  blame: "receiver",
  retry: "never",
  says: "Cannot deliver",
});
const answer = { bytes: new Uint8Array([1]), contentType: "text/plain" };

for (
  const [how, outcome, expected] of [
    ["was refused once it was read", { kind: "rejected", error: refused, answer }, ["registry refused"]],
    ["was refused without a word", { kind: "rejected", error: refused }, ["registry unconfirmed"]],
    [
      "never left this machine",
      { kind: "rejected", error: { ...unsent, isUnsent: true } as MitralError },
      [],
    ],
  ] as const
) {
  Deno.test(`a delivery that ${how} is told as that: ${expected[0] ?? "it is none"}`, async () => {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    peer.conduct = () => outcome;
    await rig.open([hl7Lab(rig, [disclosingTo("registry", peer)])]);
    await rig.hand().give(about(["4711"]));
    await rig.seen("messageQuarantined");
    assertEquals(await told(rig, "4711"), [...expected]);
  });
}

for (const [error, expected] of [[unsent, []], [refused, ["registry unconfirmed"]]] as const) {
  Deno.test(`what a person cancels after attempts ${error === unsent ? "that never left is no disclosure" : "nobody answered may be one"}, also after a restart`, async () => {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    peer.conduct = () => ({ kind: "failed", error });
    const channel = hl7Lab(rig, [disclosingTo("registry", peer)]);
    await rig.open([channel]);
    await rig.hand().give(about(["4711"]));
    const { id } = await rig.clock.pass(rig.seen("deliveryFailed"));
    await rig.clock.pass(rig.gateway.close());
    peer.conduct = () => ({ kind: "failed", error: unsent });
    await rig.open([channel]);
    await rig.clock.pass(rig.seen("deliveryFailed", () => true, 2));
    await rig.clock.pass(rig.gateway.cancel(id, { by }));
    assertEquals(await told(rig, "4711"), [...expected]);
  });
}

Deno.test("a diverted delivery is disclosed to whoever gets it", async () => {
  await using rig = new GatewayRig();
  await rig.open([hl7Lab(rig, [
    disclosingTo("registry", new Hl7Peer()),
    to("files", new Hl7Peer()),
  ], { steps: [] })]);
  await rig.clock.pass(rig.gateway.divert("lab", "registry", "files", by));
  await rig.hand().give(about(["4711"]));
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(await told(rig, "4711"), []);
  await rig.clock.pass(rig.gateway.divert("lab", "registry", null, by));
  await rig.clock.pass(rig.gateway.divert("lab", "files", "registry", by));
  await rig.hand().give(about(["4711"]));
  await rig.seen("messageDelivered", () => true, 4);
  assertEquals((await told(rig, "4711")).toSorted(), ["files taken", "registry taken"]);
});
