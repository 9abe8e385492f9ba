import type { Document, Remark, RenderTools } from "./document.ts";
import type { Questionnaire } from "./questionnaire.ts";

/**
 * What the gateways of a network file need for WireGuard: a configuration for ours, with all partners at
 * `transport: wireguard`, and one for each of theirs.
 */
export function renderWireGuard(
  { partners }: Questionnaire,
  _tools: RenderTools,
): { readonly documents: readonly Document[]; readonly remarks: readonly Remark[] } {
  const names = Object.keys(partners).filter((name) => partners[name].transport === "wireguard");
  return {
    documents: [],
    remarks: names.map((partner) => ({ partner, says: "Nothing is written for WireGuard." })),
  };
}
