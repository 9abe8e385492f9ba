import type { Facts, MitralError } from "../../contract/error.ts";

/** What a gateway tells of sending its ledger to an audit collector, as it happens. */
export type ForwardEvent =
  /** Of the connection: what its adapter reports. */
  | {
    readonly name: "auditReported";
    readonly event: string;
    readonly facts: Facts;
    readonly error: MitralError | undefined;
  }
  /** Entries do not get through, and are sent later: said once of each reason. */
  | { readonly name: "auditFailed"; readonly error: MitralError }
  /** They do again. */
  | { readonly name: "auditRestored" }
  /** None has got through for long: somebody should look. */
  | { readonly name: "auditAlarmed"; readonly error: MitralError };
