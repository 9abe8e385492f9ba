import {
  type Address,
  addressText,
  contains,
  type Network,
  networkAround,
  networkOf,
  networkText,
  overlap,
  parseAddress,
  parseNetwork,
  sizeOf,
} from "./addresses.ts";
import type { PartnerSite, Questionnaire, Site } from "./questionnaire.ts";

/** A network, and what the other side sees in its place: the same where nothing is translated. */
export interface Seen {
  readonly network: Network;
  readonly as: Network;
}

/** What goes through a VPN, and how each side is seen by the other. */
export interface Translation {
  readonly ours: readonly Seen[];
  readonly theirs: readonly Seen[];
  /** Networks that are translated though the network file does not say as what. */
  readonly proposed: readonly Proposal[];
  /** Networks that must be translated, and for which nothing of their size is free. */
  readonly homeless: readonly Network[];
}

/** What a network could be seen as. */
export interface Proposal {
  readonly of: "ours" | "theirs";
  readonly seen: Seen;
  /** Who else uses it: the other of the two sites, or a partner that comes before this one in the file. */
  readonly alsoUsedBy: "the other site" | "another partner";
}

/**
 * Where networks to translate to are proposed from: the shared address space of RFC 6598, which sites hardly use inside.
 */
const POOL = parseNetwork("100.64.0.0/10")!;

/** Whether two sites meet by a tunnel that carries addresses of their own. */
export function isViaVpn({ transport }: PartnerSite): boolean {
  return transport === "ikev2" || transport === "wireguard";
}

/** How two sites meet. */
export type Transport = PartnerSite["transport"];

/**
 * The networks of a site that go through a VPN. At `ikev2` its gateway alone where it names none; at `wireguard` the
 * gateway's address inside the tunnel, and what the site names beside it.
 */
export function networksOf({ networks, gateway, wireguard }: Site, transport: Transport): readonly Network[] {
  const own = transport === "wireguard"
    ? [wireguard?.address ?? ""]
    : networks.length > 0
    ? []
    : [gateway.address];
  return [...own, ...networks].flatMap((text) => parseNetwork(text) ?? []);
}

/** The address of a site's gateway as its own network, or its end of the tunnel, has it. */
export function gatewayAddress({ gateway, wireguard }: Site, transport: Transport): string {
  return transport === "wireguard" ? wireguard?.address ?? gateway.address : gateway.address;
}

/**
 * How networks are seen through the VPN with a partner. Where both sites use the same addresses each side's are
 * translated: as the network file says, and where it does not, to what is free on both sides and for all partners. Where
 * a partner uses those of one before it, which we could not tell apart, the partner's are. WireGuard's ends translate
 * nothing. The file has been checked: what is written fits.
 */
export function translationWith(
  { us, partners }: Pick<Questionnaire, "us" | "partners">,
  name: string,
): Translation {
  const taken = Object.values(partners).flatMap((partner) => [
    ...networksOf(us, partner.transport),
    ...networksOf(partner, partner.transport),
    ...written(partner),
  ]);
  const known: Network[] = [];
  // Those before this partner in the file keep what was proposed for them.
  for (const [other, partner] of Object.entries(partners)) {
    const found = between(us, partner, taken, known);
    if (other === name) return found;
    if (isViaVpn(partner)) known.push(...found.theirs.map(({ as }) => as));
  }
  return { ours: [], theirs: [], proposed: [], homeless: [] };
}

/** `taken`: what nothing new may overlap; what is proposed joins it. `known`: what we see of partners before this one. */
function between(us: Site, partner: PartnerSite, taken: Network[], known: readonly Network[]): Translation {
  const [ours, theirs] = [networksOf(us, partner.transport), networksOf(partner, partner.transport)];
  const proposed: Proposal[] = [];
  const homeless: Network[] = [];
  const seen = (of: "ours" | "theirs", network: Network): Seen => {
    const said = sayings(partner, of).find(({ network: { first, prefix } }) =>
      first === network.first && prefix === network.prefix
    );
    const collides = (of === "ours" ? theirs : ours).some((other) => overlap(other, network));
    const isKnown = of === "theirs" && known.some((other) => overlap(other, network));
    const isUsedTwice = partner.transport === "ikev2" && (collides || isKnown) && network.version === 4;
    if (said || !isUsedTwice) return said ?? { network, as: network };
    const as = free(network.prefix, taken);
    if (!as) {
      homeless.push(network);
      return { network, as: network };
    }
    taken.push(as);
    proposed.push({
      of,
      seen: { network, as },
      alsoUsedBy: collides ? "the other site" : "another partner",
    });
    return { network, as };
  };
  // Both sites propose the same, whoever of them it is that renders.
  const isOursFirst = valueOf(us.vpn?.address) <= valueOf(partner.vpn?.address);
  const first = isOursFirst ? ours.map((network) => seen("ours", network)) : [];
  const all = theirs.map((network) => seen("theirs", network));
  return {
    ours: isOursFirst ? first : ours.map((network) => seen("ours", network)),
    theirs: all,
    proposed,
    homeless,
  };
}

function valueOf(address = ""): bigint {
  return parseAddress(address)?.value ?? 0n;
}

/** What the network file says of translations. */
export function sayings({ translate }: PartnerSite, of: "ours" | "theirs"): readonly Seen[] {
  return Object.entries(translate?.[of] ?? {}).flatMap(([from, to]) => {
    const network = parseNetwork(from), as = parseNetwork(to);
    return network && as ? [{ network, as }] : [];
  });
}

function written(partner: PartnerSite): readonly Network[] {
  return [...sayings(partner, "ours"), ...sayings(partner, "theirs")].map(({ as }) => as);
}

/** The first network of a size in the pool that overlaps none that is taken. */
function free(prefix: number, taken: readonly Network[]): Network | undefined {
  let at = networkAround({ version: 4, value: POOL.first }, prefix);
  while (contains(POOL, at)) {
    const blocking = taken.find((other) => overlap(other, at));
    if (!blocking) return at;
    const next = blocking.first + sizeOf(blocking);
    const around = networkAround({ version: 4, value: next }, prefix);
    at = around.first === next ? around : { ...around, first: around.first + sizeOf(around) };
  }
  return undefined;
}

/** What an address is seen as: the same place in the network that stands for its own. */
export function seenAs(address: Address, among: readonly Seen[]): Address {
  const found = among.find(({ network }) => contains(network, networkOf(address)));
  if (!found) return address;
  return { version: found.as.version, value: found.as.first + (address.value - found.network.first) };
}

/** The same for text: `10.1.20.5` is seen as `100.64.0.5`. */
export function textSeenAs(text: string, among: readonly Seen[]): string {
  const address = parseAddress(text);
  return address ? addressText(seenAs(address, among)) : text;
}

/** Those of a side that are translated. */
export function translated(among: readonly Seen[]): readonly Seen[] {
  return among.filter(({ network, as }) => networkText(network) !== networkText(as));
}
