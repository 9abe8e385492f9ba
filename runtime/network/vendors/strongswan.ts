import { networkText } from "../addresses.ts";
import type { Document } from "../document.ts";
import { translated } from "../translation.ts";
import type { Agreement, TunnelView } from "../tunnel.ts";
import { type Device, distinct } from "./device.ts";

const GROUPS: Readonly<Record<number, string>> = { 14: "modp2048", 19: "ecp256", 20: "ecp384", 21: "ecp521" };

/** strongSwan by `swanctl`; tested with 5.9.8, the one of Debian 12. */
export const strongswan: Device = {
  title: "strongSwan",
  words: {
    ike: "proposals: aes256gcm16",
    prf: "proposals: prfsha384",
    group: "proposals: ecp384, ecp521",
    ikeLife: "rekey_time and over_time",
    esp: "esp_proposals: aes256gcm16",
    pfs: "esp_proposals: ecp384",
    childLife: "children: rekey_time, life_time",
    dpd: "dpd_delay",
    natT: "charon.keep_alive in strongswan.conf",
    id: "local.id, remote.id",
    authentication: "local.auth, remote.auth",
    selectors: "children: local_ts, remote_ts",
    mtu: "by the kernel",
    mss: "nftables: tcp option maxseg",
  },
};

/** What strongSwan and nftables read at one end of some tunnels. `folder`: where it lies, with `/`. */
export function strongswanDocuments(views: readonly TunnelView[], folder = ""): readonly Document[] {
  if (views.length === 0) return [];
  return [
    { path: `${folder}swanctl.conf`, text: swanctl(views) },
    { path: `${folder}nftables.conf`, text: nftables(views) },
  ];
}

function swanctl(views: readonly TunnelView[]): string {
  const isKeyed = views.some(({ agreement }) => agreement.authentication === "preSharedKey");
  const keepAlive = Math.min(...views.map(({ agreement }) => agreement.natSeconds));
  const shared = views.filter(({ agreement }) => agreement.authentication === "preSharedKey");
  return [
    "# Made by `mitral network render`: change the network file instead. It goes to /etc/swanctl/conf.d/mitral.conf;",
    "# then swanctl --load-all. Certificates lie in /etc/swanctl/x509, their keys in private, authorities in x509ca.",
    `# It needs strongSwan 5.9.6 or later. In strongswan.conf: charon.keep_alive = ${keepAlive}s`,
    ...isKeyed
      ? [
        "# Pre-shared keys lie in a file of their own, which only root may read: /etc/swanctl/conf.d/mitral-secrets.conf",
      ]
      : [],
    ...shared.flatMap(({ name, local, remote }) => [
      `#   secrets { ike-${name} { id-1 = ${local.id}  id-2 = ${remote.id}  secret = 0s... } }`,
    ]),
    "connections {",
    ...views.flatMap(connection),
    "}",
    "",
  ].join("\n");
}

function connection({ name, local, remote, agreement, selectors }: TunnelView): readonly string[] {
  const { ikeSeconds, dpdSeconds, groups, authentication } = agreement;
  const isKeyed = authentication === "preSharedKey";
  const auth = `auth = ${isKeyed ? "psk" : "pubkey"}`;
  return indent([
    `${name} {`,
    ...indent([
      "version = 2",
      `local_addrs = ${local.own}`,
      `remote_addrs = ${remote.address}`,
      `proposals = aes256gcm16-prfsha384-${groups.map((group) => GROUPS[group]).join("-")}`,
      ...rekeying("over_time", ikeSeconds),
      `dpd_delay = ${dpdSeconds}s`,
      "keyingtries = 0",
      "mobike = no",
      "unique = replace",
      "local {",
      ...indent([auth, `id = ${local.id}`, ...isKeyed ? [] : [`certs = ${local.certificate}.pem`]]),
      "}",
      "remote {",
      ...indent([auth, `id = ${remote.id}`, ...isKeyed ? [] : [`cacerts = ${local.authority}.pem`]]),
      "}",
      "children {",
      ...indent(selectors.flatMap((selector, at) => [
        `${name}-${at + 1} {`,
        ...indent([
          `local_ts = ${networkText(selector.local)}`,
          `remote_ts = ${networkText(selector.remote)}`,
          `esp_proposals = ${espProposal(agreement)}`,
          ...rekeying("life_time", agreement.childSeconds),
          "start_action = trap|start",
          "dpd_action = trap",
          "close_action = trap",
        ]),
        "}",
      ])),
      "}",
    ]),
    "}",
  ]);
}

function espProposal({ groups }: Agreement): string {
  return `aes256gcm16-${GROUPS[groups[0]]}`;
}

/** Rekeyed with a tenth of the lifetime to go. strongSwan has the end of a child's life whole, and an IKE SA's from then on. */
function rekeying(end: "over_time" | "life_time", seconds: number): readonly string[] {
  const rekey = Math.round(seconds * 0.9);
  return [`rekey_time = ${rekey}s`, `${end} = ${end === "life_time" ? seconds : seconds - rekey}s`];
}

/** Clamps the MSS of what goes through the tunnels, and translates networks one to one. */
function nftables(views: readonly TunnelView[]): string {
  const clamp = (at: "saddr" | "daddr") =>
    views.flatMap(({ remote, agreement: { mss } }) =>
      distinct(remote.networks.map(({ as }) => as)).map((network) =>
        `${family(network.version)} ${at} ${
          networkText(network)
        } tcp flags syn tcp option maxseg size > ${mss} ` +
        `tcp option maxseg size set ${mss}`
      )
    );
  const pairs = views.flatMap(({ local, remote }) =>
    translated(local.networks).flatMap((own) =>
      distinct(remote.networks.map(({ as }) => as)).filter(({ version }) => version === 4).map((other) => ({
        network: networkText(own.network),
        as: networkText(own.as),
        other: networkText(other),
      }))
    )
  );
  return [
    "# Made by `mitral network render`: change the network file instead. Load it by nft -f.",
    "table inet mitral_vpn",
    "delete table inet mitral_vpn",
    "table inet mitral_vpn {",
    ...chain("arriving", "filter", "prerouting", "mangle", clamp("saddr")),
    ...chain("leaving", "filter", "postrouting", "mangle", clamp("daddr")),
    ...pairs.length === 0 ? [] : [
      ...chain(
        "own",
        "nat",
        "prerouting",
        "dstnat",
        pairs.map(({ network, as, other }) =>
          `ip saddr ${other} ip daddr ${as} dnat ip prefix to ip daddr map { ${as} : ${network} }`
        ),
      ),
      ...chain(
        "seen",
        "nat",
        "postrouting",
        "srcnat",
        pairs.map(({ network, as, other }) =>
          `ip saddr ${network} ip daddr ${other} snat ip prefix to ip saddr map { ${network} : ${as} }`
        ),
      ),
    ],
    "}",
    "",
  ].join("\n");
}

function chain(
  name: string,
  type: string,
  hook: string,
  priority: string,
  rules: readonly string[],
): readonly string[] {
  return indent([
    `chain ${name} {`,
    ...indent([`type ${type} hook ${hook} priority ${priority};`, ...rules]),
    "}",
  ]);
}

function family(version: 4 | 6): string {
  return version === 4 ? "ip" : "ip6";
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
