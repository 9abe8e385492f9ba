import type { RelayIdentity } from "../../../runtime/contract/adapter.ts";
import { userName } from "../../../runtime/contract/nkey.ts";

/** What NATS asks of who signs in with a key: the key, and its signature of the server's challenge in base64url. */
export function signIn(identity: RelayIdentity, nonce: string): { nkey: string; sig: string } {
  const signature = identity.sign(new TextEncoder().encode(nonce));
  return {
    nkey: userName(identity.publicBytes),
    sig: signature.toBase64({ alphabet: "base64url", omitPadding: true }),
  };
}
