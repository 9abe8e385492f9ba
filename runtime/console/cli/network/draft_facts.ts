import type { Configured, GatewayPlan } from "../../../engine/plan.ts";
import type { DraftConnection, DraftFacts } from "../../../network/draft.ts";
import { PROTOCOLS } from "../../../network/questionnaire.ts";
import type { Link } from "../../../trust/partner_file.ts";
import { pathsOf } from "../../../engine/paths/paths_of.ts";
import type { Session } from "../session.ts";

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
  const files = await linksOfPartners(plan, session);
  return {
    gateway,
    inside,
    doors,
    relays: [...new Set(links.flatMap(serversOf))],
    partners: files.map(({ name, links }) => ({
      name,
      ways: links.flatMap((link) => linkConnections("exchange-out", link, "us")),
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

/** How partners are reached, by our names for them; what cannot be read tells nothing. */
async function linksOfPartners(
  { partners, partnersFolder, channels }: GatewayPlan,
  session: Session,
): Promise<readonly { readonly name: string; readonly links: readonly Link[] }[]> {
  const [{ parsePartnerFile }, { parseRecord }, { namesIn }] = await Promise.all([
    import("../../../trust/partner_file.ts"),
    import("../../../trust/partner_record.ts"),
    import("../../../trust/partner_folder.ts"),
  ]);
  const { disk } = session.outside.world;
  const listed = Object.entries(partners).map(async ([name, { keys }]) => {
    const read = keys === undefined
      ? undefined
      : await disk.read(keys).then((bytes) => parsePartnerFile(bytes, keys)).catch(() => undefined);
    return { name, links: read?.links ?? [] };
  });
  const files = partnersFolder === undefined ? [] : await disk.list(partnersFolder).catch(() => []);
  const kept = namesIn(files).map(async (name) => {
    const path = `${partnersFolder}/${name}.json`;
    const record = await disk.read(path).then((bytes) => parseRecord(bytes, name, path)).catch(() =>
      undefined
    );
    return { name, links: record?.held?.partner.links ?? [] };
  });
  const known = await Promise.all([...listed, ...kept]);
  // Before they are met there is no more than their names.
  const coming = namedIn(channels).filter((named) => !known.some(({ name }) => name === named));
  return [...known, ...coming.map((name) => ({ name, links: [] }))];
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
