import type { Fault } from "../../../../runtime/contract/error.ts";
import { type Config, list, path, record, secret, type Unfit } from "../../../../runtime/contract/spec.ts";

/** How files that come in are encrypted. Called `cipher` since `decrypt` and `encrypt` are the envelopes of a channel. */
export const openingCipher = record(
  "How the files are encrypted, with age or with OpenPGP. One that is not is refused.",
  {
    age: secret("Identities of age, as age-keygen writes them.", {
      optional: true,
      example: "secret:age-key",
    }),
    openpgp: record("Keys of OpenPGP.", {
      key: secret("Private key, armored.", { example: "secret:pgp-key" }),
      passphrase: secret("Passphrase of the private key.", {
        optional: true,
        example: "secret:pgp-passphrase",
      }),
      signers: list(
        "Public keys of whoever must have signed a file. Where left out, signatures are not looked at.",
        path("A file with public keys.", { expects: "file" }),
        { optional: true, orOne: true, example: ["./acme.asc"] },
      ),
    }, { optional: true }),
  },
  { optional: true },
);

/** How files that go out are encrypted. */
export const sealingCipher = record(
  "Encrypts the file, with age or with OpenPGP; .age or .pgp is added to its name.",
  {
    age: list(
      "Files with recipients of age, one a line.",
      path("A file with recipients.", { expects: "file" }),
      { optional: true, orOne: true, example: ["./acme.age.pub"] },
    ),
    openpgp: record("Keys of OpenPGP.", {
      recipients: list(
        "Public keys of whoever is to open it.",
        path("A file with public keys.", { expects: "file" }),
        { orOne: true, example: ["./acme.asc"] },
      ),
      sign: secret("Private key to sign with, armored.", { optional: true, example: "secret:pgp-key" }),
      passphrase: secret("Passphrase of the private key.", {
        optional: true,
        example: "secret:pgp-passphrase",
      }),
    }, { optional: true }),
  },
  { optional: true },
);

/** What a listener was told. */
export type OpeningCipher = NonNullable<Config<{ cipher: typeof openingCipher }>["cipher"]>;
/** What a sender was told. */
export type SealingCipher = NonNullable<Config<{ cipher: typeof sealingCipher }>["cipher"]>;

/** A cipher is one of both. */
export function unfitCipher(cipher: OpeningCipher | SealingCipher | undefined): readonly Unfit[] {
  if (!cipher || (cipher.age === undefined) !== (cipher.openpgp === undefined)) return [];
  return [{ setting: "cipher", rule: "is either age or openpgp" }];
}

/** What can go wrong with keys, on either side. */
export const cipherFaults = {
  CIPHER_KEY_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot use keys of {cipher}: a file of {setting} cannot be read ({reason})",
  },
  CIPHER_KEY_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot use keys of {cipher}: {setting} holds none, or one that cannot be used",
  },
} as const satisfies Record<string, Fault>;

/** What can go wrong while opening. */
export const openingFaults = {
  ...cipherFaults,
  CIPHER_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot open file: it is not encrypted with {cipher}",
  },
  CIPHER_RECIPIENT_WRONG: {
    blame: "sender",
    retry: "never",
    says: "Cannot open file: it is encrypted for other keys than ours",
  },
  CIPHER_SIGNATURE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open file: none of the signers has signed it",
  },
  CIPHER_CONTENT_DAMAGED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open file: what is encrypted is damaged or cut short",
  },
} as const satisfies Record<string, Fault>;

/** What can go wrong while sealing. */
export const sealingFaults = {
  ...cipherFaults,
  CIPHER_KEY_EXPIRED: {
    blame: "operator",
    retry: "later",
    says: "Cannot encrypt file: a key of {cipher} has expired, was revoked, or is not for this",
  },
} as const satisfies Record<string, Fault>;
