import type { By } from "./acts.ts";

/** Quarantined work to be done again. */
export interface Replay {
  readonly op: "replay";
  readonly seq: number;
  /** Left out: where it is in quarantine. */
  readonly destination?: string;
  /** To every destination, whatever became of it there. */
  readonly everywhere?: boolean;
  readonly force: boolean;
  /** Where it is not forced: what whoever asks knows of newer deliveries. Left out: nothing. */
  readonly newer?: KnownNewer;
  readonly by: By;
  readonly atMs: number;
}

/** What was read of the deliveries that are newer than one, before it is put back: the one writer need not look at them. */
export interface KnownNewer {
  /** Up to this delivery none of its keys was delivered, … */
  readonly upTo: number;
  /** … unless one of these was meanwhile. */
  readonly waiting: readonly number[];
}

/** Quarantined deliveries that hold their keys no longer. */
export interface Release {
  readonly op: "release";
  readonly seq: number;
  readonly destination?: string;
  readonly by: By;
  readonly atMs: number;
}

/** Which were released. */
export type Released = readonly {
  readonly channel: string;
  readonly destination: string;
  readonly delivery: number;
}[];

/** What a replay put back. */
export type Replayed =
  | {
    readonly kind: "inbox";
    readonly channel: string;
    readonly size: number;
    /** It is a piece, and waits for the others again. */
    readonly gathers: boolean;
  }
  | {
    readonly kind: "outbox";
    readonly channel: string;
    readonly deliveries: readonly {
      readonly destination: string;
      readonly delivery: number;
      readonly size: number;
      /** It waits to be sent with others. */
      readonly gathers: boolean;
    }[];
  }
  /** A newer delivery of the same key has gone out. */
  | { readonly kind: "overtaken"; readonly destination: string }
  | { readonly kind: "nothing" };
