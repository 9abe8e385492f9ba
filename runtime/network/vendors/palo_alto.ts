import { type Network, networkText, parseAddress } from "../addresses.ts";
import { translated } from "../translation.ts";
import { shortName, type TunnelEnd, type TunnelView } from "../tunnel.ts";
import { type Device, distinct, ipv4, portsOf, unwritten } from "./device.ts";

/** Palo Alto, PAN-OS from 10.1 on: one child SA for each proxy id. */
export const paloAlto: Device = {
  title: "Palo Alto PAN-OS",
  words: {
    ike: "ike-crypto-profiles: encryption aes-256-gcm, hash non-auth",
    prf: "by the group: SHA-384 with group20",
    group: "ike-crypto-profiles: dh-group",
    ikeLife: "ike-crypto-profiles: lifetime",
    esp: "ipsec-crypto-profiles: esp encryption aes-256-gcm, authentication none",
    pfs: "ipsec-crypto-profiles: dh-group",
    childLife: "ipsec-crypto-profiles: lifetime",
    dpd: "ike gateway: protocol ikev2 dpd (liveness check)",
    natT: "ike gateway: protocol-common nat-traversal",
    id: "ike gateway: local-id, peer-id",
    authentication: "ike gateway: authentication",
    selectors: "tunnel ipsec: auto-key proxy-id",
    mtu: "interface tunnel: mtu",
    mss: "by itself, from the tunnel's MTU",
  },
  configuration,
};

const ZONE = "mitral-vpn";

function configuration(view: TunnelView): string {
  const { local, remote, agreement } = view;
  const name = shortName(view.name, 24);
  const { outside = "ethernet1/1", inside = "inside" } = local;
  const pairs = ipv4(view.selectors);
  const [seconds, hours] = [agreement.childSeconds, agreement.ikeSeconds / 3_600];
  const groups = agreement.groups.map((group) => `group${group}`).join(" ");
  // Tunnels with the same groups share one.
  const profile = `mitral-${agreement.groups.join("-")}`;
  const ikeProfile = `set network ike crypto-profiles ike-crypto-profiles ${profile}`;
  const espProfile = `set network ike crypto-profiles ipsec-crypto-profiles ${profile}`;
  const gateway = `set network ike gateway ${name}`;
  const tunnel = `set network tunnel ipsec ${name}`;
  const routes = "set network virtual-router default routing-table ip static-route";
  const remotes = distinct(pairs.map(({ remote }) => remote));
  const seen = translated(local.networks);
  const unit = `tunnel.${view.number}`;
  return [
    ...unwritten(view, "#"),
    `${ikeProfile} dh-group [ ${groups} ]`,
    `${ikeProfile} encryption [ aes-256-gcm ]`,
    `${ikeProfile} hash [ non-auth ]`,
    `${ikeProfile} lifetime hours ${hours}`,
    `${espProfile} esp encryption [ aes-256-gcm ]`,
    `${espProfile} esp authentication [ none ]`,
    `${espProfile} dh-group group${agreement.groups[0]}`,
    `${espProfile} lifetime seconds ${seconds}`,
    `${gateway} protocol version ikev2`,
    `${gateway} protocol ikev2 ike-crypto-profile ${profile}`,
    `${gateway} protocol ikev2 dpd enable yes`,
    `${gateway} protocol ikev2 dpd interval ${agreement.dpdSeconds}`,
    `${gateway} protocol-common nat-traversal enable yes`,
    `${gateway} protocol-common nat-traversal keep-alive-interval ${agreement.natSeconds}`,
    `${gateway} protocol-common fragmentation enable yes`,
    `${gateway} local-address interface ${outside}`,
    "# where the interface has several addresses: local-address ip ADDRESS/PREFIX",
    `${gateway} peer-address ip ${remote.address}`,
    `${gateway} local-id type ${idType(local)}`,
    `${gateway} local-id id ${local.id}`,
    `${gateway} peer-id type ${idType(remote)}`,
    `${gateway} peer-id id ${remote.id}`,
    ...agreement.authentication === "preSharedKey"
      ? [
        "# type the pre-shared key on the device in place of KEY",
        `${gateway} authentication pre-shared-key key KEY`,
      ]
      : [
        `${gateway} authentication certificate local-certificate name ${local.certificate}`,
        `${gateway} authentication certificate certificate-profile ${local.authority}`,
      ],
    "# or any number that is free",
    `set network interface tunnel units ${unit} mtu ${agreement.mtu}`,
    `set network virtual-router default interface ${unit}`,
    `set zone ${ZONE} network layer3 ${unit}`,
    `${tunnel} tunnel-interface ${unit}`,
    `${tunnel} auto-key ike-gateway ${name}`,
    `${tunnel} auto-key ipsec-crypto-profile ${profile}`,
    ...pairs.flatMap(({ local, remote }, at) => {
      const proxy = `${tunnel} auto-key proxy-id ${name}-${at + 1}`;
      return [
        `${proxy} local ${networkText(local)}`,
        `${proxy} remote ${networkText(remote)}`,
        `${proxy} protocol any`,
      ];
    }),
    ...remotes.flatMap((network, at) => route(`${routes} ${name}-${at + 1}`, network, unit)),
    // The zone that what arrives is meant for is looked up by the address it is sent to, before it is translated.
    ...seen.flatMap(({ as }, at) => route(`${routes} ${name}-seen-${at + 1}`, as, unit)),
    ...seen.flatMap(({ network, as }, at) => {
      const rule = `set rulebase nat rules ${name}-${at + 1}`;
      return [
        `${rule} from ${inside}`,
        `${rule} to ${ZONE}`,
        `${rule} source ${networkText(network)}`,
        `${rule} destination [ ${remotes.map(networkText).join(" ")} ]`,
        `${rule} service any`,
        `${rule} source-translation static-ip translated-address ${networkText(as)}`,
        `${rule} source-translation static-ip bi-directional yes`,
      ];
    }),
    ...policies(view, name, inside),
  ].join("\n");
}

