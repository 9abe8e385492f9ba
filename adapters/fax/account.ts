import type { KeyObject } from "node:crypto";
import type { Secret } from "../../runtime/contract/spec.ts";
import { digestOf, isAmong } from "../_kit/http/secret_digest.ts";
import type { AccountSettings } from "./_listener_spec.ts";
import type { Posted } from "./posted/posted.ts";
import type { Proof, Provider } from "./providers/provider.ts";
import { providers } from "./providers/providers.ts";
import { telnyxKey } from "./providers/telnyx.ts";

/** A provider, with what is agreed with it. */
export interface Account {
  /** Our name for it. */
  readonly name: string;
  readonly provider: Provider;
  /** SHA-256 of each `user:password` that it may show; none where it need not. */
  readonly logins: readonly Uint8Array[];
  readonly tokens: readonly Secret[];
  readonly url: string;
  readonly publicKeys: readonly KeyObject[];
  readonly signatureAgeMsMax: number;
  readonly api?: { readonly user: string; readonly secret: Secret; readonly project: string };
  /** How the URLs of documents may begin. */
  readonly media: readonly string[];
}

/** The account that settings describe. */
export function accountOf(name: string, settings: AccountSettings): Account {
  const { kind, login, token = [], url = "", publicKey = [], signatureAgeMsMax, api, media = [] } = settings;
  const provider: Provider = providers[kind];
  return {
    name,
    provider,
    logins: login ? login.password.map((password) => digestOf(`${login.user}:${password.reveal()}`)) : [],
    tokens: token,
    url,
    publicKeys: publicKey.flatMap((key) => telnyxKey(key) ?? []),
    signatureAgeMsMax,
    ...(api && { api: { user: api.user ?? "", secret: api.secret, project: api.project ?? "" } }),
    media: [...provider.media ?? [], ...media],
  };
}

/** Whether the account's requests show a login in their head: then nothing of one without it is read. */
export function hasHeadLogin({ logins, provider }: Account): boolean {
  return logins.length > 0 && !(provider.proves && provider.needs.includes("login"));
}

/** What a request's head shows of its login. */
export function provesByHead({ logins }: Account, headers: Headers): Proof {
  const [, shown] = /^basic +([^\s,]+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (shown === undefined) return "none";
  return isAmong(digestOf(decoded(shown)), logins) ? "right" : "wrong";
}

/** Whether anything in a request proves who it is from: facts of one that nothing does are not believed. */
export function isProven({ logins, provider }: Account): boolean {
  return logins.length > 0 || provider.proves !== undefined;
}

/** What the whole of a request proves beside its head. */
export function provesByAll(account: Account, posted: Posted, nowMs: number): Proof {
  return account.provider.proves?.(posted, account, nowMs) ?? "right";
}

function decoded(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    return "";
  }
}
