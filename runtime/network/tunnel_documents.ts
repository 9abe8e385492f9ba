import type { Document } from "./document.ts";
import type { Questionnaire } from "./questionnaire.ts";
import { tunnelSheet } from "./tunnel_sheet.ts";
import { tunnelWith } from "./tunnel.ts";
import { strongswanDocuments } from "./vendors/strongswan.ts";

/** A sheet for each IKEv2 tunnel, and what strongSwan reads: ours for all tunnels, each partner's for its own. */
export function tunnelDocuments(read: Questionnaire): readonly Document[] {
  const tunnels = Object.keys(read.partners).flatMap((partner) => {
    const found = tunnelWith(read, partner);
    return found ? [{ partner, ...found }] : [];
  });
  return [
    ...tunnels.map(({ partner, us, them }) => ({ path: `${partner}/ikev2.md`, text: tunnelSheet(us, them) })),
    ...strongswanDocuments(tunnels.map(({ us }) => us).filter(({ local }) => local.vendor === "strongswan")),
    ...tunnels.filter(({ them }) => them.local.vendor === "strongswan").flatMap(({ partner, them }) =>
      strongswanDocuments([them], `${partner}/`)
    ),
  ];
}
