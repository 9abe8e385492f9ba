import { KEEP_ALIVE_MS } from "../contract/keep_alive.ts";
import type { Connection, Questionnaire, Site } from "./questionnaire.ts";

/** What keeps an idle connection alive on its way, and how often it speaks. */
export interface KeepAlive {
  readonly by: string;
  readonly everyMs: number;
}

/** A relay's connection asks so often; see the adapter `relay`. */
const RELAY_PING_MS = 30_000;
/** And one to an SFTP server: `keepAliveMs` of the adapter `sftp`, where nothing else is said. */
const SFTP_PROBE_MS = 15_000;
/** What suits nearly every firewall, where nobody knows how long it waits. */
const UDP_MS = 20_000;

/** The shortest of those that are known. */
export function shortest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** How often Linux is to ask on connections without TLS: twice within the shortest time a firewall waits. */
export function linuxKeepAliveMs({ us, partners }: Questionnaire): number {
  const idle = shortest([us, ...Object.values(partners)].map(({ firewall }) => firewall.tcpIdleMs));
  return Math.max(1_000, Math.min(KEEP_ALIVE_MS, seconds((idle ?? Infinity) / 2)));
}

/** What keeps a connection alive. */
export function keepAliveOf(
  { protocol, tls }: Pick<Connection, "protocol" | "tls">,
  linuxMs: number,
): KeepAlive {
  if (protocol === "sftp") return { by: "SSH", everyMs: SFTP_PROBE_MS };
  if (protocol === "https" || tls) return { by: "TCP", everyMs: KEEP_ALIVE_MS };
  return { by: "TCP, by Linux", everyMs: linuxMs };
}

/** What keeps a connection to a relay alive. */
export const relayKeepAlive: KeepAlive = { by: "ping", everyMs: RELAY_PING_MS };

/** What keeps a VPN's way through NATs and firewalls open: twice within the shortest time they wait for UDP. */
export function udpKeepAliveMs(us: Site, partner: Site): number {
  const idle = shortest([us.firewall.udpIdleMs, partner.firewall.udpIdleMs]);
  // No device takes less than ten seconds.
  return Math.max(10_000, Math.min(UDP_MS, seconds((idle ?? Infinity) / 2)));
}

/** After how long a silent peer of IKE is asked whether it is there. */
export function dpdMs(us: Site, partner: Site): number {
  return Math.max(10_000, Math.min(30_000, udpKeepAliveMs(us, partner)));
}

/** `keep-alive by TCP every 60 s`. */
export function keepAliveText({ by, everyMs }: KeepAlive): string {
  return `${by}, every ${everyMs / 1_000} s`;
}

/** Why a keep-alive does not help, or nobody can say: what the people of a site are to be asked, or to change. */
export function idleRemarks(
  site: Site,
  { tcp, udp }: { readonly tcp: readonly KeepAlive[]; readonly udp: readonly KeepAlive[] },
): readonly string[] {
  const remark = (
    what: string,
    setting: string,
    ms: number | undefined,
    keepAlives: readonly KeepAlive[],
  ) => {
    if (keepAlives.length === 0) return [];
    const slowest = keepAlives.reduce((one, other) => other.everyMs > one.everyMs ? other : one);
    const every = `${slowest.everyMs / 1_000} s`;
    if (ms === undefined) {
      return [
        `Nobody has said how long its firewalls keep idle ${what} (\`${setting}\`). It must be longer than ${every}.`,
      ];
    }
    return ms > slowest.everyMs ? [] : [
      `Its firewalls drop idle ${what} after ${
        ms / 1_000
      } s, and the keep-alive (${slowest.by}) comes every ${every}. ` +
      `They must wait for longer.`,
    ];
  };
  const proxied = site.proxy === undefined ? [] : remark(
    "connections through its proxy",
    "proxy.idleMs",
    site.proxy.idleMs,
    tcp.filter(({ by }) => by !== "SSH" && !by.includes("Linux")),
  );
  return [
    ...remark("TCP connections", "firewall.tcpIdleMs", site.firewall.tcpIdleMs, tcp),
    ...remark("UDP", "firewall.udpIdleMs", site.firewall.udpIdleMs, udp),
    ...proxied,
  ];
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
