import { integer, list, text, type Unfit } from "../../../runtime/contract/spec.ts";
import { networkOf } from "./network.ts";

/** Who may connect, and how often: settings of every listener that peers connect to. */
export const doorSettings = {
  connectionsMax: integer("Connections that may be open at once; one more is closed at once.", {
    default: 256,
    min: 1,
  }),
  connectionsPerAddressMax: integer(
    "Connections that one address may have open at once; one more is closed at once. An IPv6 address counts with all " +
      "others of its /64.",
    { default: 128, min: 1 },
  ),
  allow: list(
    "Networks that peers may come from; a connection from elsewhere is closed at once. From everywhere, where left out.",
    text("A network in CIDR, or one address.", {
      pattern: {
        matches: "[0-9A-Fa-f:.]+(/[0-9]{1,3})?",
        says: "is a network in CIDR, as in 10.0.0.0/8 or 2001:db8::/32",
      },
      example: "10.0.0.0/8",
    }),
    { optional: true, orOne: true },
  ),
} as const;

/** As {@linkcode doorSettings}, of listeners whose peers stay connected for days, and may be silent. */
export const crowdSettings = {
  ...doorSettings,
  connectionsMax: integer(
    "Peers that may speak at once; one more is closed at once. A connection without a message, such as a load " +
      "balancer's probe, takes no place: as many, and at least 64, may stand beside, the oldest of which goes first.",
    { default: 256, min: 1 },
  ),
} as const;

/** How much one address may send: a setting of listeners whose peers can be slowed down. */
export const rateSettings = {
  messagesPerSecondMax: integer(
    "Messages a second that are taken from one address, all its connections together; it is slowed down to that. After a " +
      "pause, as many at once. 0: as many as there are.",
    { default: 0, min: 0, max: 1_000_000 },
  ),
} as const;

/** Networks that are none. */
export function unfitNetworks({ allow = [] }: { readonly allow?: readonly string[] | undefined }): Unfit[] {
  return allow.filter((network) => !networkOf(network))
    .map((network) => ({ setting: "allow", rule: `must be networks in CIDR; ${network} is none` }));
}
