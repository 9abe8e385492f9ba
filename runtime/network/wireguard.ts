import { declareErrors } from "../contract/error.ts";

/** Errors of what is written for WireGuard. */
export const wireGuardErrors = declareErrors("wireguard", {
  WIREGUARD_VALUE_UNFIT: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot write WireGuard configuration: {part} has a character that may not stand there, or too many",
  },
  WIREGUARD_MTU_SMALL: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot write WireGuard configuration: a way of {way} bytes leaves {mtu} in the tunnel, and IPv6 needs {min}",
  },
});

/** The other end of a tunnel. */
export interface WireGuardPeer {
  /** What people call it. */
  readonly name: string;
  /** Its public key, in base64; from its file of public keys. */
  readonly publicKey: string;
  /** `HOST:PORT` where it is called; left out where only it calls us. */
  readonly endpoint?: string;
  /** Networks behind it, which it may send from: its address inside the tunnel at least. */
  readonly allowed: readonly string[];
  /** How often it hears of us when there is nothing to say; 25 s where left out. */
  readonly keepAliveMs?: number;
}

/** What the configuration of our end is made from. Nothing of it is secret. */
export interface WireGuardTunnel {
  /** What people call us. */
  readonly name: string;
  /** Our public key, in base64, to compare with what `wg show` says. */
  readonly publicKey: string;
  /** Our addresses inside the tunnel: `10.99.0.1/32`. */
  readonly addresses: readonly string[];
  /** UDP port we listen on. */
  readonly port: number;
  /** Largest packet of the way between the ends; 1500 where left out. */
  readonly wayMtu?: number;
  /**
   * Where the private key lies on the gateway, `%i` for the interface's name: `/etc/wireguard/%i.key` where left out.
   * `mitral keys wireguard` writes it.
   */
  readonly keyFile?: string;
  readonly peers: readonly WireGuardPeer[];
}

/** The usual path of the private key. */
export const WIREGUARD_KEY_FILE = "/etc/wireguard/%i.key";

/** What a packet grows by: 40 bytes of IPv6, 8 of UDP, 32 of WireGuard (type, receiver, counter, tag). */
export const WIREGUARD_OVERHEAD_BYTES = 80;
/** What every link carries that IPv6 goes by (RFC 8200 section 5). */
export const IPV6_MTU_MIN = 1280;
const WAY_MTU = 1500;
/** Shorter than any firewall forgets UDP that it has seen an answer to (30 s); what WireGuard's own manual advises. */
const KEEP_ALIVE_MS = 25_000;

/** What may stand in a line: the file is run by root, and a line of it may be a command. */
const FIT = {
  name: /^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u,
  publicKey: /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/,
  network: /^[0-9A-Fa-f.:]{2,45}(\/\d{1,3})?$/,
  endpoint: /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}$/,
  keyFile: /^\/[A-Za-z0-9_.%/-]{1,250}$/,
  port: /^\d{1,5}$/,
} as const;

/** Largest packet inside a tunnel by a way of this size. Errors: WIREGUARD_MTU_SMALL. */
export function wireGuardMtu(way: number = WAY_MTU): number {
  const mtu = way - WIREGUARD_OVERHEAD_BYTES;
  return mtu >= IPV6_MTU_MIN
    ? mtu
    : wireGuardErrors.fail("WIREGUARD_MTU_SMALL", { way, mtu, min: IPV6_MTU_MIN });
}

/**
 * The configuration of our end for `wg-quick`, with WireGuard of the kernel or `wireguard-go`. The private key is not in
 * it: `wg-quick` reads that from a file of its own, for root alone, when the tunnel comes up.
 *
 * Errors: WIREGUARD_VALUE_UNFIT, WIREGUARD_MTU_SMALL.
 */
export function renderWireGuard(
  { name, publicKey, addresses, port, wayMtu, keyFile = WIREGUARD_KEY_FILE, peers }: WireGuardTunnel,
): string {
  const lines = [
    `# WireGuard of ${
      fit("name", name)
    }, for wg-quick. Nothing in this file is secret: the private key is in`,
    `# ${
      fit("keyFile", keyFile)
    }, which mitral keys wireguard writes. After a change: wg-quick down, then up.`,
    "[Interface]",
    `# PublicKey = ${fit("publicKey", publicKey)}`,
    `Address = ${addresses.map((one) => fit("network", one)).join(", ")}`,
    `ListenPort = ${fit("port", String(port))}`,
    `MTU = ${wireGuardMtu(wayMtu)}`,
    `PostUp = wg set %i private-key ${keyFile}`,
    ...peers.flatMap((peer) => [
      "",
      `# ${fit("name", peer.name)}`,
      "[Peer]",
      `PublicKey = ${fit("publicKey", peer.publicKey)}`,
      ...(peer.endpoint === undefined ? [] : [`Endpoint = ${fit("endpoint", peer.endpoint)}`]),
      `AllowedIPs = ${peer.allowed.map((one) => fit("network", one)).join(", ")}`,
      `PersistentKeepalive = ${Math.floor((peer.keepAliveMs ?? KEEP_ALIVE_MS) / 1_000)}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function fit(part: keyof typeof FIT, value: string): string {
  return FIT[part].test(value) ? value : wireGuardErrors.fail("WIREGUARD_VALUE_UNFIT", { part });
}
