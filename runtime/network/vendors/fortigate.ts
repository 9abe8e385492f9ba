import { addressText, maskOf, type Network, parseAddress, rangeOf } from "../addresses.ts";
import { translated } from "../translation.ts";
import { shortName, type TunnelEnd, type TunnelView } from "../tunnel.ts";
import { type Device, distinct, ipv4, portsOf, unwritten } from "./device.ts";

/** FortiGate, FortiOS from 7.0 on: one child SA for each phase 2. */
export const fortigate: Device = {
  title: "FortiGate",
  words: {
    ike: "phase1-interface: proposal aes256gcm-prfsha384",
    prf: "phase1-interface: proposal aes256gcm-prfsha384",
    group: "phase1-interface: dhgrp",
    ikeLife: "phase1-interface: keylife",
    esp: "phase2-interface: proposal aes256gcm",
    pfs: "phase2-interface: pfs, dhgrp",
    childLife: "phase2-interface: keylifeseconds",
    dpd: "phase1-interface: dpd, dpd-retryinterval",
    natT: "phase1-interface: nattraversal, keepalive",
    id: "phase1-interface: localid; user peer: cn",
    authentication: "phase1-interface: authmethod",
    selectors: "phase2-interface: src-subnet, dst-subnet",
    mtu: "by itself",
    mss: "firewall policy: tcp-mss-sender, tcp-mss-receiver",
  },
  configuration,
};

/** FortiOS takes no longer names for tunnels. */
const NAME_LENGTH_MAX = 15;

function configuration(view: TunnelView): string {
  const { local, agreement } = view;
  const name = shortName(view.name, NAME_LENGTH_MAX);
  const pairs = ipv4(view.selectors);
  const remotes = distinct(pairs.map(({ remote }) => remote));
  return [
    ...unwritten(view, "#"),
    "# `edit 0` adds one each time: take out what is there before this is pasted again.",
    ...agreement.authentication === "certificate" ? peer(view, name) : [],
    ...section("vpn ipsec phase1-interface", [edit(name, phase1(view, name))]),
    ...section(
      "vpn ipsec phase2-interface",
      pairs.map(({ local, remote }, at) =>
        edit(`${name}-${at + 1}`, [
          `set phase1name "${name}"`,
          "set proposal aes256gcm",
          "set pfs enable",
          `set dhgrp ${agreement.groups[0]}`,
          "set keepalive enable",
          "set auto-negotiate enable",
          `set keylifeseconds ${agreement.childSeconds}`,
          `set src-subnet ${subnet(local)}`,
          `set dst-subnet ${subnet(remote)}`,
        ])
      ),
    ),
    ...section(
      "router static",
      remotes.flatMap((network) => [
        edit(0, [`set dst ${subnet(network)}`, `set device "${name}"`]),
        // So that nothing for the partner goes to the internet while the tunnel is down.
        edit(0, [`set dst ${subnet(network)}`, "set distance 254", "set blackhole enable"]),
      ]),
    ),
    ...section("firewall address", [
      ...remotes.map((network, at) => edit(`${name}-remote-${at + 1}`, [`set subnet ${subnet(network)}`])),
      ...local.networks.filter(isIpv4).map(({ network }, at) =>
        edit(`${name}-local-${at + 1}`, [`set subnet ${subnet(network)}`])
      ),
    ]),
    ...translation(view, name),
    ...policies(view, name, remotes),
  ].join("\n");
}

function phase1({ local, remote, agreement }: TunnelView, name: string): readonly string[] {
  const isKeyed = agreement.authentication === "preSharedKey";
  return [
    `set interface "${local.outside ?? "wan1"}"`,
    "set ike-version 2",
    `set local-gw ${local.own}`,
    `set remote-gw ${remote.address}`,
    "set net-device disable",
    "set proposal aes256gcm-prfsha384",
    `set dhgrp ${agreement.groups.join(" ")}`,
    `set keylife ${agreement.ikeSeconds}`,
    `set localid "${local.id}"`,
    `set localid-type ${parseAddress(local.id) ? "address" : "fqdn"}`,
    ...isKeyed
      ? [
        "set authmethod psk",
        `set peertype one`,
        `set peerid "${remote.id}"`,
        "# type the pre-shared key on the device in place of KEY",
        "set psksecret KEY",
      ]
      : [
        "set authmethod signature",
        `set certificate "${local.certificate}"`,
        "set peertype peer",
        `set peer "${name}"`,
      ],
    "set nattraversal enable",
    `set keepalive ${agreement.natSeconds}`,
    "set dpd on-idle",
    "set dpd-retrycount 3",
    `set dpd-retryinterval ${agreement.dpdSeconds}`,
  ];
}

