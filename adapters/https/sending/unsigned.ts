import { Buffer } from "node:buffer";

/** A request that is about to be made, all its other headers set. */
export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** How requests prove who they are from. */
export interface Authorisation {
  /** Adds what proves it to the headers. */
  authorise(request: Unsigned, signal: AbortSignal): void | Promise<void>;
  /** After a 401: true where the same request may be made once more, with another proof. */
  renew(request: Unsigned): boolean | Promise<boolean>;
}

/** Credentials as RFC 7617 writes them, in UTF-8. */
export function basicOf(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}
