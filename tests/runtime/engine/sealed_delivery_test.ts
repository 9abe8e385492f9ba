import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { DestinationPlan } from "../../../runtime/engine/plan.ts";
import type { Store } from "../../../runtime/journal/store.ts";
import type { LedgerEntry } from "../../../runtime/trust/ledger/entry.ts";
import { FakeEnvelope } from "./fake_envelope.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EXPIRES_MS = 3_600_000;
const LOCKED = { blame: "operator", retry: "later", says: "Cannot seal: locked" } as const;

/** Asks the store of a gateway that is opened next for the entries of its ledger. */
function watched(rig: GatewayRig): () => Promise<readonly LedgerEntry[]> {
  const { openStore } = rig;
  let store: Store;
  rig.openStore = async (...how) => store = await openStore(...how);
  return async () => {
    const { entries } = await store.ask({ ask: "entries", from: 0, limit: 100 });
    return entries.map(({ entry }) => entry);
  };
}

/** A destination that seals what it sends. */
function sealedTo(name: string, peer: FakePeer, envelope: FakeEnvelope): DestinationPlan {
  const encrypt = { spec: envelope.spec, config: {}, to: ["the-north"], expiresMs: EXPIRES_MS };
  return to(name, peer, { encrypt });
}

/** What a sealed message says: its statement's id, and the payload in it. */
function inside(sealed: Uint8Array): { readonly id: string; readonly payload: string } {
  const [, id, payload] = /^\w+\/([^/]+)\/\d+>(.*)$/.exec(decoder.decode(sealed))!;
  return { id, payload };
}

/** The peer's receipt for what it was sent, or for what the test says. */
function receipted({ bytes, judge }: Parcel, kind: "accepted" | "rejected", id = inside(bytes).id) {
  return judge(encoder.encode(`${id} ${kind} receipt`));
}

Deno.test("each attempt is sealed anew: another envelope, the same payload, id and sequence", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  const contentTypes = new Set<string>();
  peer.conduct = (parcel) => {
    contentTypes.add(parcel.contentType);
    return peer.attempts.length < 5 ? peer.isDown() : receipted(parcel, "accepted");
  };
  const channel = rig.channel("lab", [sealedTo("registry", peer, envelope)]);
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.seen("deliveryFailed", () => true, 3));
  rig.cutPower();
  peer.cutPower();
  await rig.open([channel]);
  const { id } = await rig.clock.pass(rig.seen("messageDelivered"));

  assertEquals([...contentTypes], ["application/x-wrap"]);
  assertEquals(new Set(peer.attempts.map(({ bytes }) => decoder.decode(bytes))).size, peer.attempts.length);
  assertEquals(new Set(peer.attempts.map(({ bytes }) => inside(bytes).payload)), new Set(["A|A|S|message|"]));
  const [first, ...others] = envelope.statements;
  assertEquals(first, {
    id: `${id}.1`,
    from: "here",
    channel: "lab",
    epoch: 1,
    sequence: 1,
    issuedAtMs: first.issuedAtMs,
    expiresAtMs: first.issuedAtMs + EXPIRES_MS,
    contentType: "text/x-note",
  });
  assert(others.length >= 4, `${others.length}`);
  for (const { issuedAtMs, expiresAtMs, ...other } of others) {
    const { issuedAtMs: _issued, expiresAtMs: _expires, ...same } = first;
    assertEquals(other, same);
    assertEquals(expiresAtMs, issuedAtMs + EXPIRES_MS);
  }
  const issued = envelope.statements.map(({ issuedAtMs }) => issuedAtMs);
  assertEquals(issued, issued.toSorted((a, b) => a - b));
  assert(issued.at(-1)! > issued[0]);
});

Deno.test("one message sealed for two destinations goes out under two ids", async () => {
  await using rig = new GatewayRig();
  const [north, south, envelope] = [new FakePeer(), new FakePeer(), new FakeEnvelope()];
  for (const peer of [north, south]) peer.conduct = (parcel) => receipted(parcel, "accepted");
  await rig.open([
    rig.channel("lab", [sealedTo("north", north, envelope), sealedTo("south", south, envelope)]),
  ]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageDelivered", () => true, 2);
  assertEquals(envelope.statements.map((each) => each.id).toSorted(), [`${id}.1`, `${id}.2`]);
});

Deno.test("a sequence grows by one with each sealed message of a destination", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = (parcel) => receipted(parcel, "accepted");
  await rig.open([rig.channel("lab", [sealedTo("registry", peer, envelope)])]);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(envelope.statements.map(({ sequence }) => sequence), [1, 2, 3]);
});

Deno.test("a sealed message is delivered once its receipt is there, which is kept", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = (parcel) => receipted(parcel, "accepted");
  await rig.open([rig.channel("lab", [sealedTo("registry", peer, envelope)])]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageDelivered");
  const kept = await rig.gateway.archive.show(id);
  assertEquals(kept?.deliveries[0].state, "delivered");
  assertEquals(decoder.decode(kept?.payloads[0].answer), `${id}.1 accepted receipt`);
  assertEquals(decoder.decode(kept?.payloads[0].statement), `here said ${id}.1`);
  assertEquals(decoder.decode(kept?.payloads[0].bytes), "A|A|S|message|");
});

