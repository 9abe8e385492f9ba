import { declareErrors } from "../contract/error.ts";
import { toBase64Url } from "./_key_encoding.ts";
import {
  isGatewayName,
  type Keys,
  openKeys,
  readHead,
  readKeys,
  readObject,
  type Refuse,
  writeFile,
} from "./_key_file.ts";
import {
  type DecryptionKey,
  ENCRYPTION_ALGORITHM,
  generateEncryptionKey,
  importDecryptionKey,
  isEncryptionPair,
} from "./encryption_key.ts";
import {
  generateSigningKey,
  importSigningKey,
  isSigningPair,
  SIGNING_ALGORITHM,
  type SigningKey,
} from "./signing_key.ts";

/** Errors of a gateway's own keys. None shows key material. */
export const identityErrors = declareErrors("identity", {
  IDENTITY_NAME_INVALID: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot make keys: a gateway's name is 1 to 128 letters, digits, dots, colons, hyphens, underscores or at signs",
  },
  IDENTITY_FILE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read keys from {file}: {part} is missing or not as it must be",
  },
  IDENTITY_KEY_MISMATCHED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use keys from {file}: the halves or the id of {part} do not belong together",
  },
});

/** A gateway's own keys. In each list the first is the current one. */
export interface Identity {
  /** The gateway's own name. */
  readonly gateway: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly createdAtMs: number;
  /** What it signs with. */
  readonly signing: Keys<SigningKey>;
  /** What it opens with. */
  readonly encryption: Keys<DecryptionKey>;
}

const FORMAT = "mitral-private-keys";

/**
 * Makes the keys of a new gateway. The file holds them in clear: write it with `mode: 0o600` and `mustBeNew: true`; it
 * is the only copy. Errors: IDENTITY_NAME_INVALID.
 */
export async function createIdentity(
  { gateway, nowMs }: { readonly gateway: string; readonly nowMs: number },
): Promise<{ readonly identity: Identity; readonly privateFile: Uint8Array<ArrayBuffer> }> {
  if (!isGatewayName(gateway)) identityErrors.fail("IDENTITY_NAME_INVALID");
  const [signing, encryption] = await Promise.all([generateSigningKey(), generateEncryptionKey()]);
  const signingKey = await importSigningKey(signing.privateBytes, signing.publicBytes);
  const decryptionKey = await importDecryptionKey(encryption.privateBytes, encryption.publicBytes);
  const entry = (
    kid: string,
    alg: string,
    { publicBytes, privateBytes }: { publicBytes: Uint8Array; privateBytes: Uint8Array },
  ) => ({ kid, alg, public: toBase64Url(publicBytes), private: toBase64Url(privateBytes) });
  return {
    identity: { gateway, createdAtMs: nowMs, signing: [signingKey], encryption: [decryptionKey] },
    privateFile: writeFile({
      format: FORMAT,
      version: 1,
      gateway,
      created: new Date(nowMs).toISOString(),
      signing: [entry(signingKey.keyId, SIGNING_ALGORITHM, signing)],
      encryption: [entry(decryptionKey.keyId, ENCRYPTION_ALGORITHM, encryption)],
    }),
  };
}

/**
 * Reads a private key file and tries each key, so that a damaged file is noticed now and not at the first message.
 * `file` names it in errors. Errors: IDENTITY_FILE_INVALID, IDENTITY_KEY_MISMATCHED.
 */
export async function parseIdentity(bytes: Uint8Array, file: string): Promise<Identity> {
  const refuse: Refuse = (part) => identityErrors.fail("IDENTITY_FILE_INVALID", { file, part });
  const read = readObject(bytes, refuse);
  const head = readHead(read, FORMAT, refuse);
  const load = <K extends { readonly keyId: string }>(
    kind: string,
    algorithm: string,
    publicBytes: number,
    open: (privateBytes: Uint8Array<ArrayBuffer>, publicBytes: Uint8Array<ArrayBuffer>) => Promise<K>,
    isPair: (key: K) => Promise<boolean>,
  ) => {
    const entries = readKeys(read, kind, algorithm, { public: publicBytes, private: 32 }, refuse);
    return openKeys(entries, async ({ keyId, bytes }, at) => {
      const part = `${kind}[${at}]`;
      const key = await open(bytes.private, bytes.public).catch(() => refuse(part));
      if (key.keyId !== keyId || !await isPair(key)) {
        identityErrors.fail("IDENTITY_KEY_MISMATCHED", { file, part });
      }
      return key;
    });
  };
  return {
    ...head,
    signing: await load("signing", SIGNING_ALGORITHM, 32, importSigningKey, isSigningPair),
    encryption: await load("encryption", ENCRYPTION_ALGORITHM, 1216, importDecryptionKey, isEncryptionPair),
  };
}
