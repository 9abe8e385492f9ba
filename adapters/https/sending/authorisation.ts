import { Buffer } from "node:buffer";
import type { Secret } from "../../../runtime/contract/spec.ts";
import type { Tools } from "../_sender_spec.ts";
import type { Exchange } from "./exchange.ts";
import { OauthTokens } from "./oauth_tokens.ts";
import { signRequest } from "./sign_request.ts";

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

/** What it is made of. */
export interface AuthorisationParts {
  readonly tools: Tools;
  readonly exchange: Exchange;
  /** Aborted when the sender is closed. */
  readonly closed: AbortSignal;
}

/** What the settings ask for. */
export function authorisationOf(parts: AuthorisationParts): Authorisation {
  const { config: { auth }, world } = parts.tools;
  const { bearer, basic, signature, oauth } = auth ?? {};
  if (bearer) return secretHeader(bearer, (token) => `Bearer ${token}`);
  if (basic) {
    return secretHeader(basic.password, (password) => basicOf(`${basic.user}:${password}`));
  }
  if (signature) {
    return {
      authorise: (request) => signRequest(request, signature, world),
      renew: () => false,
    };
  }
  return oauth ? new OauthTokens(oauth, parts) : NOTHING;
}

const NOTHING: Authorisation = { authorise() {}, renew: () => false };

/** Credentials as RFC 7617 writes them, in UTF-8. */
export function basicOf(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** A secret that stays the same until somebody changes it where it comes from: it is looked for there after a 401. */
function secretHeader(secret: Secret, write: (text: string) => string): Authorisation {
  let text = secret.reveal();
  return {
    authorise: ({ headers }) => headers.set("authorization", write(text)),
    async renew({ headers }) {
      text = await secret.fresh().catch(() => text);
      return headers.get("authorization") !== write(text);
    },
  };
}
