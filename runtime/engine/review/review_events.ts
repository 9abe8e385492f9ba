import type { Disposition } from "../../journal/review/operations.ts";

/** What a gateway reports of documents that people review. */
export type ReviewEvent =
  /** It waits for people: it has so many doubts. */
  | { readonly name: "documentHeld"; readonly id: string; readonly doubts: number }
  /**
   * People have decided: it goes on, or becomes no message, and then there is a disposition, and `messageCancelled` is
   * reported, too.
   */
  | { readonly name: "documentDecided"; readonly id: string; readonly disposition?: Disposition };
