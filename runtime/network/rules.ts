import {
  type KeepAlive,
  keepAliveOf,
  keepAliveText,
  linuxKeepAliveMs,
  relayKeepAlive,
  udpKeepAliveMs,
} from "./keep_alive.ts";
import type { Connection, PartnerSite, Questionnaire, Site } from "./questionnaire.ts";
import { gatewayAddress, type Seen, textSeenAs, type Translation, translationWith } from "./translation.ts";

/** One line of the firewall table: what must be let through. */
export interface Rule {
  /** `general/orders`, `general/ike`, `inside/ehr`: the same for the same thing. */
  readonly name: string;
  readonly from: Party;
  readonly to: Party;
  readonly transport: "TCP" | "UDP" | "ESP";
  /** Left out for ESP, which has none. */
  readonly port?: number;
  readonly protocol: string;
  /** What it goes through: `internet`, `VPN`, `inside`. */
  readonly through: string;
  /** What each side's firewalls let through. */
  readonly ours?: "in" | "out" | "inside";
  readonly theirs?: "in" | "out" | "inside";
  readonly purpose: string;
  readonly keepAlive?: KeepAlive;
}

/** One end of a connection. */
export interface Party {
  readonly who: string;
  readonly address: string;
  /** What stands for the address beyond a NAT, or a name that is resolved. */
  readonly also?: string;
}

/** Rules that concern our own site alone. */
export function insideRules(read: Questionnaire): readonly Rule[] {
  const { us, inside = {} } = read;
  const linuxMs = linuxKeepAliveMs(read);
  const gateway = { who: us.name, address: us.gateway.address };
  const connections = Object.entries(inside).map(([name, connection]): Rule => {
    const { system: who, address, from, port, purpose } = connection;
    const peer = { who, address };
    return {
      name: `inside/${name}`,
      from: from === "us" ? gateway : peer,
      to: from === "us" ? peer : gateway,
      transport: "TCP",
      port,
      protocol: protocolText(connection),
      through: "inside",
      ours: "inside",
      purpose,
      keepAlive: keepAliveOf(connection, linuxMs),
    };
  });
  return [...connections, ...serviceRules("inside", us, "ours")];
}

/** Rules for what goes between us and a partner; those of its own site alone are among them. */
export function partnerRules(read: Questionnaire, name: string): readonly Rule[] {
  return new PartnerRules(read, name).all();
}

/** What a connection speaks: `MLLP over TLS`. */
function protocolText({ protocol, tls }: Pick<Connection, "protocol" | "tls">): string {
  const name = protocol === "tcp" ? "TCP" : protocol.toUpperCase();
  return tls && protocol !== "https" ? `${name} over TLS` : name;
}

/** Names and the time, which every gateway asks for. */
function serviceRules(
  prefix: string,
  { name: who, gateway, dns, ntp }: Site,
  side: "ours" | "theirs",
): readonly Rule[] {
  const rule = (
    name: string,
    address: string,
    transport: "TCP" | "UDP",
    port: number,
    purpose: string,
  ): Rule => ({
    name: `${prefix}/${name}`,
    from: { who, address: gateway.address },
    to: { who: name.startsWith("dns") ? "DNS" : "NTP", address },
    transport,
    port,
    protocol: name.startsWith("dns") ? "DNS" : "NTP",
    through: "inside",
    [side]: "inside",
    purpose,
  });
  return [
    ...dns.flatMap((server) => [
      rule("dns", server, "UDP", 53, "names"),
      rule("dns-tcp", server, "TCP", 53, "names, long answers"),
    ]),
    ...ntp.map((server) => rule("ntp", server, "UDP", 123, "time: certificates and receipts need it")),
  ];
}

class PartnerRules {
  readonly #name: string;
  readonly #us: Site;
  readonly #partner: PartnerSite;
  readonly #translation: Translation;
  readonly #linuxMs: number;

  constructor(read: Questionnaire, name: string) {
    this.#name = name;
    this.#us = read.us;
    this.#partner = read.partners[name];
    this.#translation = translationWith(read, name);
    this.#linuxMs = linuxKeepAliveMs(read);
  }

