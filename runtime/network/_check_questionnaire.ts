import { type ConfigNode, keySpot, nearestNode } from "../config/config_node.ts";
import type { Problems } from "../config/problem.ts";
import {
  contains,
  type Network,
  networkOf,
  networkText,
  overlap,
  parseAddress,
  parseNetwork,
} from "./addresses.ts";
import {
  type Connection,
  PARTNER_NAME,
  type PartnerSite,
  type Questionnaire,
  type Site,
} from "./questionnaire.ts";
import { gatewayAddress, isViaVpn, networksOf, sayings, translationWith } from "./translation.ts";
import { innerMtu } from "./tunnel.ts";
import { IPV6_MTU_MIN, WIREGUARD_OVERHEAD_BYTES } from "./wireguard.ts";

/** Notes what is wrong in a network file whose settings are right each by itself. */
export function checkQuestionnaire(read: Questionnaire, root: ConfigNode, problems: Problems): void {
  const check = new Check(root, problems);
  check.site(read.us, ["us"]);
  for (const [name, { address }] of Object.entries(read.inside ?? {})) {
    check.address(address, ["inside", name, "address"]);
  }
  for (const [name, partner] of Object.entries(read.partners)) check.partner(name, partner, read.us);
  // What networks are seen as is only known where each is right by itself.
  if (problems.count === 0) check.together(read);
}

type Keys = readonly string[];

class Check {
  readonly #root: ConfigNode;
  readonly #problems: Problems;

  constructor(root: ConfigNode, problems: Problems) {
    this.#root = root;
    this.#problems = problems;
  }

  partner(name: string, partner: PartnerSite, us: Site): void {
    const keys = ["partners", name];
    if (!new RegExp(`^(?:${PARTNER_NAME.matches})$`).test(name)) {
      const spot = keySpot(nearestNode(this.#root, ...keys));
      this.#problems.add(spot, "CONFIG_NAME_INVALID", {
        key: name,
        rule: `it must be text that ${PARTNER_NAME.says}`,
      });
    }
    this.site(partner, keys);
    this.#transport(partner, us, keys);
    partner.relay?.servers.forEach((server, at) => {
      if (!/^(wss|tls):\/\/[^\s/@?#]+\/?$/.test(server) || !URL.canParse(server)) {
        this.#refuse([...keys, "relay", "servers"], `server ${at + 1} must be wss://HOST or tls://HOST:PORT`);
      }
    });
    partner.relay?.addresses.forEach((text) => this.address(text, [...keys, "relay", "addresses"]));
    partner.dhGroups.forEach((group) => {
      if (![14, 19, 20, 21].includes(group)) this.#refuse([...keys, "dhGroups"], "must be 14, 19, 20 or 21");
    });
    if (partner.dhGroups.length === 0) this.#refuse([...keys, "dhGroups"], "must name a group");
    if (isViaVpn(partner)) this.#translations(partner, us, keys);
    else if (partner.translate) {
      this.#refuse([...keys, "translate"], `nothing is translated at transport: ${partner.transport}`);
    }
    if (partner.transport === "relay" && partner.connections) {
      this.#refuse([...keys, "connections"], "nothing but the relay is called at transport: relay");
    }
    for (const [connection, settings] of Object.entries(partner.connections ?? {})) {
      this.#connection(settings, partner, us, [...keys, "connections", connection]);
    }
  }

  /** Notes networks that could not be told apart from others, or for which nothing is free. */
  together(read: Questionnaire): void {
    const known: Network[] = [];
    for (const [name, partner] of Object.entries(read.partners)) {
      if (!isViaVpn(partner)) continue;
      const at = ["partners", name, "networks"];
      const { theirs, homeless } = translationWith(read, name);
      for (const network of homeless) {
        this.#refuse(
          at,
          `${networkText(network)} is used twice, and nothing of its size is free in 100.64.0.0/10: ` +
            "name smaller networks, or say what it is seen as (translate)",
        );
      }
      const twice = theirs.find(({ as }) => known.some((other) => overlap(other, as)));
      if (twice && homeless.length === 0) {
        this.#refuse(at, `${networkText(twice.as)} overlaps what is seen of another partner`);
      }
      known.push(...theirs.map(({ as }) => as));
    }
  }

