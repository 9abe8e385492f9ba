import type { Reply } from "../../../runtime/contract/adapter.ts";
import type { ChannelPlan } from "../../../runtime/engine/plan.ts";
import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import { SETTINGS } from "../../actors/formats/hl7v2/hl7_with.ts";
import { FakePeer } from "./fake_peer.ts";
import { type GatewayRig, to } from "./gateway_rig.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text with line feeds as a message. */
export const hl7 = (text: string): Uint8Array => encoder.encode(text.replaceAll("\n", "\r"));

/** A message as text with line feeds. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes).replaceAll("\r", "\n");

/** A peer that takes whatever comes, and keeps it. */
export class Hl7Peer extends FakePeer {
  constructor() {
    super();
    this.conduct = (parcel) => {
      this.taken.push(textOf(parcel.bytes));
      return { kind: "accepted" };
    };
  }
}

/** A channel that speaks HL7, with one destination. */
export function hl7Channel(
  rig: GatewayRig,
  peer: FakePeer,
  settings: Partial<typeof SETTINGS> = {},
  more: Partial<Omit<ChannelPlan, "destinations">> = {},
): ChannelPlan {
  return rig.channel("lab", [to("ehr", peer)], {
    parse: { spec: hl7v2, config: { ...SETTINGS, ...settings } },
    ...more,
  });
}

/** What an acknowledgment says: MSA-1, MSA-2 and MSA-4; `none` where there is none. */
export function acknowledged({ answer }: Reply): string {
  if (!answer) return "none";
  const message = Hl7Message.parse(answer.bytes);
  return ["MSA-1", "MSA-2", "MSA-4"].map((path) => message.get(path) ?? "").join(" ").trim();
}
