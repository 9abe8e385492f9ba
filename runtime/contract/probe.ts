import type { MitralError } from "./error.ts";

/** What a step of a connection test tries. `exchange`: a message that asks for nothing, where the protocol has one. */
export type ProbeStep =
  | "settings"
  | "folder"
  | "name"
  | "connection"
  | "proxy"
  | "tls"
  | "sign-in"
  | "exchange";

/** How a step of a connection test went. */
export interface ProbeResult {
  /** What was tried. */
  readonly step: ProbeStep;
  /** What came out, for a person, in a sentence without a full stop: `10.1.2.3 and 10.1.2.4`. */
  readonly says: string;
  /** How long it took. */
  readonly ms: number;
  /** Why it failed, where it did; it is the last step then. */
  readonly error?: MitralError;
}

/** A connection test, a step at a time. */
export type Probe = AsyncIterable<ProbeResult>;
