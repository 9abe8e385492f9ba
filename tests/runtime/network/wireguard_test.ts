import { assertEquals, assertThrows } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import {
  renderWireGuard,
  wireGuardMtu,
  type WireGuardPeer,
  type WireGuardTunnel,
} from "../../../runtime/network/wireguard.ts";

const [OUR_KEY, THEIR_KEY] = [1, 2].map((byte) => new Uint8Array(32).fill(byte).toBase64());

const peer: WireGuardPeer = {
  name: "State Registry",
  publicKey: THEIR_KEY,
  endpoint: "registry.example:51820",
  allowed: ["10.99.0.2/32", "10.2.0.0/16"],
};
const tunnel: WireGuardTunnel = {
  name: "St. Elsewhere Hospital",
  publicKey: OUR_KEY,
  addresses: ["10.99.0.1/32", "fd00::1/128"],
  port: 51_820,
  peers: [peer, { name: "lab", publicKey: THEIR_KEY, allowed: ["10.99.0.3/32"], keepAliveMs: 10_000 }],
};

const codeOf = (make: () => unknown) => {
  const { code, facts } = assertThrows(make, MitralError);
  return `${code} ${facts.part ?? ""}`.trim();
};

Deno.test("a WireGuard configuration says what both ends need, and reads the private key from a file", () => {
  assertEquals(
    renderWireGuard(tunnel),
    `# WireGuard of St. Elsewhere Hospital, for wg-quick. Nothing in this file is secret: the private key is in
# /etc/wireguard/%i.key, which mitral keys wireguard writes. After a change: wg-quick down, then up.
[Interface]
# PublicKey = ${OUR_KEY}
Address = 10.99.0.1/32, fd00::1/128
ListenPort = 51820
MTU = 1420
PostUp = wg set %i private-key /etc/wireguard/%i.key

# State Registry
[Peer]
PublicKey = ${THEIR_KEY}
Endpoint = registry.example:51820
AllowedIPs = 10.99.0.2/32, 10.2.0.0/16
PersistentKeepalive = 25

# lab
[Peer]
PublicKey = ${THEIR_KEY}
AllowedIPs = 10.99.0.3/32
PersistentKeepalive = 10
`,
  );
});

Deno.test("a WireGuard packet fits into the way, or nothing is written", () => {
  assertEquals([wireGuardMtu(), wireGuardMtu(1492), wireGuardMtu(1360)], [1420, 1412, 1280]);
  assertEquals(codeOf(() => renderWireGuard({ ...tunnel, wayMtu: 1359 })), "WIREGUARD_MTU_SMALL");
});

Deno.test("a value can put no line of its own into a file that root runs", () => {
  const command = "\nPostUp = reboot";
  const spoilt: readonly (readonly [string, Partial<WireGuardTunnel>])[] = [
    ["name", { name: `x${command}` }],
    ["name", { name: `x\u2028y` }],
    ["name", { peers: [{ ...peer, name: `x\r${command}` }] }],
    ["publicKey", { publicKey: `${OUR_KEY}${command}` }],
    ["publicKey", { peers: [{ ...peer, publicKey: "AAAA" }] }],
    ["network", { addresses: [`10.99.0.1/32${command}`] }],
    ["network", { peers: [{ ...peer, allowed: ["any"] }] }],
    ["endpoint", { peers: [{ ...peer, endpoint: `registry.example:1${command}` }] }],
    ["endpoint", { peers: [{ ...peer, endpoint: "$(reboot):1" }] }],
    ["keyFile", { keyFile: "/etc/wireguard/a; reboot" }],
    ["keyFile", { keyFile: "%i.key" }],
    ["port", { port: 1.5 }],
  ];
  for (const [part, change] of spoilt) {
    assertEquals(codeOf(() => renderWireGuard({ ...tunnel, ...change })), `WIREGUARD_VALUE_UNFIT ${part}`);
  }
});
