import type { Document, Remark, RenderTools } from "./document.ts";
import { firewallSheets } from "./firewall_sheet.ts";
import type { Questionnaire } from "./questionnaire.ts";
import { remarksOn } from "./remarks.ts";
import { tunnelDocuments } from "./tunnel_documents.ts";
import { wireGuardDocuments } from "./wireguard_documents.ts";

/** Everything a network file says, as documents in the order of their paths, and what is still to be settled. */
export function renderNetwork(
  read: Questionnaire,
  tools: RenderTools,
): { readonly documents: readonly Document[]; readonly remarks: readonly Remark[] } {
  const wireguard = wireGuardDocuments(read, tools);
  const remarks = [...remarksOn(read), ...wireguard.remarks];
  const documents = [
    ...firewallSheets(read, remarks),
    ...tunnelDocuments(read),
    ...wireguard.documents,
  ];
  return { documents: documents.toSorted((one, other) => one.path < other.path ? -1 : 1), remarks };
}
