import { assertEquals } from "@std/assert";
import { DAY_MS } from "../../../../runtime/journal/sealing.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { filesUnder, readable } from "../../journal/readable.ts";
import { collecting } from "../batches.ts";
import { FakeEnvelope } from "../fake_envelope.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, step } from "../gateway_rig.ts";
import { Hl7Peer } from "../hl7_peer.ts";
import { about, by, disclosingTo, hl7Lab, registry, told } from "./disclosing.ts";

const rows = (rig: GatewayRig) =>
  ["message", "disclosure", "disclosed", "delivery_about"].map((table) =>
    rig.store.count(`SELECT count(*) FROM ${table}`)
  );
const keysOf = (rig: GatewayRig, year: number) =>
  rig.store.count(`SELECT count(*) FROM data_key WHERE channel = -1 AND day = ${year}`);

Deno.test("an account outlives the messages by six years, and is gone a day after those", async () => {
  await using rig = new GatewayRig(1, Date.UTC(2026, 5, 1));
  await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
  await rig.hand().give(about(["4711^^^ST E"]));
  await rig.seen("messageDelivered");
  rig.clock.set(40 * DAY_MS);
  await rig.gateway.prune();
  assertEquals(rows(rig), [0, 1, 1, 0]);
  assertEquals(await told(rig, "4711"), ["registry taken"]);
  // The whole year 2032 can be asked for in 2026's, to the last day of it, wherever that is.
  rig.clock.set(Date.UTC(2033, 0, 1, 12) - rig.clock.nowMs());
  await rig.gateway.prune();
  assertEquals(keysOf(rig, 2026) > 0, true);
  const { disclosures } = await rig.gateway.reports.disclosures({
    patient: { id: "4711" },
    sinceMs: Date.UTC(2026, 0, 1),
  });
  assertEquals(disclosures.length, 1);
  rig.clock.set(DAY_MS);
  await rig.gateway.prune();
  const { unidentified, ...later } = await rig.gateway.reports.disclosures({
    patient: { id: "4711" },
    sinceMs: 0,
  });
  assertEquals([later.disclosures, unidentified], [[], 0]);
  // What is left says who asked since.
  assertEquals(rig.store.count("SELECT count(*) FROM disclosure WHERE kind <> 3"), 0);
  assertEquals(keysOf(rig, 2026), 0);
});

Deno.test("a disk without the master key tells nothing of a patient, of a recipient, or of what was sent", async () => {
  const data = await Deno.makeTempDir();
  try {
    const rig = new GatewayRig(1, undefined, new MemoryStore(data));
    await rig.open([hl7Lab(rig, [disclosingTo("registry", new Hl7Peer())])]);
    await rig.hand().give(about(["9914711^^^SAINT ELSEWHERE"]));
    const { id } = await rig.seen("messageDelivered");
    await rig.gateway.noteSeen([id], "viewed", by);
    assertEquals(await told(rig, "9914711"), ["registry taken"]);
    const secrets = [
      "9914711",
      "SAINT ELSEWHERE",
      registry.to,
      registry.address!,
      registry.what,
      "public health",
    ];
    assertEquals(filesUnder(data).length > 0, true);
    assertEquals(readable(data, secrets), []);
    rig.cutPower();
    rig.store[Symbol.dispose]();
    assertEquals(readable(data, secrets), []);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a batch is one disclosure, in the account of everybody in it", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const lines = collecting("registry", peer, { countMax: 3, as: "lines" }, { disclosure: registry });
  await rig.open([hl7Lab(rig, [lines])]);
  for (const patients of [["4711"], ["4712"], []]) await rig.hand().give(about(patients));
  const { id } = await rig.seen("messageDelivered");
  assertEquals([await told(rig, "4711"), await told(rig, "4712")], [["registry taken"], ["registry taken"]]);
  const { disclosures: [{ message }], unidentified } = await rig.gateway.reports.disclosures({
    patient: { id: "4711" },
  });
  assertEquals([message, unidentified], [id, 1]);
  // Its members are gone; it goes out again.
  rig.store.database.exec("DELETE FROM delivery_about WHERE delivery < (SELECT max(id) FROM delivery)");
  await rig.gateway.replay(id, { destination: "registry", force: true });
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals((await told(rig, "4712")).length, 2);
});

Deno.test("what is sealed is disclosed with its receipt; what a carrier never delivered may have been opened all the same", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(), envelope = new FakeEnvelope();
  const receipt = (kind: string): FakePeer["conduct"] => ({ bytes, judge }) => {
    const [, id] = /^\w+\/([^/]+)\/\d+>/.exec(new TextDecoder().decode(bytes))!;
    return judge(new TextEncoder().encode(`${id} ${kind} receipt`));
  };
  peer.conduct = receipt("accepted");
  const encrypt = { spec: envelope.spec, config: {}, to: ["the-north"], expiresMs: 3_600_000 };
  await rig.open([hl7Lab(rig, [disclosingTo("north", peer, registry, { encrypt })])]);
  await rig.hand().give(about(["4711"]));
  await rig.seen("messageDelivered");
  peer.conduct = receipt("rejected");
  await rig.hand().give(about(["4711"]));
  await rig.seen("messageQuarantined");
  peer.conduct = () => peer.isDown();
  await rig.hand().give(about(["4711"]));
  const { id } = await rig.clock.pass(rig.seen("deliveryFailed"));
  await rig.clock.pass(rig.gateway.cancel(id, { by }));
  assertEquals(await told(rig, "4711"), ["north taken", "north refused", "north unconfirmed"]);
});

Deno.test("a part of a message is in the account of its own patients, and of all where it names others", async () => {
  await using rig = new GatewayRig();
  const split = step("split", (message) => {
    const body = message.body as unknown as {
      split(path: string): { with(path: string, value: string): never }[];
    };
    return body.split("PID").map((part) => message.derive({ body: part as never }));
  });
  const only = (
    id: string,
    change = (part: { with(path: string, value: string): unknown }) => part as unknown,
  ) =>
    step(`only ${id}`, (message) => {
      const body = message.body as unknown as {
        get(path: string): string;
        with(path: string, value: string): never;
      };
      return body.get("PID-3.1") === id ? message.derive({ body: change(body) as never }) : [];
    });
  await rig.open([
    hl7Lab(rig, [
      disclosingTo("first", new Hl7Peer(), registry, { steps: [only("4711")] }),
      disclosingTo("other", new Hl7Peer(), registry, {
        steps: [only("4712", (part) => part.with("PID-3.1", "X1"))],
      }),
    ], { steps: [split] }),
  ]);
  await rig.hand().give(about(["4711", "4712", "4713"]));
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals((await told(rig, "4711")).toSorted(), ["first taken", "other taken"]);
  assertEquals(await told(rig, "4712"), ["other taken"]);
  assertEquals(await told(rig, "4713"), ["other taken"]);
});

Deno.test("what a person corrects is disclosed of the patient that it is about now", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer(), { conduct } = peer;
  peer.conduct = () => peer.isDown();
  await rig.open([hl7Lab(rig, [disclosingTo("registry", peer)])]);
  await rig.hand().give(about(["4711"]));
  const { id } = await rig.clock.pass(rig.seen("deliveryFailed"));
  await rig.clock.pass(rig.gateway.skip("lab", "registry", by));
  peer.conduct = conduct;
  await rig.clock.pass(rig.gateway.correct(id, about(["4712"]), { by }));
  await rig.clock.pass(rig.seen("messageDelivered"));
  assertEquals(await told(rig, "4712"), ["registry taken"]);
  assertEquals(await told(rig, "4711"), ["registry unconfirmed"]);
});
