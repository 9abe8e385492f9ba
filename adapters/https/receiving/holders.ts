import { Buffer } from "node:buffer";
import { createSecretKey, type KeyObject } from "node:crypto";
import type { Clock } from "../../../runtime/contract/world.ts";
import { digestOf } from "../../_kit/http/secret_digest.ts";
import { Rate } from "../../_kit/limits/rate.ts";
import { type ClientSettings, hasSecrets, type ProofSettings } from "./client_settings.ts";

/** Who a request is from, and how much they may send. */
export interface Visitor {
  /** Our name for them; left out where nobody asks. */
  readonly name?: string;
  readonly bodyBytesMax: number;
  readonly requestsPerSecondMax: number;
  readonly rate?: Rate;
}

/** Somebody who may send, with what they prove that by. Of secrets only digests are kept. */
export interface Holder extends Visitor {
  /** False where a certificate proves it alone. */
  readonly hasSecrets: boolean;
  /** SHA-256 of each token. */
  readonly bearer: readonly Uint8Array[];
  /** SHA-256 of each `user:password`. */
  readonly basic: readonly Uint8Array[];
  readonly keys: readonly KeyObject[];
}

/** All who may send. */
export function holdersOf(
  { auth, clients }: ClientSettings,
  bodyBytesMax: number,
  clock: Clock,
): readonly Holder[] {
  const named = Object.entries(clients).map(([name, client]): Holder => ({
    name,
    bodyBytesMax: client.bodyBytesMax ?? bodyBytesMax,
    requestsPerSecondMax: client.requestsPerSecondMax,
    ...(client.requestsPerSecondMax > 0 ? { rate: new Rate(clock, client.requestsPerSecondMax) } : {}),
    ...proofsOf(client),
  }));
  return auth ? [...named, { bodyBytesMax, requestsPerSecondMax: 0, ...proofsOf(auth) }] : named;
}

function proofsOf(settings: ProofSettings): Pick<Holder, "hasSecrets" | "bearer" | "basic" | "keys"> {
  const { bearer = [], basic, signature = [] } = settings;
  return {
    hasSecrets: hasSecrets(settings),
    bearer: bearer.map((token) => digestOf(token.reveal())),
    basic: basic ? basic.password.map((password) => digestOf(`${basic.user}:${password.reveal()}`)) : [],
    keys: signature.map((key) => createSecretKey(Buffer.from(key.reveal()))),
  };
}
