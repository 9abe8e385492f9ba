import canonicalize from "canonicalize";
import { declareErrors } from "../contract/error.ts";
import { digestOf, fromBase64Url, toBase64Url } from "./_key_encoding.ts";
import {
  type KeyEntry,
  type Keys,
  openKeys,
  readHead,
  readKeys,
  readObject,
  type Refuse,
  writeFile,
} from "./_key_file.ts";
import { ENCRYPTION_ALGORITHM, type EncryptionKey, importEncryptionKey } from "./encryption_key.ts";
import type { Identity } from "./identity.ts";
import { importVerificationKey, SIGNING_ALGORITHM, type VerificationKey } from "./signing_key.ts";

/** Errors of a partner's key file. */
export const partnerErrors = declareErrors("partner", {
  PARTNER_FILE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read partner's keys from {file}: {part} is missing or not as it must be",
  },
  PARTNER_SIGNATURE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot trust partner's keys from {file}: altered or damaged since the partner signed them",
  },
});

/** A way to a gateway, as it says itself: the settings of a sender. */
export interface Link {
  /** Name of the sender: `https`, `relay`. */
  readonly kind: string;
  /** What the sender calls linkable, and nothing else. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A partner as its file describes it. In each list the first key is the current one. */
export interface Partner {
  /** Grows with every change of the file; 0 for a file of version 1, which has none. */
  readonly serial: number;
  /** What is pinned, and signs the file. In a file of version 1: the first signing key. */
  readonly root: VerificationKey;
  /** What it signs in at a relay with; Ed25519. */
  readonly relay?: VerificationKey;
  /** Fingerprints of the certificates it shows when TLS is spoken: `sha256:HEX`. */
  readonly certificates: readonly string[];
  /** Ways to it, the preferred one first. */
  readonly links: readonly Link[];
  /** Name the partner's gateway calls itself by. */
  readonly gateway: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly createdAtMs: number;
  /** What its signatures are checked with. */
  readonly signing: Keys<VerificationKey>;
  /** What it is sealed for. */
  readonly encryption: Keys<EncryptionKey>;
}

const FORMAT = "mitral-partner";
/** Keeps a signature over a partner file from being one over anything else. */
const DOMAIN = "mitral-partner/1\n";

/**
 * Writes the file to hand to partners: our public keys, signed by the first signing key. Nothing in it is secret; that
 * it is really ours is for people to confirm, by {@linkcode fingerprintOf}.
 */
export async function writePartnerFile(identity: Identity): Promise<Uint8Array<ArrayBuffer>> {
  const entry = (alg: string) => ({ keyId, publicBytes }: { keyId: string; publicBytes: Uint8Array }) => ({
    kid: keyId,
    alg,
    public: toBase64Url(publicBytes),
  });
  const said = {
    format: FORMAT,
    version: 1,
    gateway: identity.gateway,
    created: new Date(identity.createdAtMs).toISOString(),
    signing: identity.signing.map(entry(SIGNING_ALGORITHM)),
    encryption: identity.encryption.map(entry(ENCRYPTION_ALGORITHM)),
  };
  const signature = await crypto.subtle.sign(
    SIGNING_ALGORITHM,
    identity.signing[0].privateKey,
    signedBytes(said),
  );
  return writeFile({ ...said, signature: toBase64Url(new Uint8Array(signature)) });
}

/**
 * Reads a partner's file. The signature is by a key in the same file: it shows damage and edits, not who made the file.
 * Fields this version does not know are covered by the signature and left alone. `file` names it in errors.
 * Errors: PARTNER_FILE_INVALID, PARTNER_SIGNATURE_INVALID.
 */
export async function parsePartnerFile(bytes: Uint8Array, file: string): Promise<Partner> {
  const refuse: Refuse = (part) => partnerErrors.fail("PARTNER_FILE_INVALID", { file, part });
  const read = readObject(bytes, refuse);
  const head = readHead(read, FORMAT, refuse);
  const load = <K extends { readonly keyId: string }>(
    kind: string,
    entries: Keys<KeyEntry>,
    open: (publicBytes: Uint8Array<ArrayBuffer>) => Promise<K>,
  ) =>
    openKeys(entries, async ({ keyId, bytes }, at) => {
      const key = await open(bytes.public).catch(() => refuse(`${kind}[${at}].public`));
      return key.keyId === keyId ? key : refuse(`${kind}[${at}].kid`);
    });
  const signingKeys = readKeys(read, "signing", SIGNING_ALGORITHM, { public: 32 }, refuse);
  const encryptionKeys = readKeys(read, "encryption", ENCRYPTION_ALGORITHM, { public: 1216 }, refuse);
  const signing = await load("signing", signingKeys, importVerificationKey);

  const { signature, ...said } = read;
  const signatureBytes = typeof signature === "string" ? fromBase64Url(signature) : undefined;
  if (!signatureBytes) return refuse("signature");
  const signed = attempt(() => signedBytes(said)) ?? refuse("JSON");
  if (!await crypto.subtle.verify(SIGNING_ALGORITHM, signing[0].key, signatureBytes, signed)) {
    partnerErrors.fail("PARTNER_SIGNATURE_INVALID", { file });
  }
  const none = { serial: 0, root: signing[0], certificates: [], links: [] };
  return {
    ...head,
    ...none,
    signing,
    encryption: await load("encryption", encryptionKeys, importEncryptionKey),
  };
}

/**
 * What two people read to each other before they trust a file: SHA-256 of the first signing key, in 16 groups of four
 * hexadecimal digits. The first four groups are the key's id. The other keys need no reading: that key signed them.
 */
export async function fingerprintOf({ signing }: Identity | Partner): Promise<string> {
  return (await digestOf(signing[0].publicBytes)).replace(/....(?=.)/g, "$& ");
}

/** Canonical JSON (RFC 8785), so that a file may be reformatted on its way and still verify. */
function signedBytes(said: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(DOMAIN + canonicalize(said));
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
