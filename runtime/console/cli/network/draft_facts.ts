import type { Configured, GatewayPlan } from "../../../engine/plan.ts";
import type { DraftConnection, DraftFacts } from "../../../network/draft.ts";
import { PROTOCOLS } from "../../../network/questionnaire.ts";
import type { Link } from "../../../trust/partner_file.ts";
import { pathsOf } from "../../../engine/paths/paths_of.ts";
import type { Session } from "../session.ts";
import { type NamedPartner, partnersOf } from "./partners.ts";

/** What a gateway file, and the files of its partners, tell of the network. */
export async function draftFacts(plan: GatewayPlan, session: Session): Promise<DraftFacts> {
  const { name: gateway, channels, exchange } = plan;
  const hidden: string[] = [];
  const connections = (name: string, component: Component, isListener: boolean, purpose: string) => {
    const found = connectionOf(name, component, isListener, purpose);
    if (found !== "hidden") return found ? [found] : [];
    hidden.push(name);
    return [];
  };
  const inside = channels.flatMap(({ name, about, listen, destinations }) => [
    ...connections(name, listen, true, about || `channel ${name}`),
    ...destinations.flatMap((destination) =>
      pathsOf(destination.send).flatMap(({ name: path, send }, at) => {
        const called = `${name}-${destination.name}${at === 0 ? "" : `-${path}`}`;
        return connections(called, send, false, `channel ${name} to ${destination.name}`);
      })
    ),
  ]);
  const links = exchange?.links ?? [];
  const doors = links.flatMap((link) => linkConnections("exchange", link, "them"));
  const known = await partnersOf(plan, session);
  // Before they are met there is no more than their names.
  const coming = namedIn(channels).filter((named) => !known.some(({ name }) => name === named));
  return {
    gateway,
    inside,
    doors,
    relays: [...new Set(links.flatMap(serversOf))],
    partners: [...known, ...coming.map((name): NamedPartner => ({ name }))].map(({ name, partner }) => ({
      name,
      ways: (partner?.links ?? []).flatMap((link) => linkConnections("exchange-out", link, "us")),
    })),
    hidden,
  };
}

/** A listener or a sender. */
type Component = Configured<{ readonly name: string }>;

/** One over the network; `hidden` where only this machine can reach it. */
function connectionOf(
  name: string,
  { spec, config }: Component,
  isListener: boolean,
  purpose: string,
): DraftConnection | "hidden" | undefined {
  const settings = config as Readonly<Record<string, unknown>>;
  const protocol = PROTOCOLS.find((known) => known === spec.name.replace(/_server$/, ""));
  if (protocol === undefined) return undefined;
  const url = typeof settings.url === "string" && URL.canParse(settings.url)
    ? new URL(settings.url)
    : undefined;
  const host = isListener ? settings.host : url?.hostname ?? settings.host;
  const port = isListener || !url ? settings.port : Number(url.port) || 443;
  if (typeof port !== "number") return undefined;
  // A listener may call its peer, and a sender wait for it.
  const isServer = spec.name.endsWith("_server") || settings.role === "server" ||
    (isListener && settings.role === undefined && spec.name !== "sftp");
  if (host === undefined || isHere(String(host))) return "hidden";
  const shared = { name, protocol, tls: settings.tls !== undefined, port, purpose };
  return isServer ? { ...shared, from: "them" } : { ...shared, from: "us", host: String(host) };
}

function isHere(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** By what a partner is called, or calls. */
function linkConnections(
  name: string,
  { settings: { url } }: Link,
  from: "us" | "them",
): readonly DraftConnection[] {
  if (typeof url !== "string" || !URL.canParse(url)) return [];
  const { hostname, port } = new URL(url);
  return [{
    name,
    from,
    protocol: "https",
    tls: true,
    port: Number(port) || 443,
    host: hostname,
    purpose: "sealed messages",
  }];
}

function serversOf({ settings: { servers } }: Link): readonly string[] {
  return Array.isArray(servers) ? servers.map(String) : typeof servers === "string" ? [servers] : [];
}

/** Partners that channels send to by the exchange, or take from. */
function namedIn(channels: GatewayPlan["channels"]): readonly string[] {
  const names = channels.flatMap(({ listen, destinations }) =>
    [listen, ...destinations.flatMap(({ send }) => pathsOf(send).map(({ send }) => send))].flatMap(
      ({ spec, config }: Component) =>
        spec.name === "to" || spec.name === "from"
          ? [(config as { readonly partner?: unknown }).partner]
          : [],
    )
  );
  return [...new Set(names.filter((name) => typeof name === "string"))];
}
