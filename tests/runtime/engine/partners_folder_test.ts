import { assertEquals } from "@std/assert";
import hpke from "../../../actors/envelopes/hpke/mod.ts";
import { bindEnvelope, type Envelope, type EnvelopeSpec } from "../../../runtime/contract/envelope.ts";
import type { Clock } from "../../../runtime/contract/world.ts";
import { keyringOf } from "../../../runtime/trust/keyring.ts";
import { remove, resume, suspend } from "../../../runtime/trust/onboarding.ts";
import { gatewayOf } from "../trust/gateways.ts";
import { meet, NOW_MS, type Side, withSides } from "../trust/meeting.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const spec = hpke as unknown as EnvelopeSpec;
const config = { profile: "any" };
const encrypt = { spec, config, to: ["lab"], expiresMs: 3_600_000 };
const decrypt = { spec, config, from: ["lab"] };

/** The lab's own envelope. */
async function labEnvelope(clock: Clock): Promise<Envelope> {
  const [{ identity }, { partner }] = await Promise.all([gatewayOf("lab"), gatewayOf("hospital")]);
  return bindEnvelope(
    spec,
    config as never,
    keyringOf({ gateway: "lab.example", clock, identity, partners: { hospital: partner } }),
    clock,
  );
}

/** The lab, which opens what it is sent and answers by a receipt. */
async function labPeer(clock: Clock): Promise<FakePeer> {
  const peer = new FakePeer(), envelope = await labEnvelope(clock);
  peer.conduct = async ({ bytes, judge }) => {
    const accepted = { kind: "accepted", answer: { bytes: new Uint8Array(), contentType: "" } } as const;
    const receipt = await envelope.receipt(bytes, await envelope.open(bytes), accepted);
    return await judge(receipt.bytes);
  };
  return peer;
}

/** What the hospital's plan has beside its channels. */
async function settingsOf({ folder }: Side, root: string) {
  const keys = `${root}/gateway.json`;
  await Deno.writeFile(keys, (await gatewayOf("hospital")).privateFile);
  return { name: "hospital.example", keys, partnersFolder: folder.path };
}

Deno.test("messages for a partner wait until it is one, and while it is suspended", () =>
  withSides(async (hospital, lab, root) => {
    await using rig = new GatewayRig(1, NOW_MS);
    const peer = await labPeer(rig.clock);
    await rig.open([rig.channel("lab", [to("lab", peer, { encrypt })])], await settingsOf(hospital, root));
    await rig.hand().give(note({ id: "A" }));
    const absent = ({ error }: { readonly error: { readonly code: string } }) =>
      error.code === "KEYRING_PARTNER_ABSENT";
    await rig.clock.pass(rig.seen("deliveryFailed", absent));
    assertEquals(peer.attempts.length, 0);
    await meet(hospital, lab);
    await rig.clock.pass(rig.seen("messageDelivered"));
    await suspend("lab", await hospital.act());
    const { serial } = await rig.clock.pass(rig.seen("partnerUpdated", ({ state }) => state === "suspended"));
    assertEquals(serial, undefined);
    const failed = rig.all("deliveryFailed").length;
    await rig.hand().give(note({ id: "B" }));
    await rig.clock.pass(rig.seen("deliveryFailed", absent, failed + 1));
    assertEquals(peer.attempts.length, 1);
    await resume("lab", await hospital.act());
    await rig.clock.pass(rig.seen("messageDelivered", () => true, 2));
    assertEquals(rig.all("partnerUpdated").map(({ state }) => state), ["active", "suspended", "active"]);
  }));

Deno.test("what a suspended or removed partner sends is refused, though its envelope is sound", () =>
  withSides(async (hospital, lab, root) => {
    await meet(hospital, lab);
    await using rig = new GatewayRig(1, NOW_MS);
    const peer = new FakePeer(), envelope = await labEnvelope(rig.clock);
    await rig.open([rig.channel("lab", [to("files", peer)], { decrypt })], await settingsOf(hospital, root));
    let sequence = 0;
    const give = async () => {
      const issuedAtMs = rig.clock.nowMs();
      const id = `m${++sequence}`;
      const statement = {
        id,
        from: "lab.example",
        channel: "results",
        epoch: 1,
        sequence,
        issuedAtMs,
        expiresAtMs: issuedAtMs + 60_000,
        contentType: "text/x-note",
      };
      const payload = note({ id });
      const { outcome } = await rig.hand().give(
        (await envelope.seal(payload, statement, ["hospital"])).bytes,
      );
      return "error" in outcome ? outcome.error.code : outcome.kind;
    };
    const state = (wanted: string, count = 1) =>
      rig.clock.pass(rig.seen("partnerUpdated", (event) => event.state === wanted, count));
    assertEquals(await give(), "accepted");
    await suspend("lab", await hospital.act());
    await state("suspended");
    assertEquals(await give(), "KEYRING_PARTNER_ABSENT");
    await resume("lab", await hospital.act());
    await state("active");
    assertEquals(await give(), "accepted");
    await remove("lab", await hospital.act());
    await state("removed");
    assertEquals(await give(), "HPKE_SIGNER_UNKNOWN");
  }));

Deno.test("a channel that is loaded for a partner who came since has it at once", () =>
  withSides(async (hospital, lab, root) => {
    await using rig = new GatewayRig(1, NOW_MS);
    const peer = await labPeer(rig.clock);
    const plain = rig.channel("lab", [to("lab", peer)]);
    await rig.open([rig.channel("other", [to("files", new FakePeer())])], await settingsOf(hospital, root));
    await meet(hospital, lab);
    await rig.gateway.reloadChannel({ ...plain, destinations: [to("lab", peer, { encrypt })] });
    await rig.hand().give(note({ id: "A" }));
    await rig.seen("messageDelivered");
    assertEquals(rig.all("deliveryFailed"), []);
  }));