  all(): readonly Rule[] {
    return [
      ...this.#outer(),
      ...Object.entries(this.#partner.connections ?? {}).flatMap(([name, connection]) =>
        this.#partner.transport === "relay" ? [] : this.#connection(name, connection)
      ),
      ...serviceRules(this.#name, this.#partner, "theirs"),
    ];
  }

  /** What carries the connections: a VPN, or the calls of both sides to a relay. */
  #outer(): readonly Rule[] {
    const { transport } = this.#partner;
    if (transport === "relay") return this.#relay();
    if (transport === "direct") return [];
    const keepAlive = { by: "VPN", everyMs: udpKeepAliveMs(this.#us, this.#partner) };
    const both = (
      name: string,
      rule: Omit<Rule, "name" | "from" | "to" | "through">,
      ends: readonly Party[],
    ): Rule[] =>
      ends.map((from, at) => ({
        name: `${this.#name}/${name}`,
        from,
        to: ends[1 - at],
        through: "internet",
        ...(at === 0 ? { ours: "out", theirs: "in" } : { ours: "in", theirs: "out" }),
        ...rule,
      }));
    if (transport === "wireguard") {
      const open = [this.#us, this.#partner].map(({ name: who, gateway, wireguard }) => ({
        end: {
          who,
          address: gateway.public ?? gateway.address,
          ...(gateway.public === undefined
            ? { also: "from any address, behind a NAT" }
            : gateway.name
            ? { also: gateway.name }
            : {}),
        },
        port: wireguard?.port ?? 0,
        isCalled: gateway.public !== undefined,
      }));
      return both(
        "wireguard",
        { transport: "UDP", protocol: "WireGuard", purpose: "VPN", keepAlive },
        open.map(({ end }) => end),
      )
        .flatMap((rule, at) => open[1 - at].isCalled ? [{ ...rule, port: open[1 - at].port }] : []);
    }
    const ends = [this.#us, this.#partner].map(({ name: who, vpn }) => ({
      who,
      address: vpn?.address ?? "",
      ...(vpn?.own === undefined ? {} : { also: `${vpn.own} before its NAT` }),
    }));
    const isNat = [this.#us, this.#partner].some(({ vpn }) => vpn?.own !== undefined);
    return [
      ...both("ike", { transport: "UDP", port: 500, protocol: "IKEv2", purpose: "VPN, keys" }, ends),
      ...both("ike-nat", {
        transport: "UDP",
        port: 4500,
        protocol: "IKEv2 and ESP in UDP",
        purpose: "VPN, through NAT",
        keepAlive,
      }, ends),
      ...isNat
        ? []
        : both("esp", { transport: "ESP", protocol: "ESP (IP protocol 50)", purpose: "VPN, content" }, ends),
    ];
  }

  #relay(): readonly Rule[] {
    const { relay } = this.#partner;
    const sides = [[this.#us, "ours"], [this.#partner, "theirs"]] as const;
    return sides.flatMap(([site, side]) =>
      (relay?.servers ?? []).flatMap((url) => {
        const { hostname, port, protocol } = new URL(url);
        const called = relay?.addresses.length ? { also: relay.addresses.join(" ") } : {};
        return this.#calls(`relay-${hostname}`, site, side, {
          to: { who: "relay", address: hostname, ...called },
          port: Number(port) || (protocol === "wss:" ? 443 : 4222),
          protocol: protocol === "wss:" ? "WebSocket over TLS" : "NATS over TLS",
          purpose: "sealed messages, both ways",
          keepAlive: relayKeepAlive,
        });
      })
    );
  }

  #connection(name: string, connection: Connection): readonly Rule[] {
    const { from, port, purpose } = connection;
    const shared = {
      port,
      protocol: protocolText(connection),
      purpose,
      keepAlive: keepAliveOf(connection, this.#linuxMs),
    };
    const isOurs = from === "us";
    const [caller, callee] = isOurs ? [this.#us, this.#partner] : [this.#partner, this.#us];
    if (this.#partner.transport === "direct") {
      const to = outside(callee, connection.called);
      const side = isOurs ? "ours" : "theirs", other = isOurs ? "theirs" : "ours";
      if (connection.protocol === "https" && caller.proxy) {
        return this.#calls(name, caller, side, { ...shared, to }, other);
      }
      const from = outside(caller, connection.caller, false);
      const direction = { [side]: "out", [other]: "in" } as const;
      return [{
        name: `${this.#name}/${name}`,
        from,
        to,
        transport: "TCP",
        through: "internet",
        ...direction,
        ...shared,
      }];
    }
    const [seenCaller, seenCallee] = isOurs
      ? [this.#translation.ours, this.#translation.theirs]
      : [this.#translation.theirs, this.#translation.ours];
    const end = (site: Site, address: string | undefined, seen: readonly Seen[]): Party => {
      const own = address ?? gatewayAddress(site, this.#partner.transport);
      const as = textSeenAs(own, seen);
      return { who: site.name, address: own, ...(as === own ? {} : { also: `seen as ${as}` }) };
    };
    return [{
      name: `${this.#name}/${name}`,
      from: end(caller, connection.caller, seenCaller),
      to: end(callee, connection.called, seenCallee),
      transport: "TCP",
      through: "VPN",
      ours: isOurs ? "out" : "in",
      theirs: isOurs ? "in" : "out",
      ...shared,
    }];
  }

  /** A call to the internet, by the site's proxy where it has one. */
  #calls(
    name: string,
    site: Site,
    side: "ours" | "theirs",
    rule: Pick<Rule, "to" | "port" | "protocol" | "purpose" | "keepAlive">,
    other?: "ours" | "theirs",
  ): readonly Rule[] {
    const callee = other ? { [other]: "in" } as const : {};
    const shared = { transport: "TCP", ...rule } as const;
    if (!site.proxy) {
      const from = outside(site, undefined, false);
      return [{
        name: `${this.#name}/${name}`,
        from,
        through: "internet",
        [side]: "out",
        ...callee,
        ...shared,
      }];
    }
    const { hostname, port } = new URL(site.proxy.url);
    const who = `${site.name}, proxy`;
    const open = site.gateway.public === undefined ? { address: hostname } : { address: site.gateway.public };
    return [
      {
        ...shared,
        name: `${this.#name}/${name}-to-proxy`,
        from: { who: site.name, address: site.gateway.address },
        to: { who, address: hostname },
        port: Number(port) || 80,
        protocol: "HTTP CONNECT",
        through: "inside",
        [side]: "inside",
      },
      {
        name: `${this.#name}/${name}`,
        from: { who, ...open },
        through: "internet",
        [side]: "out",
        ...callee,
        ...shared,
      },
    ];
  }
}

/** A site as the internet sees it, with what it is inside. */
function outside({ name: who, gateway }: Site, address = gateway.address, isCalled = true): Party {
  const open = gateway.public ?? address;
  const also = [isCalled ? gateway.name : undefined, open === address ? undefined : `inside ${address}`];
  const told = also.filter((part) => part !== undefined).join(", ");
  return { who, address: open, ...(told === "" ? {} : { also: told }) };
}

/** The keep-alive of a rule, for people; empty where nothing of it stays open. */
export function ruleKeepAlive({ keepAlive }: Rule): string {
  return keepAlive ? keepAliveText(keepAlive) : "";
}
