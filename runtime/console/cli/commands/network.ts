import type { AddCommand } from "../session.ts";
import { addNetworkDiff } from "./network_diff.ts";
import { addNetworkInit } from "./network_init.ts";
import { addNetworkRender } from "./network_render.ts";

/** `mitral network init|render|diff` */
export const addNetwork: AddCommand = (parent, session) => {
  const network = parent.command("network").description(
    "write the network sheet: firewall tables and VPN configuration for both sites' network teams",
  );
  for (const add of [addNetworkInit, addNetworkRender, addNetworkDiff]) add(network, session);
};
