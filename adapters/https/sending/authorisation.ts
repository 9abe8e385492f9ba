import type { Secret } from "../../../runtime/contract/spec.ts";
import type { Tools } from "../_sender_spec.ts";
import type { Exchange } from "./exchange.ts";
import { OauthTokens } from "./oauth_tokens.ts";
import { signRequest } from "./sign_request.ts";
import { type Authorisation, basicOf } from "./unsigned.ts";

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
