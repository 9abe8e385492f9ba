import { networkText } from "./addresses.ts";
import type { Document, Remark, RenderTools } from "./document.ts";
import { udpKeepAliveMs } from "./keep_alive.ts";
import type { Questionnaire, Site } from "./questionnaire.ts";
import { translationWith } from "./translation.ts";
import { renderWireGuard, type WireGuardPeer, type WireGuardTunnel } from "./wireguard.ts";

/** WireGuard's part of the documents. */
export interface WireGuardPart {
  readonly documents: readonly Document[];
  readonly remarks: readonly Remark[];
}

/** What the gateways need for WireGuard. */
export function wireGuardDocuments(read: Questionnaire, tools: RenderTools): WireGuardPart {
  const { us, partners } = read;
  const names = Object.keys(partners).filter((name) => partners[name].transport === "wireguard");
  const ourKey = us.wireguard?.key ?? tools.wireguard.us;
  const keyOf = (name: string) => partners[name].wireguard?.key ?? tools.wireguard.partners[name];
  if (names.length === 0) return { documents: [], remarks: [] };
  const missing = "Nobody knows its public key for WireGuard: nothing is written that needs it.";
  const known = names.filter((name) => keyOf(name) !== undefined);
  const remarks = [
    ...ourKey === undefined ? [{ says: missing }] : [],
    ...names.filter((name) => !known.includes(name)).map((partner) => ({ partner, says: missing })),
  ];
  if (ourKey === undefined || known.length === 0) return { documents: [], remarks };
  const ours = endOf(
    us,
    ourKey,
    Math.min(...known.map((name) => partners[name].mtu)),
    known.map((name) => ({
      ...peerOf(partners[name], keyOf(name)!, translationWith(read, name).theirs),
      keepAliveMs: udpKeepAliveMs(us, partners[name]),
    })),
  );
  const theirs = known.map((name) => ({
    path: `${name}/wireguard.conf`,
    end: endOf(partners[name], keyOf(name)!, partners[name].mtu, [
      {
        ...peerOf(us, ourKey, translationWith(read, name).ours),
        keepAliveMs: udpKeepAliveMs(us, partners[name]),
      },
    ]),
  }));
  const documents = [{ path: "wireguard.conf", end: ours }, ...theirs].map(({ path, end }) => ({
    path,
    text: renderWireGuard(end),
  }));
  return { documents, remarks };
}

function endOf(
  { name, wireguard }: Site,
  publicKey: string,
  wayMtu: number,
  peers: readonly WireGuardPeer[],
): WireGuardTunnel {
  const { address, port } = wireguard!;
  return {
    name,
    publicKey,
    addresses: [`${address}/${address.includes(":") ? 128 : 32}`],
    port,
    wayMtu,
    peers,
  };
}

function peerOf(
  { name, gateway, wireguard }: Site,
  publicKey: string,
  seen: ReturnType<typeof translationWith>["ours"],
): WireGuardPeer {
  const host = gateway.public && (gateway.name ?? gateway.public);
  const written = host?.includes(":") ? `[${host}]` : host;
  return {
    name,
    publicKey,
    ...(written === undefined ? {} : { endpoint: `${written}:${wireguard!.port}` }),
    allowed: seen.map(({ as }) => networkText(as)),
  };
}
