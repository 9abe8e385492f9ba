import type { TransformerSpec } from "./actor.ts";
import type { ListenerSpec, SenderSpec } from "./adapter.ts";
import type { EnvelopeSpec } from "./envelope.ts";
import type { FormatSpec } from "./format.ts";

/** Loads a component when it is first needed, so that nothing heavy is loaded for a channel that does not use it. */
export type Lazy<T> = () => Promise<T>;

/** Every component that ships with the gateway, by the name a gateway file uses. Generated from the tree. */
export interface Catalog {
  readonly listeners: Readonly<Record<string, Lazy<ListenerSpec>>>;
  readonly senders: Readonly<Record<string, Lazy<SenderSpec>>>;
  readonly formats: Readonly<Record<string, Lazy<FormatSpec>>>;
  readonly envelopes: Readonly<Record<string, Lazy<EnvelopeSpec>>>;
  /** Transforms, and `filter`. */
  readonly transforms: Readonly<Record<string, Lazy<TransformerSpec>>>;
}
