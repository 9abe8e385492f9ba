import type { Feed } from "../contract/adapter.ts";
import { feedOf } from "./check_exchange.ts";
import { type ConfigNode, keySpot, nearestNode } from "./config_node.ts";
import type { ChannelFile, DestinationFile } from "./gateway_shape.ts";
import type { Problems } from "./problem.ts";
import { noteUnfit } from "./read_component.ts";
import type { Partially } from "./shape.ts";

type EnvelopeFile = NonNullable<ChannelFile["decrypt"] | DestinationFile["encrypt"]>["envelope"];

/** A section with an envelope, and how it names partners. */
interface Use {
  readonly envelope?: Partially<EnvelopeFile> | undefined;
  readonly partners?: readonly unknown[] | undefined;
  readonly key: "from" | "to";
  readonly does: "open" | "seal";
  /** The adapter's, which says whom. */
  readonly feed?: Partial<Feed> | undefined;
}

/** Who signs names partners; who does not has nobody to name. What else an envelope needs, it says itself. */
export function checkEnvelopes(
  { listen, decrypt, send = [] }: Partially<ChannelFile>,
  node: ConfigNode,
  problems: Problems,
): void {
  if (decrypt) {
    const { envelope, from: partners } = decrypt;
    const feed = feedOf(listen?.adapter);
    checkUse({ envelope, partners, key: "from", does: "open", feed }, nearestNode(node, "decrypt"), problems);
  }
  for (const { name = "", value } of send) {
    if (!value?.encrypt) continue;
    const { envelope, to: partners } = value.encrypt;
    const at = nearestNode(node, "send", name, "encrypt");
    const feed = feedOf(value.adapter);
    checkUse({ envelope, partners, key: "to", does: "seal", feed }, at, problems);
  }
}

function checkUse(
  { envelope = {}, partners, key, does, feed }: Use,
  at: ConfigNode,
  problems: Problems,
): void {
  const spec = envelope.spec as EnvelopeFile["spec"] | undefined;
  const config = envelope.config as never;
  if (!spec || config === undefined) return;
  const isWritten = at.kind === "map" && at.entries.some((entry) => entry.key === key);
  if (!spec.isUnsigned?.(config)) {
    if (!partners && !isWritten && !feed) problems.add(keySpot(at), "CONFIG_VALUE_MISSING", { key });
  } else if (isWritten) {
    const rule = `must be left out: ${spec.name} as it is set signs nothing, and knows no partner`;
    problems.add(nearestNode(at, key), "CONFIG_VALUE_INVALID", { rule });
  }
  if (feed && !spec.address) {
    const rule =
      `must be another: ${spec.name} shows nobody whom it is from, and so cannot go by the exchange`;
    problems.add(nearestNode(at, "envelope", spec.name), "CONFIG_VALUE_INVALID", { rule });
  }
  // What is wrong by itself would trip it up.
  if (problems.count > 0) return;
  noteUnfit(spec.checkUse?.(does, config), nearestNode(at, "envelope", spec.name), { problems });
}
