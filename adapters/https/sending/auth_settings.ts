import {
  choice,
  type Config,
  type Fields,
  map,
  record,
  secret,
  text,
  type Unfit,
} from "../../../runtime/contract/spec.ts";
import { isLoopback } from "../../_kit/net/loopback.ts";

const oauth = {
  tokenUrl: text("Token endpoint. It, or `smart`.", {
    optional: true,
    example: "https://auth.registry.example/token",
  }),
  smart: text(
    "Base URL of a FHIR server whose `.well-known/smart-configuration` names the token endpoint.",
    { optional: true },
  ),
  clientId: text("Who we are there.", { example: "st-elsewhere" }),
  clientSecret: secret("Secret of the client. It, or `key`.", {
    optional: true,
    example: "secret:oauth-client",
  }),
  secretIn: choice("Where the secret goes: client_secret_basic, or client_secret_post.", ["header", "body"], {
    default: "header",
  }),
  key: secret(
    "Private key that we sign with who we are (private_key_jwt, as SMART Backend Services has it): RSA for RS384, EC " +
      "P-384 for ES384; as JWK or PEM.",
    { optional: true },
  ),
  keyId: text("What the server calls the key (`kid`); that of the JWK where left out.", { optional: true }),
  keySetUrl: text("Where the server finds the public key (`jku`), where it wants to be told.", {
    optional: true,
  }),
  scope: text("What is asked for.", { optional: true }),
  parameters: map("More that the token endpoint wants.", "parameter", text("Its value."), { default: {} }),
} as const;

/** How the sender proves who it is. */
export const auth = record(
  "How we prove who we are: by exactly one of these.",
  {
    bearer: secret("Token, sent as `Authorization: Bearer`.", {
      optional: true,
      example: "secret:registry-token",
    }),
    basic: record("User and password, sent as `Authorization: Basic`.", {
      user: text("The user.", { pattern: { matches: "[^:\\p{Cc}]+", says: "has no colon" } }),
      password: secret("The password.", { example: "secret:registry-password" }),
    }, { optional: true }),
    signature: record("Every request is signed: RFC 9421, hmac-sha256.", {
      key: secret("The key: the bytes of the text, 32 at least.", { example: "secret:registry-key" }),
      keyId: text("What the receiver calls the key.", {
        optional: true,
        pattern: { matches: "[ !#-\\[\\]-~]+", says: "is visible ASCII without quotes and backslashes" },
      }),
    }, { optional: true }),
    oauth: record(
      "By a token of OAuth 2.0, client credentials (RFC 6749 section 4.4). It is kept until shortly before it expires.",
      oauth,
      { optional: true },
    ),
  } satisfies Fields,
  { optional: true, example: { bearer: "secret:registry-token" } },
);

/** What it says, parsed. */
export type AuthSettings = NonNullable<Config<typeof auth>>;
/** How tokens are got. */
export type OauthSettings = NonNullable<AuthSettings["oauth"]>;

/** What does not fit together in it. */
export function unfitAuth(settings: AuthSettings | undefined): Unfit[] {
  if (!settings) return [];
  const rules: string[] = [];
  const { signature, oauth } = settings;
  const ways = Object.values(settings).filter((way) => way !== undefined);
  if (ways.length !== 1) rules.push("must have exactly one of bearer, basic, signature and oauth");
  if (signature && new TextEncoder().encode(signature.key.reveal()).length < KEY_BYTES_MIN) {
    rules.push(`must not be guessed: its key has less than ${KEY_BYTES_MIN} bytes`);
  }
  if (oauth) {
    const { tokenUrl, smart, clientSecret, key } = oauth;
    if ((tokenUrl === undefined) === (smart === undefined)) {
      rules.push("must have one of oauth.tokenUrl and oauth.smart");
    }
    if (!clientSecret === !key) rules.push("must have one of oauth.clientSecret and oauth.key");
    const url = tokenUrl ?? smart;
    if (url !== undefined && !secureUrl(url)) rules.push("must get tokens by https");
  }
  return rules.map((rule) => ({ setting: "auth", rule }));
}

const KEY_BYTES_MIN = 32;

/** A URL that a secret may be sent to: by https, or to this machine. */
export function secureUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.hash) return undefined;
  const isSecure = url.protocol === "https:" || url.protocol === "http:" && isLoopback(url.hostname);
  return isSecure ? url : undefined;
}
