import { addressText, maskOf, type Network, parseAddress } from "../addresses.ts";
import { type Seen, translated } from "../translation.ts";
import { shortName, type TunnelView } from "../tunnel.ts";
import { type Device, distinct, ipv4, unwritten } from "./device.ts";

/** Cisco ASA from 9.1 on, with a crypto map: one child SA for each line of its access list. */
export const ciscoAsa: Device = {
  title: "Cisco ASA",
  words: {
    ike: "crypto ikev2 policy: encryption aes-gcm-256, integrity null",
    prf: "crypto ikev2 policy: prf sha384",
    group: "crypto ikev2 policy: group",
    ikeLife: "crypto ikev2 policy: lifetime seconds",
    esp: "crypto ipsec ikev2 ipsec-proposal: protocol esp encryption aes-gcm-256",
    pfs: "crypto map: set pfs",
    childLife: "crypto map: set security-association lifetime",
    dpd: "tunnel-group ipsec-attributes: isakmp keepalive",
    natT: "crypto isakmp nat-traversal",
    id: "crypto isakmp identity",
    authentication: "tunnel-group ipsec-attributes: ikev2 local-authentication",
    selectors: "access-list of the crypto map",
    mtu: "by itself (crypto ipsec df-bit)",
    mss: "sysopt connection tcpmss",
  },
  configuration,
};

function configuration(view: TunnelView): string {
  const { local, remote, agreement } = view;
  const name = `mitral-${view.name}`;
  const { outside = "outside", inside = "inside" } = local;
  const pairs = ipv4(view.selectors);
  const remotes = distinct(pairs.map(({ remote }) => remote));
  const isKeyed = agreement.authentication === "preSharedKey";
  const isAddress = parseAddress(local.id) !== undefined;
  return [
    ...unwritten(view, "!"),
    "! Or any number that is free: a policy that has it is changed.",
    `crypto ikev2 policy ${view.number}`,
    " encryption aes-gcm-256",
    " integrity null",
    ` group ${agreement.groups.join(" ")}`,
    " prf sha384",
    ` lifetime seconds ${agreement.ikeSeconds}`,
    `crypto ikev2 enable ${outside}`,
    "! The next two are for all tunnels of the device.",
    `crypto isakmp nat-traversal ${agreement.natSeconds}`,
    ...isAddress
      ? ["crypto isakmp identity address"]
      : [`! hostname and domain-name together must read ${local.id}`, "crypto isakmp identity hostname"],
    "crypto ipsec ikev2 ipsec-proposal mitral-aes256-gcm",
    " protocol esp encryption aes-gcm-256",
    " protocol esp integrity null",
    "!",
    ...local.networks.flatMap((seen, at) => localObjects(seen, name, at)),
    ...remotes.flatMap((network, at) => object(`${name}-remote-${at + 1}`, network)),
    ...pairs.map(({ local, remote }) =>
      `access-list ${name} extended permit ip ${aclText(local)} ${aclText(remote)}`
    ),
    "!",
    ...local.networks.flatMap((seen, at) =>
      seen.network.version === 6
        ? []
        : remotes.map((_, to) => nat({ name, inside, outside, at, to, isTranslated: isTranslated(seen) }))
    ),
    "!",
    `group-policy ${name} internal`,
    `group-policy ${name} attributes`,
    " vpn-idle-timeout none",
    " vpn-session-timeout none",
    " vpn-tunnel-protocol ikev2",
    `tunnel-group ${remote.address} type ipsec-l2l`,
    `tunnel-group ${remote.address} general-attributes`,
    ` default-group-policy ${name}`,
    `tunnel-group ${remote.address} ipsec-attributes`,
    ` isakmp keepalive threshold ${agreement.dpdSeconds} retry 5`,
    ...isKeyed
      ? [
        " ! type the pre-shared key on the device, in both lines, in place of KEY",
        " ikev2 remote-authentication pre-shared-key KEY",
        " ikev2 local-authentication pre-shared-key KEY",
      ]
      : [
        " ikev2 remote-authentication certificate",
        ` ikev2 local-authentication certificate ${local.certificate}`,
      ],
    "!",
    "! One crypto map for each interface: where there is one, use its name, and a number that is free in it.",
    `crypto map mitral ${view.number} match address ${name}`,
    `crypto map mitral ${view.number} set pfs group${agreement.groups[0]}`,
    `crypto map mitral ${view.number} set peer ${remote.address}`,
    `crypto map mitral ${view.number} set ikev2 ipsec-proposal mitral-aes256-gcm`,
    `crypto map mitral ${view.number} set security-association lifetime seconds ${agreement.childSeconds}`,
    `crypto map mitral ${view.number} set security-association lifetime kilobytes unlimited`,
    ...isKeyed ? [] : [`crypto map mitral ${view.number} set trustpoint ${local.certificate}`],
    "! Routes to the partner's networks by the outside, whatever other routes there are.",
    `crypto map mitral ${view.number} set reverse-route`,
    `crypto map mitral interface ${outside}`,
    "! `sysopt connection permit-vpn`, the default, lets in whatever a tunnel brings: a vpn-filter holds it to the firewall table.",
    "! For all TCP through the device, not for this tunnel alone.",
    `sysopt connection tcpmss ${agreement.mss}`,
  ].join("\n");
}

function isTranslated(seen: Seen): boolean {
  return translated([seen]).length > 0;
}

function localObjects(seen: Seen, name: string, at: number): readonly string[] {
  if (seen.network.version === 6) return [];
  const own = object(`${name}-local-${at + 1}`, seen.network);
  return isTranslated(seen) ? [...own, ...object(`${name}-seen-${at + 1}`, seen.as)] : own;
}

function object(name: string, network: Network): readonly string[] {
  return [
    `object network ${shortName(name, 64)}`,
    ` ${network.prefix === 32 ? aclText(network) : `subnet ${aclText(network)}`}`,
  ];
}

function aclText(network: Network): string {
  const address = addressText({ version: 4, value: network.first });
  return network.prefix === 32 ? `host ${address}` : `${address} ${maskOf(network)}`;
}

/** What goes to the partner keeps its address, or gets the one it is seen by: before any rule for the internet. */
function nat(
  { name, inside, outside, at, to, isTranslated }: {
    readonly name: string;
    readonly inside: string;
    readonly outside: string;
    readonly at: number;
    readonly to: number;
    readonly isTranslated: boolean;
  },
): string {
  const [local, remote] = [`${name}-local-${at + 1}`, `${name}-remote-${to + 1}`];
  const seen = isTranslated ? `${name}-seen-${at + 1}` : local;
  const lookup = isTranslated ? "" : " route-lookup";
  return `nat (${inside},${outside}) 1 source static ${local} ${seen} destination static ${remote} ${remote} no-proxy-arp${lookup}`;
}
