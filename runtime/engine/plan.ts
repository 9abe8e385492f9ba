import type { TransformerSpec } from "../contract/actor.ts";
import type { ListenerSpec, SenderSpec } from "../contract/adapter.ts";
import type { EnvelopeSpec } from "../contract/envelope.ts";
import type { FormatSpec } from "../contract/format.ts";

/**
 * What a gateway is to run: checked, complete, with every component's spec beside its parsed config. `config/` makes
 * it from YAML; the engine runs it and knows no file format.
 */
export interface GatewayPlan {
  readonly name: string;
  /** Folder of the gateway file, absolute: relative paths and custom actors are looked up here. */
  readonly folder: string;
  /** Data folder, absolute. */
  readonly data: string;
  /** The gateway's own keys (a file made by `mitral keys init`), absolute; needed where something is sealed. */
  readonly keys?: string;
  /** Partners' public keys: files by partner name, absolute. */
  readonly partners: Readonly<Record<string, string>>;
  /** Where `/health`, `/ready` and `/metrics` are served, on loopback. */
  readonly monitor?: { readonly port: number };
  readonly drainMsMax: number;
  readonly journal: { readonly pendingBytesMax: number };
  readonly channels: readonly ChannelPlan[];
}

/** A component beside its parsed config. */
export interface Configured<S> {
  readonly spec: S;
  readonly config: unknown;
}

/** A filter or a transform: both are transformers. */
export interface StepPlan extends Configured<TransformerSpec> {
  /** As the file names it: `filter`, `set`, `./transformers/normalise_phone.ts`. */
  readonly label: string;
}

/** When the sender of a message is told that it was taken. */
export type Acknowledge =
  /** When the message is durable. */
  | "received"
  /** When every branch of it is transformed and queued durably. */
  | "processed"
  /** When every destination that was not filtered out has accepted it. */
  | "delivered";

/** What runs at once within a channel or a destination. */
export type Order =
  /** One message at a time. */
  | { readonly by: "channel" }
  /** One message at a time for each value of a path, or for each of the format's own keys where no path is given. */
  | { readonly by: "key"; readonly path?: string }
  | { readonly by: "none" };

/** When attempts are made again. Waiting times double from `firstMs` to `longestMs`, with jitter. */
export interface RetryPlan {
  readonly firstMs: number;
  readonly longestMs: number;
  /** How long a peer's refusal that may pass (HL7 AR) is tried again before it counts as final. */
  readonly refusedMs: number;
}

/** Restart budgets. A message that crashes a stage `crashesMax` times is quarantined. */
export interface SupervisePlan {
  readonly restartsMax: number;
  readonly withinMs: number;
  /** Less than `restartsMax`. */
  readonly crashesMax: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

/** One channel. */
export interface ChannelPlan {
  readonly name: string;
  readonly about: string;
  readonly listen: Configured<ListenerSpec>;
  readonly acknowledge: Acknowledge;
  /** How long a peer may wait for an answer that needs more than the journal. */
  readonly answerMsMax: number;
  readonly messageBytesMax: number;
  /** Where what arrives is sealed: which envelope, and which partners it may come from. */
  readonly decrypt?: Configured<EnvelopeSpec> & { readonly from: readonly string[] };
  readonly parse: Configured<FormatSpec>;
  /** Filters and transforms for all destinations, in order. */
  readonly steps: readonly StepPlan[];
  readonly destinations: readonly DestinationPlan[];
  readonly supervise: SupervisePlan;
}

/** One destination of a channel, with a durable queue of its own. */
export interface DestinationPlan {
  readonly name: string;
  readonly steps: readonly StepPlan[];
  readonly encrypt?: Configured<EnvelopeSpec> & {
    readonly to: readonly string[];
    readonly expiresMs: number;
  };
  readonly send: Configured<SenderSpec>;
  readonly order: Order;
  readonly retry: RetryPlan;
}
