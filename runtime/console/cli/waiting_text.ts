import type { WaitingDelivery } from "../../engine/gateway_api.ts";

/** What a delivery waits for, as it goes on after "waits for". */
export function waitingText({ destination, waitsFor }: WaitingDelivery): string {
  switch (waitsFor.kind) {
    case "destination":
      return `a destination ${destination}: the gateway has none`;
    case "line": {
      const trouble = waitsFor.trouble === undefined ? "" : `, ${waitsFor.trouble}`;
      return `its line, which is ${waitsFor.condition}${trouble}`;
    }
    case "heldKey":
      return `${waitsFor.id} in quarantine, which holds a key of it: replay that, or release it`;
    case "earlier":
      return "everything before it: it has no key";
    case "turn":
      return "its turn, or its next attempt";
  }
}
