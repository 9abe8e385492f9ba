import { addressText, maskOf, type Network, parseAddress } from "../addresses.ts";
import { translated } from "../translation.ts";
import type { TunnelEnd, TunnelView } from "../tunnel.ts";
import { type Device, distinct, ipv4, unwritten } from "./device.ts";

/** Cisco IOS XE from 16.12 on, with a static tunnel interface that has one child SA for each line of an access list. */
export const ciscoIosXe: Device = {
  title: "Cisco IOS XE",
  words: {
    ike: "crypto ikev2 proposal: encryption aes-gcm-256",
    prf: "crypto ikev2 proposal: prf sha384",
    group: "crypto ikev2 proposal: group",
    ikeLife: "crypto ikev2 profile: lifetime",
    esp: "crypto ipsec transform-set esp-gcm 256",
    pfs: "crypto ipsec profile: set pfs",
    childLife: "crypto ipsec profile: set security-association lifetime",
    dpd: "crypto ikev2 profile: dpd",
    natT: "crypto ikev2 nat keepalive",
    id: "crypto ikev2 profile: identity local, match identity remote",
    authentication: "crypto ikev2 profile: authentication",
    selectors: "tunnel protection ipsec policy ipv4",
    mtu: "interface Tunnel: ip mtu",
    mss: "interface Tunnel: ip tcp adjust-mss",
  },
  configuration,
};

function configuration(view: TunnelView): string {
  const { local, remote, agreement } = view;
  const name = `mitral-${view.name}`;
  const { outside = "GigabitEthernet1", inside = "GigabitEthernet2" } = local;
  const pairs = ipv4(view.selectors);
  const isKeyed = agreement.authentication === "preSharedKey";
  const seen = translated(local.networks);
  // Tunnels with the same groups share one, and a policy takes several.
  const proposal = `mitral-${agreement.groups.join("-")}`;
  return [
    ...unwritten(view, "!"),
    `crypto ikev2 proposal ${proposal}`,
    " encryption aes-gcm-256",
    " prf sha384",
    ` group ${agreement.groups.join(" ")}`,
    "crypto ikev2 policy mitral",
    ` match address local ${local.own}`,
    ` proposal ${proposal}`,
    ...isKeyed ? keyring(name, remote) : [],
    `crypto ikev2 profile ${name}`,
    ` match identity remote ${identity(remote, "255.255.255.255")}`,
    ` identity local ${identity(local)}`,
    ...isKeyed
      ? [" authentication remote pre-share", " authentication local pre-share", ` keyring local ${name}`]
      : [
        " ! ecdsa-sig where a certificate has a key of an elliptic curve; the trustpoints' revocation-check must reach the CRL",
        " authentication remote rsa-sig",
        " authentication local rsa-sig",
        ` pki trustpoint ${local.certificate}`,
        ` pki trustpoint ${local.authority} verify`,
      ],
    ` lifetime ${agreement.ikeSeconds}`,
    ` dpd ${agreement.dpdSeconds} 5 periodic`,
    `crypto ikev2 nat keepalive ${agreement.natSeconds}`,
    "crypto ipsec transform-set mitral esp-gcm 256",
    " mode tunnel",
    `crypto ipsec profile ${name}`,
    ` set security-association lifetime seconds ${agreement.childSeconds}`,
    " set security-association lifetime kilobytes disable",
    " set transform-set mitral",
    ` set pfs group${agreement.groups[0]}`,
    ` set ikev2-profile ${name}`,
    "!",
    `ip access-list extended ${name}`,
    ...pairs.map(({ local, remote }) => ` permit ip ${wildcard(local)} ${wildcard(remote)}`),
    "! Or any number that is free.",
    `interface Tunnel${view.number}`,
    ` ip unnumbered ${outside}`,
    ` ip mtu ${agreement.mtu}`,
    ` ip tcp adjust-mss ${agreement.mss}`,
    ...seen.length === 0 ? [] : [" ip nat outside"],
    ` tunnel source ${outside}`,
    " tunnel mode ipsec ipv4",
    ` tunnel destination ${remote.address}`,
    ` tunnel protection ipsec policy ipv4 ${name}`,
    ` tunnel protection ipsec profile ${name}`,
    ...distinct(pairs.map(({ remote }) => remote)).flatMap((network) => {
      const route = `ip route ${addressOf(network)} ${maskOf(network)}`;
      // So that nothing for the partner goes to the internet while the tunnel is down.
      return [`${route} Tunnel${view.number}`, `${route} Null0 254`];
    }),
    ...seen.length === 0 ? [] : [
      "!",
      "! One to one, at every interface that is `ip nat outside`: where the one to the internet is, too, translate on another device.",
      `interface ${inside}`,
      " ip nat inside",
      ...seen.map(({ network, as }) =>
        network.prefix === 32
          ? `ip nat inside source static ${addressOf(network)} ${addressOf(as)}`
          : `ip nat inside source static network ${addressOf(network)} ${addressOf(as)} /${network.prefix}`
      ),
    ],
  ].join("\n");
}

function keyring(name: string, { address }: TunnelEnd): readonly string[] {
  return [
    `crypto ikev2 keyring ${name}`,
    " peer partner",
    `  address ${address}`,
    "  ! type the pre-shared key on the device in place of KEY",
    "  pre-shared-key KEY",
  ];
}

function identity({ id }: TunnelEnd, mask?: string): string {
  if (parseAddress(id) === undefined) return `fqdn ${id}`;
  return mask === undefined ? `address ${id}` : `address ${id} ${mask}`;
}

function wildcard(network: Network): string {
  return network.prefix === 32
    ? `host ${addressOf(network)}`
    : `${addressOf(network)} ${maskOf(network, true)}`;
}

function addressOf({ version, first }: Network): string {
  return addressText({ version, value: first });
}
