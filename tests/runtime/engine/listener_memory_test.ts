import { assert, assertEquals } from "@std/assert";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";

const NAME = "DOE_JOHN.hl7";

async function openLab(rig: GatewayRig) {
  const peer = new FakePeer();
  const channels = ["lab", "ward"].map((name) => rig.channel(name, [to("ehr", peer)]));
  await rig.open(channels);
  return channels;
}

Deno.test("what a listener remembers is there after a power cut, for its own channel alone", async () => {
  await using rig = new GatewayRig();
  const channels = await openLab(rig);
  await rig.hand().memory!.set(NAME, "12 bytes");
  await rig.hand().memory!.set("gone", "1");
  await rig.hand().memory!.delete("gone");
  rig.cutPower();
  await rig.open(channels);
  const [lab, ward] = ["lab", "ward"].map((name) => rig.hand(name).memory!);
  assertEquals(await Promise.all([lab.get(NAME), lab.get("gone"), ward.get(NAME)]), [
    "12 bytes",
    undefined,
    undefined,
  ]);
});

Deno.test("what a listener remembers is promised only once it is durable", async () => {
  await using rig = new GatewayRig();
  const channels = await openLab(rig);
  rig.store.hold(({ op }) => op === "remember");
  let isDurable = false;
  rig.hand().memory!.set(NAME, "12 bytes").then(() => isDurable = true, () => {});
  await rig.store.asked(({ op }) => op === "remember");
  await turns(20);
  assert(!isDurable, "promised before the commit");
  rig.cutPower();
  rig.store.release();
  await rig.open(channels);
  assertEquals(await rig.hand().memory!.get(NAME), undefined);
});

Deno.test("what a listener remembers is sealed, and so is what it remembers it under", async () => {
  await using rig = new GatewayRig();
  await openLab(rig);
  await rig.hand().memory!.set(NAME, "of John Doe");
  const rows = rig.store.database.prepare("SELECT key, value FROM state").all();
  assertEquals(rows.length, 1);
  const shown = JSON.stringify(
    rows,
    (_, value) =>
      value instanceof Uint8Array
        ? new TextDecoder().decode(value)
        : typeof value === "bigint"
        ? String(value)
        : value,
  );
  assert(!/DOE|John/.test(shown), "readable");
});