Deno.test("a receipt for another message delivers nothing: the message is sealed and sent again", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = (parcel) =>
    receipted(parcel, "accepted", peer.attempts.length === 1 ? "another" : undefined);
  await rig.open([rig.channel("lab", [sealedTo("registry", peer, envelope)])]);
  await rig.hand().give(note({ id: "A" }));
  const { error } = await rig.seen("deliveryFailed");
  assertEquals(error.code, "WRAP_RECEIPT_STRAY");
  assertEquals(rig.all("messageDelivered"), []);
  const { attempt } = await rig.clock.pass(rig.seen("messageDelivered"));
  assertEquals([attempt, envelope.statements.length], [2, 2]);
});

Deno.test("a receipt that refuses the message puts the delivery in quarantine, with the receipt", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = (parcel) => receipted(parcel, "rejected");
  await rig.open([rig.channel("lab", [sealedTo("registry", peer, envelope)])]);
  await rig.hand().give(note({ id: "A" }));
  const { id, error, destination } = await rig.seen("messageQuarantined");
  assertEquals([error.code, destination], ["WRAP_MESSAGE_REFUSED", "registry"]);
  const kept = await rig.gateway.archive.show(id);
  assertEquals([kept?.deliveries[0].state, kept?.deliveries[0].attempts], ["quarantined", 1]);
  assertEquals(decoder.decode(kept?.payloads[0].answer), `${id}.1 rejected receipt`);
  assertEquals(decoder.decode(kept?.payloads[0].statement), `here said ${id}.1`);
});

Deno.test("the ledger is told the statement and the envelope of each attempt that went out sealed", async () => {
  await using rig = new GatewayRig();
  const asked = watched(rig);
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.isDown() : receipted(parcel, "accepted");
  let sealings = 0;
  envelope.beforeSeal = () => {
    if (++sealings === 2) throw new MitralError("WRAP_KEY_LOCKED", LOCKED);
  };
  await rig.open([rig.channel("lab", [sealedTo("registry", peer, envelope)])]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.clock.pass(rig.seen("messageDelivered"));

  const entries = (await asked()).filter(({ destination }) => destination === "registry");
  const statement = createHash("sha256").update(`here said ${id}.1`).digest("hex");
  const envelopes = peer.attempts.map(({ bytes }) => createHash("sha256").update(bytes).digest("hex"));
  assertEquals(
    entries.map((entry) => [entry.kind, entry.statement, entry.envelope]),
    [
      ["attempted", statement, envelopes[0]],
      ["attempted", undefined, undefined],
      ["receipted", statement, envelopes[1]],
    ],
  );
});

Deno.test("what cannot be sealed now is tried again, and nothing of it reaches the peer before", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = (parcel) => receipted(parcel, "accepted");
  let isLocked = true;
  envelope.beforeSeal = () => {
    if (isLocked) throw new MitralError("WRAP_KEY_LOCKED", LOCKED);
  };
  await rig.open([rig.channel("lab", [sealedTo("registry", peer, envelope)])]);
  await rig.hand().give(note({ id: "A" }));
  const { error } = await rig.seen("deliveryFailed");
  assertEquals([error.code, peer.attempts.length], ["WRAP_KEY_LOCKED", 0]);
  isLocked = false;
  await rig.clock.pass(rig.seen("messageDelivered"));
  assertEquals(peer.attempts.length, 1);
});

Deno.test("what is diverted is sealed as for the destination by whose sender it goes out", async () => {
  await using rig = new GatewayRig();
  const [peer, standby, envelope] = [new FakePeer(), new FakePeer(), new FakeEnvelope()];
  peer.conduct = () => peer.isDown();
  standby.conduct = (parcel) => receipted(parcel, "accepted");
  const registry = sealedTo("registry", standby, envelope);
  await rig.open([rig.channel("lab", [to("ehr", peer), { ...registry, steps: [step("drop", () => null)] }])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  await rig.clock.pass(rig.gateway.divert("lab", "ehr", "registry"));
  await rig.clock.pass(rig.seen("messageDelivered"));
  assertEquals(standby.attempts.map(({ bytes }) => inside(bytes).payload), ["A|A|S|message|"]);
  assertEquals(envelope.statements.map(({ sequence }) => sequence), [0], "the numbers are the registry's");
  const { id } = rig.all("messageDelivered")[0];
  assertEquals(
    decoder.decode((await rig.gateway.archive.show(id))?.payloads[0].statement),
    `here said ${id}.1`,
  );
  assertEquals(rig.gateway.snapshot().channels[0].destinations.ehr.stages.map(({ name }) => name), [
    "encrypt",
    "send",
  ]);
});

Deno.test("where an envelope signs nothing, the peer's answer is judged as that to a message in clear", async () => {
  await using rig = new GatewayRig();
  const [peer, envelope] = [new FakePeer(), new FakeEnvelope()];
  peer.conduct = ({ judge }) => judge(encoder.encode("A|AE|"));
  const spec = { ...envelope.spec, isUnsigned: () => true };
  const encrypt = { spec, config: {}, to: [], expiresMs: EXPIRES_MS };
  await rig.open([rig.channel("lab", [to("registry", peer, { encrypt })])]);
  await rig.hand().give(note({ id: "A" }));
  const { error } = await rig.clock.pass(rig.seen("messageQuarantined"));
  assertEquals(error.code, "NOTE_DELIVERY_REFUSED");
});