function idType({ id }: TunnelEnd): "ipaddr" | "fqdn" {
  return parseAddress(id) === undefined ? "fqdn" : "ipaddr";
}

function route(path: string, network: Network, unit: string): readonly string[] {
  return [`${path} destination ${networkText(network)}`, `${path} interface ${unit}`];
}

/** Policies see addresses as they are before they are translated. */
function policies(
  { local, remote, leaving, arriving }: TunnelView,
  name: string,
  inside: string,
): readonly string[] {
  const own = local.networks.filter(({ network }) => network.version === 4);
  const remotes = remote.networks.filter(({ network }) => network.version === 4).map(({ as }) => as);
  const of = (
    ports: readonly number[],
    way: string,
    from: string,
    to: string,
    sources: readonly Network[],
    destinations: readonly Network[],
  ) => {
    const rule = `set rulebase security rules ${name}-${way}`;
    const list = (networks: readonly Network[]) => `[ ${distinct(networks).map(networkText).join(" ")} ]`;
    return ports.length === 0 ? [] : [
      ...ports.map((port) => `set service mitral-tcp-${port} protocol tcp port ${port}`),
      `${rule} from ${from}`,
      `${rule} to ${to}`,
      `${rule} source ${list(sources)}`,
      `${rule} destination ${list(destinations)}`,
      `${rule} application any`,
      `${rule} service [ ${ports.map((port) => `mitral-tcp-${port}`).join(" ")} ]`,
      `${rule} action allow`,
    ];
  };
  return [
    ...of(portsOf(leaving), "out", inside, ZONE, own.map(({ network }) => network), remotes),
    ...of(portsOf(arriving), "in", ZONE, inside, remotes, own.map(({ as }) => as)),
  ];
}
