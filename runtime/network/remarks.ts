import { networkText } from "./addresses.ts";
import type { Remark } from "./document.ts";
import { idleRemarks, type KeepAlive } from "./keep_alive.ts";
import type { Questionnaire, Site } from "./questionnaire.ts";
import { insideRules, partnerRules, type Rule } from "./rules.ts";
import { translationWith } from "./translation.ts";
import { tunnelWith } from "./tunnel.ts";

/** What people of the sites still have to settle, or to know. */
export function remarksOn(read: Questionnaire): readonly Remark[] {
  const { us, partners } = read;
  const names = Object.keys(partners);
  const ours = [insideRules(read), ...names.map((name) => partnerRules(read, name))].flat().filter((
    { ours },
  ) => ours);
  return [
    ...[...idleRemarks(us, keepAlivesOf(ours)), ...proxyRemarks(us)].map((says) => ({ says })),
    ...names.flatMap((partner) => partnerRemarks(read, partner).map((says) => ({ partner, says }))),
  ];
}

function partnerRemarks(read: Questionnaire, name: string): readonly string[] {
  const { [name]: partner } = read.partners;
  const theirs = partnerRules(read, name).filter(({ theirs }) => theirs);
  const view = tunnelWith(read, name)?.us;
  const dropped = view ? partner.dhGroups.filter((group) => !view.agreement.groups.includes(group)) : [];
  return [
    ...idleRemarks(partner, keepAlivesOf(theirs)),
    ...proxyRemarks(partner),
    ...translationWith(read, name).proposed.map(({ of, seen, alsoUsedBy }) =>
      `${alsoUsedBy === "the other site" ? "Both sites use" : "Another partner uses"} ${
        networkText(seen.network)
      } or parts of it. Proposed: ${of === "ours" ? read.us.name : partner.name} is seen as ${
        networkText(seen.as)
      }. Once both agree, write it down: ` +
      `\`translate.${of}: { ${networkText(seen.network)}: ${networkText(seen.as)} }\`.`
    ),
    ...dropped.length === 0 ? [] : [
      `Diffie-Hellman group ${
        dropped.join(", ")
      } is left out, and 20 taken: with AES-GCM a Palo Alto has SHA-384, which all here are told, with that alone.`,
    ],
    ...partner.authentication === "preSharedKey" && partner.transport === "ikev2"
      ? ["A pre-shared key is known to whoever sees either device's configuration. Certificates are better."]
      : [],
  ];
}

function proxyRemarks({ proxy }: Site): readonly string[] {
  return proxy?.inspectsTls
    ? [
      `Its proxy opens TLS. It must let the connections below pass unopened: both ends show certificates, and refuse another's.`,
    ]
    : [];
}

/** How often what goes through a site's firewalls speaks; what is in a VPN is UDP to them, and TCP before it. */
function keepAlivesOf(
  rules: readonly Rule[],
): { readonly tcp: readonly KeepAlive[]; readonly udp: readonly KeepAlive[] } {
  const of = (kind: Rule["transport"]) =>
    rules.flatMap(({ transport, keepAlive }) => transport === kind && keepAlive ? [keepAlive] : []);
  return { tcp: of("TCP"), udp: of("UDP") };
}