/** Whose certificate is taken. */
function peer({ local, remote }: TunnelView, name: string): readonly string[] {
  return [
    "# cn is the common name in the partner's certificate",
    ...section("user peer", [edit(name, [`set ca "${local.authority}"`, `set cn "${remote.id}"`])]),
  ];
}

/** One to one: a pool for what leaves, virtual addresses for what arrives. */
function translation({ local }: TunnelView, name: string): readonly string[] {
  const seen = translated(local.networks);
  if (seen.length === 0) return [];
  const pools = seen.map(({ network, as }, at) => {
    const [start, end] = rangeOf(as), [from, to] = rangeOf(network);
    return edit(`${name}-out-${at + 1}`, [
      "set type fixed-port-range",
      `set startip ${start}`,
      `set endip ${end}`,
      `set source-startip ${from}`,
      `set source-endip ${to}`,
    ]);
  });
  const arriving = seen.map(({ network, as }, at) =>
    edit(`${name}-in-${at + 1}`, [
      `set extip ${range(as)}`,
      `set extintf "${name}"`,
      `set mappedip "${range(network)}"`,
    ])
  );
  return [...section("firewall ippool", pools), ...section("firewall vip", arriving)];
}

function policies(
  { local, leaving, arriving, agreement }: TunnelView,
  name: string,
  remotes: readonly Network[],
) {
  const inside = local.inside ?? "internal";
  const own = local.networks.filter(isIpv4);
  const isSeen = (each: typeof own[number]) => translated([each]).length > 0;
  const ports = [...new Set([...portsOf(leaving), ...portsOf(arriving)])].toSorted((one, other) =>
    one - other
  );
  const quoted = (names: readonly string[]) => names.map((each) => `"${each}"`).join(" ");
  const others = remotes.map((_, at) => `${name}-remote-${at + 1}`);
  const named = own.map((each, at) => ({ isSeen: isSeen(each), local: `${name}-local-${at + 1}` }));
  const plain = named.filter(({ isSeen }) => !isSeen).map(({ local }) => local);
  const mapped = named.filter(({ isSeen }) => isSeen).map(({ local }) => local);
  const numbered = (way: string) => mapped.map((_, at) => `${name}-${way}-${at + 1}`);
  const policy = (
    way: string,
    from: string,
    to: string,
    sources: readonly string[],
    destinations: readonly string[],
    open: readonly number[],
    more: readonly string[],
  ) =>
    open.length === 0 || sources.length === 0 || destinations.length === 0 ? [] : [edit(0, [
      `set name "${name}-${way}"`,
      `set srcintf "${from}"`,
      `set dstintf "${to}"`,
      `set srcaddr ${quoted(sources)}`,
      `set dstaddr ${quoted(destinations)}`,
      "set action accept",
      'set schedule "always"',
      `set service ${quoted(open.map((port) => `mitral-tcp-${port}`))}`,
      `set tcp-mss-sender ${agreement.mss}`,
      `set tcp-mss-receiver ${agreement.mss}`,
      ...more,
    ])];
  const pool = (name: string) => ["set nat enable", "set ippool enable", `set poolname "${name}"`];
  return [
    ...section(
      "firewall service custom",
      ports.map((port) => edit(`mitral-tcp-${port}`, [`set tcp-portrange ${port}`])),
    ),
    ...section("firewall policy", [
      // Each pool has a policy of its own: of several, the first is used until nothing is left of it.
      ...numbered("out").flatMap((named, at) =>
        policy(`out-nat-${at + 1}`, inside, name, [mapped[at]], others, portsOf(leaving), pool(named))
      ),
      ...policy("out", inside, name, plain, others, portsOf(leaving), []),
      ...policy("in-nat", name, inside, others, numbered("in"), portsOf(arriving), []),
      ...policy("in", name, inside, others, plain, portsOf(arriving), []),
    ]),
  ];
}

function isIpv4({ network }: TunnelEnd["networks"][number]): boolean {
  return network.version === 4;
}

function section(name: string, entries: readonly (readonly string[])[]): readonly string[] {
  return entries.length === 0
    ? []
    : [`config ${name}`, ...entries.flat().map((line) => `    ${line}`), "end"];
}

function edit(name: string | 0, settings: readonly string[]): readonly string[] {
  return [`edit ${name === 0 ? 0 : `"${name}"`}`, ...settings.map((setting) => `    ${setting}`), "next"];
}

function subnet(network: Network): string {
  return `${addressText({ version: 4, value: network.first })} ${maskOf(network)}`;
}

function range(network: Network): string {
  return rangeOf(network).join("-");
}
