import { createHash } from "node:crypto";
import { addressText, type Network, networkText, parseAddress } from "./addresses.ts";
import { dpdMs, udpKeepAliveMs } from "./keep_alive.ts";
import type { Connection, PartnerSite, Questionnaire, Site, Vendor } from "./questionnaire.ts";
import { type Seen, translationWith } from "./translation.ts";

/** One end of an IKEv2 tunnel. */
export interface TunnelEnd {
  readonly site: string;
  readonly vendor: Vendor;
  /** Where the other end calls it. */
  readonly address: string;
  /** Its own address on the outside: another one where a NAT is before it. */
  readonly own: string;
  readonly id: string;
  readonly outside?: string;
  readonly inside?: string;
  readonly certificate: string;
  readonly authority: string;
  readonly networks: readonly Seen[];
}

/** What both ends must agree on. */
export interface Agreement {
  /** Diffie-Hellman groups, the preferred first; rekeyed child SAs use the first. */
  readonly groups: readonly number[];
  readonly ikeSeconds: number;
  readonly childSeconds: number;
  readonly dpdSeconds: number;
  /** Between keep-alives through NAT. */
  readonly natSeconds: number;
  readonly mtu: number;
  readonly mss: number;
  readonly authentication: PartnerSite["authentication"];
}

/** A tunnel as one of its ends sees it. */
export interface TunnelView {
  /** What it is called at this end: by the name of the other site. */
  readonly name: string;
  /** 10, 20, …: another one for each tunnel of this end. */
  readonly number: number;
  readonly local: TunnelEnd;
  readonly remote: TunnelEnd;
  readonly agreement: Agreement;
  /** One for each child SA: what both ends call local and remote, after translation. */
  readonly selectors: readonly Selector[];
  /** What goes through it and is called at this end. */
  readonly arriving: readonly Flow[];
  /** What goes through it and is called at the other end. */
  readonly leaving: readonly Flow[];
}

/** What one child SA is for. */
export interface Selector {
  readonly local: Network;
  readonly remote: Network;
}

/** A connection through a tunnel. */
export interface Flow {
  readonly name: string;
  readonly port: number;
  readonly protocol: Connection["protocol"];
}

/** NIST SP 800-77 has days and hours at most; these suit every device here. */
const IKE_SECONDS = 28_800, CHILD_SECONDS = 3_600;

/** A tunnel with a partner, as each end sees it; `undefined` where the two meet otherwise. */
export function tunnelWith(
  read: Questionnaire,
  name: string,
): { readonly us: TunnelView; readonly them: TunnelView } | undefined {
  const { us, partners: { [name]: partner } } = read;
  if (partner.transport !== "ikev2" || !us.vpn || !partner.vpn) return undefined;
  const translation = translationWith(read, name);
  const [ours, theirs] = [endOf(us, translation.ours), endOf(partner, translation.theirs)] as const;
  const agreement = agreementOf(us, partner, [ours, theirs]);
  const flows = (from: "us" | "them") =>
    Object.entries(partner.connections ?? {})
      .filter(([, connection]) => connection.from === from)
      .map(([name, { port, protocol }]): Flow => ({ name, port, protocol }));
  const tunnels = Object.keys(read.partners).filter((name) => read.partners[name].transport === "ikev2");
  const view = (
    called: string,
    number: number,
    [local, remote]: readonly [TunnelEnd, TunnelEnd],
    [leaving, arriving]: readonly [readonly Flow[], readonly Flow[]],
  ): TunnelView => ({
    name: called,
    number,
    local,
    remote,
    agreement,
    leaving,
    arriving,
    selectors: local.networks.flatMap((one) =>
      remote.networks.filter((other) => other.as.version === one.as.version).map((other) => ({
        local: one.as,
        remote: other.as,
      }))
    ),
  });
  return {
    us: view(name, 10 * (tunnels.indexOf(name) + 1), [ours, theirs], [flows("us"), flows("them")]),
    them: view(slug(us.name), 10, [theirs, ours], [flows("them"), flows("us")]),
  };
}

function endOf({ name, vpn }: Site, networks: readonly Seen[]): TunnelEnd {
  const { address, own = address, id = ownIdentity(vpn!), ...rest } = vpn!;
  return { site: name, ...rest, address, own, id, networks };
}

/** What a device calls itself where nobody says: an ASA by the address of its interface, even behind a NAT. */
function ownIdentity({ vendor, address, own = address }: NonNullable<Site["vpn"]>): string {
  return vendor === "cisco_asa" ? own : address;
}

function agreementOf(us: Site, partner: PartnerSite, ends: readonly TunnelEnd[]): Agreement {
  // With AES-GCM, PAN-OS takes the PRF from the group: SHA-384, which the others are told, with group 20 alone.
  const isPaloAlto = ends.some(({ vendor }) => vendor === "palo_alto");
  const groups = isPaloAlto ? [20] : partner.dhGroups;
  const isIpv6 = parseAddress(us.vpn!.address)?.version === 6;
  const carries6 = ends.some(({ networks }) => networks.some(({ network }) => network.version === 6));
  const mtu = innerMtu(partner.mtu, isIpv6);
  return {
    groups,
    ikeSeconds: IKE_SECONDS,
    childSeconds: CHILD_SECONDS,
    dpdSeconds: dpdMs(us, partner) / 1_000,
    natSeconds: udpKeepAliveMs(us, partner) / 1_000,
    mtu,
    mss: mtu - (carries6 ? 60 : 40),
    authentication: partner.authentication,
  };
}

/**
 * What fits into ESP with AES-GCM in UDP: outer header, UDP 8, ESP 8, IV 8 and ICV 16 bytes around what is padded, with
 * its two bytes of trailer, to four (RFC 4303, RFC 4106). Rounded down to 20, for those who calculate with less.
 */
export function innerMtu(mtu: number, isIpv6: boolean): number {
  const inside = mtu - (isIpv6 ? 40 : 20) - 8 - 8 - 8 - 16;
  return Math.floor((inside - inside % 4 - 2) / 20) * 20;
}

/** A name made of words, for devices: `st-elsewhere-hospital`. */
export function slug(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "").slice(0, 31).replace(/-$/, "") || "partner";
}

/** A name that is no longer than a device takes; one that was cut ends with part of its hash. */
export function shortName(name: string, lengthMax: number): string {
  if (name.length <= lengthMax) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 4);
  return `${name.slice(0, lengthMax - 5).replace(/-$/, "")}-${hash}`;
}

/** `10.1.20.0/24`, or `100.64.0.0/24 for 10.1.20.0/24`. */
export function seenText({ network, as }: Seen): string {
  const [own, other] = [networkText(network), networkText(as)];
  return own === other ? own : `${other} for ${own}`;
}

/** The first address behind that of a network, where something answers in examples. */
export function firstHost({ version, first, prefix }: Network): string {
  const isOne = prefix >= (version === 4 ? 31 : 127);
  return addressText({ version, value: isOne ? first : first + 1n });
}
