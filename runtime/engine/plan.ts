import type { TransformerSpec } from "../contract/actor.ts";
import type { ListenerSpec, SenderSpec } from "../contract/adapter.ts";
import type { EnvelopeSpec } from "../contract/envelope.ts";
import type { FormatSpec } from "../contract/format.ts";

/**
 * What a gateway is to run: checked, complete, with every component's spec beside its parsed config. `config/` makes
 * it from YAML; the engine runs it and knows no file format.
 */
export interface GatewayPlan {
  /** The gateway's own name, as partners know it. */
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
  /** How long {@linkcode RunningGateway.close} may take before lines are dropped where they are. */
  readonly drainMsMax: number;
  /** Above `pendingBytesMax` bytes of unsettled messages, listeners stop reading. */
  readonly journal: { readonly pendingBytesMax: number };
  /** Each with a name of its own. */
  readonly channels: readonly ChannelPlan[];
}

/** A component beside its parsed config. */
export interface Configured<S> {
  /** What the component declares. */
  readonly spec: S;
  /** What the spec's `config` parsed. */
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
  /** The first wait. */
  readonly firstMs: number;
  /** No wait is longer, jitter aside. */
  readonly longestMs: number;
  /** How long a peer's refusal that may pass (HL7 AR) is tried again before it counts as final. */
  readonly refusedMs: number;
}

/** Restart budgets. A message that crashes a stage `crashesMax` times is quarantined. */
export interface SupervisePlan {
  /** Restarts allowed within `withinMs`; one more halts the line. */
  readonly restartsMax: number;
  /** The time over which restarts are counted. */
  readonly withinMs: number;
  /** Less than `restartsMax`. */
  readonly crashesMax: number;
  /** The wait before the first restart; it doubles with each one. */
  readonly backoffMs: number;
  /** No wait is longer. */
  readonly backoffMsMax: number;
}

/** One channel. */
export interface ChannelPlan {
  /** As the gateway file names it. */
  readonly name: string;
  /** What the channel is for; empty where the file does not say. */
  readonly about: string;
  /** The one way in. */
  readonly listen: Configured<ListenerSpec>;
  /** When the peer is told that its message was taken. */
  readonly acknowledge: Acknowledge;
  /** How long a peer may wait for an answer that needs more than the journal. */
  readonly answerMsMax: number;
  /** Larger ones are refused: ENGINE_MESSAGE_TOO_LARGE. */
  readonly messageBytesMax: number;
  /** Where what arrives is sealed: which envelope, and which partners it may come from. */
  readonly decrypt?: Configured<EnvelopeSpec> & { readonly from: readonly string[] };
  /** What the bytes mean; also names the message and makes its answer. */
  readonly parse: Configured<FormatSpec>;
  /** Filters and transforms for all destinations, in order. */
  readonly steps: readonly StepPlan[];
  /** Each with a durable queue of its own: one that is down holds nobody else up. */
  readonly destinations: readonly DestinationPlan[];
  /** How often its stages and lines may crash. */
  readonly supervise: SupervisePlan;
}

/** One destination of a channel, with a durable queue of its own. */
export interface DestinationPlan {
  /** As the gateway file names it. */
  readonly name: string;
  /** Filters and transforms for this destination alone, after the channel's. */
  readonly steps: readonly StepPlan[];
  /** Which envelope, for which partners, and how long it may be opened. */
  readonly encrypt?: Configured<EnvelopeSpec> & {
    readonly to: readonly string[];
    readonly expiresMs: number;
  };
  /** The one way out. */
  readonly send: Configured<SenderSpec>;
  /** How much runs at once. */
  readonly order: Order;
  /** When attempts are made again. */
  readonly retry: RetryPlan;
}
