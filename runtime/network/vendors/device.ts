import type { Network } from "../addresses.ts";
import type { Flow, Selector, TunnelView } from "../tunnel.ts";

/** What both ends must set alike, in the order of the sheet. */
export const PARAMETERS = {
  ike: "IKE encryption",
  prf: "IKE PRF",
  group: "Diffie-Hellman group",
  ikeLife: "IKE SA lifetime",
  esp: "Child SA encryption",
  pfs: "Perfect forward secrecy",
  childLife: "Child SA lifetime",
  dpd: "Dead peer detection",
  natT: "NAT traversal keep-alive",
  id: "Identity",
  authentication: "Authentication",
  selectors: "Traffic selectors",
  mtu: "MTU inside",
  mss: "TCP MSS",
} as const;

/** A kind of device that configuration is written for. */
export interface Device {
  readonly title: string;
  /** How its own settings for each parameter are called. */
  readonly words: Readonly<Record<keyof typeof PARAMETERS, string>>;
  /** What is pasted into it; left out where it reads files. */
  configuration?(view: TunnelView): string;
}

/** The pairs of IPv4, which is all that is written for devices. */
export function ipv4(selectors: readonly Selector[]): readonly Selector[] {
  return selectors.filter(({ local }) => local.version === 4);
}

/** A note where something is in the sheet that is not in the configuration. */
export function unwritten({ selectors }: TunnelView, comment: string): readonly string[] {
  return selectors.some(({ local }) => local.version === 6)
    ? [`${comment} Pairs of IPv6 networks are not written here: see the table of traffic selectors.`]
    : [];
}

/** Each network once, in order. */
export function distinct(networks: readonly Network[]): readonly Network[] {
  return networks.filter((network, at) =>
    networks.findIndex(({ first, prefix, version }) =>
      first === network.first && prefix === network.prefix && version === network.version
    ) === at
  );
}

/** The ports of connections, each once, ascending. */
export function portsOf(flows: readonly Flow[]): readonly number[] {
  return [...new Set(flows.map(({ port }) => port))].toSorted((one, other) => one - other);
}
