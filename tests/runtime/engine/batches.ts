import type { CollectPlan, DestinationPlan } from "../../../runtime/engine/plan.ts";
import type { FakePeer } from "./fake_peer.ts";
import { type GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** A destination that collects; never by itself, where the test does not say when. */
export function collecting(
  name: string,
  peer: FakePeer,
  collect: Partial<CollectPlan>,
  settings: Partial<DestinationPlan> = {},
): DestinationPlan {
  const plan: CollectPlan = {
    at: [],
    timeZone: "UTC",
    bytesMax: 1 << 20,
    as: "lines",
    empty: "skip",
    ...collect,
  };
  return to(name, peer, { collect: plan, ...settings });
}

/** Gives notes of these ids, one after the other, and waits until all gather, or are sent. */
export async function gather(rig: GatewayRig, ...ids: readonly string[]): Promise<void> {
  const before = rig.all("messageProcessed").length;
  for (const id of ids) await rig.hand().give(note({ id }));
  await rig.seen("messageProcessed", () => true, before + ids.length);
}

/** The ids in each attempt of a peer that gets lines. */
export function idsIn(peer: FakePeer): readonly string[] {
  return peer.attempts.map(({ bytes }) =>
    new TextDecoder().decode(bytes).split("\n").map((line) => line.split("|")[0]).join(" ").trim()
  );
}

/** The one destination of the one channel, as it is now. */
export function stateOf(rig: GatewayRig) {
  return Object.values(rig.gateway.snapshot().channels[0].destinations)[0];
}
