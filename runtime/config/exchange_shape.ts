import { durationMs } from "../contract/spec.ts";
import { DEFAULTS } from "./gateway_defaults.ts";
import { type AdaptersSlot, section } from "./shape.ts";

/** The section `exchange` of a gateway file. */
export const EXCHANGE = section(
  "How sealed messages come from partners (`listen: { from: … }`) and go to them (`to`).",
  {
    doors: {
      kind: "adapters",
      of: "listeners",
      about:
        "Where they come in, whatever channel they are for. Our file of public keys tells partners how they are reached.",
      optional: true,
    } as const satisfies AdaptersSlot,
    ways: {
      kind: "adapters",
      of: "senders",
      about:
        "Our own settings for the ways in partners' files, by kind; where one leads is for the partner's file to say.",
      optional: true,
    } as const satisfies AdaptersSlot,
    receiptMsMax: durationMs("A message that was sent and has no receipt is told about from this age on.", {
      min: 1_000,
      default: DEFAULTS.receiptMsMax,
    }),
  },
  { optional: true },
);
