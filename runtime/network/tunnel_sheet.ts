import { networkText, parseAddress } from "./addresses.ts";
import { codeBlock, markdownTable } from "./markdown.ts";
import { translated } from "./translation.ts";
import { type Agreement, seenText, type TunnelEnd, type TunnelView } from "./tunnel.ts";
import { devices } from "./vendors/devices.ts";
import { ipv4, PARAMETERS } from "./vendors/device.ts";

/** An IKEv2 tunnel on paper: what both ends agree on, and what is pasted into each. */
export function tunnelSheet(us: TunnelView, them: TunnelView): string {
  const ends = [us.local, them.local];
  const [ours, theirs] = ends.map(({ vendor }) => devices[vendor]);
  const title = (end: TunnelEnd) => `${end.site} (${devices[end.vendor]?.title ?? "other"})`;
  const { agreement } = us;
  const values = valuesOf(agreement);
  return [
    `# IKEv2 tunnel: ${us.local.site} and ${them.local.site}`,
    "Made by `mitral network render`, all anew each time: change the network file instead.",
    "## Ends",
    markdownTable(["", title(us.local), title(them.local)], [
      ["Public address", ...ends.map(({ address }) => address)],
      [
        "Own address",
        ...ends.map(({ address, own }) =>
          own === address ? "the same" : `${own}, behind a NAT that forwards UDP 500 and 4500 to it`
        ),
      ],
      ["Identity", ...ends.map(({ id }) => `${id} (${parseAddress(id) ? "address" : "FQDN"})`)],
      [
        "Networks, as the other side sees them",
        ...ends.map(({ networks }) => networks.map(seenText).join(", ")),
      ],
    ]),
    "## Both ends alike",
    markdownTable(
      ["Parameter", "Value", ...ends.map((end) => `On ${title(end)}`)],
      (Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[]).map((key) => [
        PARAMETERS[key],
        values[key],
        ours?.words[key] ?? "",
        theirs?.words[key] ?? "",
      ]),
    ),
    "IKE version 2 alone, tunnel mode, replay protection on, no compression. Devices may end an SA at different times: " +
    "whoever comes first rekeys. A device without these groups: `dhGroups: [19]`, or `[14]` where it has no elliptic curves.",
    "## Traffic selectors",
    "One child SA for each pair; no pair has several networks, which devices narrow in different ways.",
    markdownTable(
      ["Child SA", us.local.site, them.local.site],
      us.selectors.map(({ local, remote }, at) => [String(at + 1), networkText(local), networkText(remote)]),
    ),
    ...addressTranslation(ends),
    "## How the ends know each other",
    agreement.authentication === "certificate" ? CERTIFICATES : PRE_SHARED_KEY,
    ...[us, them].flatMap((view) => configuration(view, title(view.local))),
  ].join("\n\n") + "\n";
}

function valuesOf(agreement: Agreement): Readonly<Record<keyof typeof PARAMETERS, string>> {
  const { groups, ikeSeconds, childSeconds, dpdSeconds, natSeconds, mtu, mss, authentication } = agreement;
  return {
    ike: "AES-256-GCM, 16-byte ICV",
    prf: "HMAC-SHA-384",
    group: groups.join(", then "),
    ikeLife: `${ikeSeconds} s`,
    esp: "AES-256-GCM, 16-byte ICV; no separate integrity",
    pfs: `group ${groups[0]}`,
    childLife: `${childSeconds} s, no limit by volume`,
    dpd: `after ${dpdSeconds} s`,
    natT: `UDP 4500, every ${natSeconds} s`,
    id: "see above",
    authentication: authentication === "certificate" ? "certificates" : "pre-shared key",
    selectors: "see below",
    mtu: String(mtu),
    mss: String(mss),
  };
}

function addressTranslation(ends: readonly TunnelEnd[]): readonly string[] {
  const rows = ends.flatMap(({ site, networks }) =>
    translated(networks).map(({ network, as }) => [site, networkText(network), networkText(as)])
  );
  return rows.length === 0 ? [] : [
    "## Translated addresses",
    "Addresses that are used twice. Each site translates its own, one to one, before the tunnel on the way out and behind it on the way in. The other side never meets the addresses on the left.",
    markdownTable(["Site", "Network", "Seen by the other as"], rows),
  ];
}

const CERTIFICATES =
  "By certificates: each has its identity above as a subject alternative name, and as its common name for devices that compare that. " +
  "Where a device checks revocation (IOS XE does unless it is told not to) it must reach the CRL or the OCSP server that the partner's certificate names. Send the other side the certificate of the authority " +
  "that issued yours, and read its SHA-256 fingerprint to them by telephone. No secret leaves a device.";

const PRE_SHARED_KEY =
  "By a pre-shared key, which stands in no document and no e-mail. One side makes it, 32 random bytes (`openssl rand -base64 32`), and " +
  "reads it to the other by telephone, or sends it by a secret that expires; both type it into their devices, and nobody keeps it " +
  "elsewhere. Change it whenever somebody who knew it leaves.";

function configuration(view: TunnelView, title: string): readonly string[] {
  const { vendor } = view.local;
  const device = devices[vendor];
  const isIpv4 = [view.local, view.remote].every(({ address }) => parseAddress(address)?.version === 4) &&
    ipv4(view.selectors).length > 0;
  if (device?.configuration && !isIpv4) {
    return [`## ${title}`, "Not written for IPv6: the parameters are above."];
  }
  if (device?.configuration) {
    return [
      `## ${title}`,
      "Lines that begin with ! or # are for whoever reads them.",
      codeBlock(device.configuration(view)),
    ];
  }
  return vendor === "strongswan"
    ? [`## ${title}`, "`swanctl.conf` and `nftables.conf`, which come with this sheet."]
    : [];
}
