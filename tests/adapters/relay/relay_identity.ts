import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { RelayIdentity } from "../../../runtime/contract/adapter.ts";
import { userName } from "../../../runtime/contract/nkey.ts";

/** A gateway's identity for relays, with the name its key has there. */
export interface TestIdentity extends RelayIdentity {
  /** As NATS writes the public half. */
  readonly user: string;
}

/** A new one. */
export function newIdentity(): TestIdentity {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const publicBytes = new Uint8Array(Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url"));
  return {
    mailbox: createHash("sha256").update(publicBytes).digest("hex").slice(0, 16),
    publicBytes,
    sign: (challenge) => new Uint8Array(sign(null, challenge, privateKey)),
    user: userName(publicBytes),
  };
}
