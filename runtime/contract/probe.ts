import type { MitralError } from "./error.ts";

/**
 * What a step of a connection test tries. `port`: to listen. `exchange`: a message that asks for nothing, where the
 * protocol has one.
 */
export type ProbeStep =
  | "settings"
  | "folder"
  | "port"
  | "name"
  | "proxy"
  | "connection"
  | "tls"
  | "sign-in"
  | "exchange";

/** How a step of a connection test went. */
export interface ProbeResult {
  /** What was tried. */
  readonly step: ProbeStep;
  /** What came out, for a person, without a full stop: `10.1.2.3 and 10.1.2.4`. Where it failed, the error's message. */
  readonly says: string;
  /** How long it took. */
  readonly ms: number;
  /** Why it failed, where it did; it is the last step then. */
  readonly error?: MitralError;
  /** What a person can do about it, where that is not plain from the platform's error that caused it. */
  readonly hint?: string;
}

/** A connection test, a step at a time. */
export type Probe = AsyncIterable<ProbeResult>;
