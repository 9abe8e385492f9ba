import { Buffer } from "node:buffer";
import {
  bytes,
  type Config,
  durationMs,
  integer,
  list,
  map,
  record,
  secret,
  type Unfit,
} from "../../../runtime/contract/spec.ts";
import { basicLogin, several } from "../../_kit/http/settings.ts";

/** How a request proves who it is from: by any of these. */
const proofs = {
  bearer: list(
    `Tokens that it may bring as \`Authorization: Bearer\`, 16 characters at least. ${several}`,
    secret("One token."),
    { optional: true, orOne: true, example: "secret:intake" },
  ),
  basic: record(
    "User and password that it may bring as `Authorization: Basic`.",
    basicLogin,
    { optional: true, example: { user: "lab", password: "secret:lab-password" } },
  ),
  signature: list(
    `Keys that it may be signed with, 32 bytes at least: RFC 9421, hmac-sha256. ${several}`,
    secret("One key: the bytes of the text."),
    { optional: true, orOne: true, example: "secret:lab-key" },
  ),
} as const;

/** Who may send, and how much. */
export const clientSettings = {
  auth: record(
    "How every request proves that it may come, where it need not say who it is from.",
    proofs,
    { optional: true, example: { bearer: "secret:intake" } },
  ),
  clients: map(
    "Who may send, each by our name for it. With `auth` or `clients`, a request that proves nothing is refused.",
    "client",
    record(
      "How it proves who it is, and how much it may send. Without bearer, basic and signature: by the certificate of the " +
        "partner of this name; with one of them, a certificate must be that partner's, too.",
      {
        ...proofs,
        bodyBytesMax: bytes("Largest body taken from it, in place of the listener's bodyBytesMax.", {
          optional: true,
          min: 1,
        }),
        requestsPerSecondMax: integer(
          "Requests a second that are taken from it; after a pause, as many at once. 0: as many as there are.",
          { default: 0, min: 0, max: 1_000_000 },
        ),
      },
    ),
    { default: {}, example: { lab: { bearer: "secret:lab-token", requestsPerSecondMax: 20 } } },
  ),
  signatureAgeMsMax: durationMs(
    "How far the time at which a request was signed may be from this machine's, before or after.",
    { default: 300_000, min: 1_000, max: 3_600_000 },
  ),
} as const;

/** What they say, parsed. */
export type ClientSettings = Config<typeof clientSettings>;
/** How one of them proves who it is. */
export type ProofSettings = NonNullable<ClientSettings["auth"]>;

/** Secrets that are easily guessed, that prove nothing, or that prove two to be the same. */
export function unfitClients({ auth, clients }: ClientSettings): Unfit[] {
  const unfit: Unfit[] = [];
  const owners: [setting: string, owner: string, proofs: ProofSettings][] = Object.entries(clients)
    .map(([name, proofs]) => ["clients", name, proofs]);
  if (auth) {
    owners.push(["auth", "auth", auth]);
    if (!hasSecrets(auth)) unfit.push({ setting: "auth", rule: "must have bearer, basic or signature" });
  }
  const takenBy = new Map<string, string>();
  for (const [setting, owner, { bearer = [], basic, signature = [] }] of owners) {
    const short = (what: string, bytesMin: number) =>
      unfit.push({
        setting,
        rule: `must not be guessed: ${what} of ${owner} has less than ${bytesMin} bytes`,
      });
    for (const token of bearer) {
      if (Buffer.byteLength(token.reveal()) < TOKEN_BYTES_MIN) short("a token", TOKEN_BYTES_MIN);
      if (!TOKEN.test(token.reveal())) {
        const rule =
          `must be what HTTP can carry: a token of ${owner} has other characters than ${TOKEN_CHARACTERS}`;
        unfit.push({ setting, rule });
      }
    }
    for (const key of signature) {
      if (Buffer.byteLength(key.reveal()) < KEY_BYTES_MIN) short("a key", KEY_BYTES_MIN);
    }
    // Who signs says who it is: there the same key is no confusion.
    for (
      const said of [
        ...bearer.map((token) => `token ${token.reveal()}`),
        ...basic ? [`user ${basic.user}`] : [],
      ]
    ) {
      const other = takenBy.get(said);
      if (other !== undefined && other !== owner) {
        unfit.push({ setting, rule: `must tell clients apart: ${owner} has a token or user of ${other}` });
      }
      takenBy.set(said, owner);
    }
  }
  return unfit;
}

/** Whether there is anything to prove with but a certificate. */
export function hasSecrets({ bearer = [], basic, signature = [] }: ProofSettings): boolean {
  return bearer.length > 0 || basic !== undefined || signature.length > 0;
}

/** RFC 6750 section 2.1. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/, TOKEN_CHARACTERS = "A-Z a-z 0-9 - . _ ~ + / =";
const TOKEN_BYTES_MIN = 16, KEY_BYTES_MIN = 32;
