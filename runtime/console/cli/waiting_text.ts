import type { WaitingDelivery } from "../../engine/gateway_api.ts";

/** What a delivery waits for, as it goes on after "waits for". */
export function waitingText({ destination, waitsFor }: WaitingDelivery): string {
  switch (waitsFor.kind) {
    case "destination":
      return `a destination ${destination}: the gateway has none`;
    case "line":
      return `its line, which is ${waitsFor.condition}${after(waitsFor)}`;
    case "paused":
      return "somebody to let the destination send again: it is paused";
    case "circuit":
      return `somebody to answer at the destination${after(waitsFor)}`;
    case "heldKey":
      return `${waitsFor.id} in quarantine, which holds a key of it: replay that, or release it`;
    case "earlier":
      return "everything before it: it has no key";
    case "turn":
      return `its turn, or its next attempt${after(waitsFor)}`;
  }
}

function after({ trouble }: { readonly trouble?: string }): string {
  return trouble === undefined ? "" : ` after ${trouble}`;
}