  site({ gateway, networks, vpn, wireguard, dns }: Site, keys: Keys): void {
    this.address(gateway.address, [...keys, "gateway", "address"]);
    this.address(gateway.public, [...keys, "gateway", "public"]);
    this.address(vpn?.address, [...keys, "vpn", "address"]);
    this.address(vpn?.own, [...keys, "vpn", "own"]);
    this.address(wireguard?.address, [...keys, "wireguard", "address"]);
    for (const server of dns) this.address(server, [...keys, "dns"]);
    if (vpn?.vendor === "cisco_asa" && parseAddress(vpn.id ?? "") && vpn.id !== (vpn.own ?? vpn.address)) {
      this.#refuse(
        [...keys, "vpn", "id"],
        "must be a name: an ASA calls itself by no address but its interface's",
      );
    }
    networks.forEach((text, at) => {
      const network = parseNetwork(text);
      const rule = "must be a network such as 10.1.20.0/24, with no bits behind its prefix";
      if (!network) return this.#refuse([...keys, "networks"], rule, at);
      if (network.prefix === 0) {
        return this.#refuse([...keys, "networks"], "must not be the whole internet", at);
      }
      const isTwice = networks.slice(0, at).some((other) => {
        const before = parseNetwork(other);
        return before && overlap(before, network);
      });
      if (isTwice) this.#refuse([...keys, "networks"], "overlaps another network of the same site", at);
    });
  }

  address(text: string | undefined, keys: Keys): void {
    if (text === undefined || parseAddress(text)) return;
    this.#refuse(keys, "must be an address such as 10.1.20.5 or 2001:db8::5");
  }

  #transport(partner: PartnerSite, us: Site, keys: Keys): void {
    const needs = (value: unknown, at: Keys, key: string) => {
      if (value !== undefined) return;
      const spot = keySpot(nearestNode(this.#root, ...at));
      this.#problems.add(spot, "CONFIG_VALUE_MISSING", { key }, `transport: ${partner.transport} needs it`);
    };
    const { transport } = partner;
    if (transport === "direct") {
      needs(us.gateway.public, ["us", "gateway"], "public");
      needs(partner.gateway.public, [...keys, "gateway"], "public");
    } else if (transport === "relay") needs(partner.relay, keys, "relay");
    else if (transport === "ikev2") {
      needs(us.vpn, ["us"], "vpn");
      needs(partner.vpn, keys, "vpn");
      const [one, other] = [us.vpn, partner.vpn].map((vpn) => parseAddress(vpn?.address ?? "")?.version);
      if (one && other && one !== other) {
        this.#refuse([...keys, "vpn", "address"], "must be of the same IP as ours");
      }
      for (const key of ["address", "id"] as const) {
        if (us.vpn?.[key] !== undefined && us.vpn[key] === partner.vpn?.[key]) {
          this.#refuse([...keys, "vpn", key], "must not be ours");
        }
      }
      const carries6 = [us, partner].some((site) =>
        networksOf(site, transport).some(({ version }) => version === 6)
      );
      if (carries6 && innerMtu(partner.mtu, one === 6) < IPV6_MTU_MIN) {
        this.#refuse([...keys, "mtu"], "leaves less than the 1280 bytes that IPv6 needs in the tunnel");
      }
    } else {
      needs(us.wireguard, ["us"], "wireguard");
      needs(partner.wireguard, keys, "wireguard");
      const [ours, theirs] = [us.wireguard?.address, partner.wireguard?.address];
      if (ours !== undefined && ours === theirs) {
        this.#refuse([...keys, "wireguard", "address"], "must not be ours");
      }
      if (partner.mtu < IPV6_MTU_MIN + WIREGUARD_OVERHEAD_BYTES) {
        this.#refuse(
          [...keys, "mtu"],
          `must be at least ${IPV6_MTU_MIN + WIREGUARD_OVERHEAD_BYTES} where WireGuard goes by it`,
        );
      }
      if (us.gateway.public === undefined) needs(partner.gateway.public, [...keys, "gateway"], "public");
    }
  }

  #translations(partner: PartnerSite, us: Site, keys: Keys): void {
    const sides = {
      ours: networksOf(us, partner.transport),
      theirs: networksOf(partner, partner.transport),
    } as const;
    for (const side of ["ours", "theirs"] as const) {
      for (const [from, to] of Object.entries(partner.translate?.[side] ?? {})) {
        const at = [...keys, "translate", side, from];
        const network = parseNetwork(from), as = parseNetwork(to);
        const isOurs = network &&
          sides[side].some(({ first, prefix }) => first === network.first && prefix === network.prefix);
        if (!isOurs) this.#refuse(at, "is no network of that site");
        else if (network.version === 6 || partner.transport === "wireguard") {
          this.#refuse(at, "nothing translates it: only IPv4 networks are, and only at ikev2");
        } else if (as?.prefix !== network.prefix || as.version !== network.version) {
          this.#refuse(at, "must be a network of the same size");
        } else if ([...sides.ours, ...sides.theirs].some((other) => overlap(other, as))) {
          this.#refuse(at, "must overlap no network of either site");
        }
      }
    }
    const said = [...sayings(partner, "ours"), ...sayings(partner, "theirs")];
    if (said.some(({ as }, at) => said.slice(0, at).some((other) => overlap(other.as, as)))) {
      this.#refuse([...keys, "translate"], "two networks are seen as the same one");
    }
    const isWireGuard = partner.transport === "wireguard";
    const isSame = sides.ours.some((one) =>
      (isWireGuard || one.version === 6) && sides.theirs.some((other) => overlap(one, other))
    );
    if (isSame) {
      const what = isWireGuard ? "what both ends of WireGuard have" : "IPv6 networks of the two sites";
      this.#refuse([...keys, "networks"], `${what} must not overlap: nothing translates it`);
    }
  }

  #connection(connection: Connection, partner: PartnerSite, us: Site, keys: Keys): void {
    const { from, protocol, tls, caller, called } = connection;
    if (partner.transport === "direct" && !tls && protocol !== "https" && protocol !== "sftp") {
      this.#refuse([...keys, "protocol"], "must be TLS over the internet: https, sftp, or tls: true");
    }
    const [callers, callees] = from === "us" ? [us, partner] : [partner, us];
    for (const [key, text, site] of [["caller", caller, callers], ["called", called, callees]] as const) {
      this.address(text, [...keys, key]);
      const address = parseAddress(text ?? gatewayAddress(site, partner.transport));
      // What is wrong with a network is told once, by itself.
      if (!isViaVpn(partner) || !address || site.networks.some((text) => !parseNetwork(text))) continue;
      if (networksOf(site, partner.transport).some((network) => contains(network, networkOf(address)))) {
        continue;
      }
      this.#refuse(
        text === undefined ? keys : [...keys, key],
        `${text ?? site.gateway.address} is in none of ${site.name}'s networks`,
      );
    }
  }

  #refuse(keys: Keys, rule: string, item?: number): void {
    const node = nearestNode(this.#root, ...keys);
    const spot = item !== undefined && node.kind === "list" ? node.items[item] ?? node : node;
    this.#problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
  }
}
