import canonicalize from "canonicalize";
import { declareErrors } from "../contract/error.ts";
import { digestOf, fromBase64Url, toBase64Url } from "./_key_encoding.ts";
import {
  entryOf,
  isObject,
  isUnheardOf,
  type KeyEntry,
  type KeyLengths,
  type Keys,
  KEYS_MAX,
  readHead,
  readKey,
  readList,
  readObject,
  readRevoked,
  type Refuse,
  type Revocation,
  timeOf,
  writeFile,
} from "./_key_file.ts";
import { type EncryptionKey, encryptionKeyBytes, importEncryptionKey } from "./encryption_key.ts";
import type { Identity } from "./identity.ts";
import type { KeyTimes } from "./key_times.ts";
import {
  importVerificationKey,
  isSignatureBy,
  signatureBy,
  signingKeyBytes,
  type VerificationKey,
} from "./signing_key.ts";
import { importWireGuardKey, type WireGuardKey } from "./wireguard_key.ts";

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

/** A partner as its file describes it. Of each list the first key that is valid is the current one. */
export interface Partner {
  /**
   * Grows with every change of the keys; 0 for a file of version 1, which has none. Of two files with the same serial the
   * one issued later is the newer: it says other links or certificates.
   */
  readonly serial: number;
  /** When the file was written, in milliseconds since 1970-01-01T00:00Z; in a file of version 1, when it was made. */
  readonly issuedAtMs: number;
  /** What is pinned, and signs the file. In a file of version 1: the first signing key. */
  readonly root: VerificationKey;
  /** What it signs in at a relay with; Ed25519. */
  readonly relay?: VerificationKey;
  /** What it signs the heads of its ledger with, and cosigns ours; Ed25519. */
  readonly ledger?: VerificationKey;
  /** What its WireGuard tunnel is known by. */
  readonly wireguard?: WireGuardKey;
  /** Fingerprints of the certificates it shows when TLS is spoken: `sha256:HEX`. */
  readonly certificates: readonly string[];
  /** Ways to it, the preferred one first. */
  readonly links: readonly Link[];
  /** Keys it had and may not use any more; none of them is in the lists. */
  readonly revoked: readonly Revocation[];
  /** Name the partner's gateway calls itself by. */
  readonly gateway: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly createdAtMs: number;
  /** What its signatures are checked with. */
  readonly signing: Keys<VerificationKey>;
  /** What it is sealed for. */
  readonly encryption: Keys<EncryptionKey>;
}

/** What a partner file says beside keys. */
export interface PartnerFacts {
  /** When it is written; when the keys were last changed where left out. */
  readonly issuedAtMs?: number;
  /** Ways to us, the preferred one first. */
  readonly links?: readonly Link[];
  /** Fingerprints of the certificates we show: `sha256:HEX`. */
  readonly certificates?: readonly string[];
}

const FORMAT = "mitral-partner";
/** Keep a signature over a partner file from being one over anything else. */
const DOMAINS = { 1: "mitral-partner/1\n", 2: "mitral-partner/2\n" };
const LINKS_MAX = 10;
const CERTIFICATES_MAX = 20;
const LINK_KIND = /^[a-z][a-z0-9_]{0,63}$/;
const CERTIFICATE = /^sha256:[0-9a-f]{64}$/;
const ED25519_KEY: KeyLengths<"Ed25519"> = { Ed25519: 32 };
const X25519_KEY: KeyLengths<"X25519"> = { X25519: 32 };

/**
 * Writes the file to hand to partners: our public keys and the ways to us, signed by the root key. Nothing in it is
 * secret; that it is really ours is for people to confirm, by {@linkcode fingerprintOf}.
 */
export async function writePartnerFile(
  identity: Identity,
  { issuedAtMs = identity.issuedAtMs, links = [], certificates = [] }: PartnerFacts = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { root, relay, ledger, wireguard } = identity;
  const said = {
    format: FORMAT,
    version: 2,
    gateway: identity.gateway,
    created: timeOf(identity.createdAtMs),
    issued: timeOf(issuedAtMs),
    serial: identity.serial,
    root: entryOf(root),
    signing: identity.signing.map(entryOf),
    encryption: identity.encryption.map(entryOf),
    ...(relay ? { relay: entryOf({ ...relay, algorithm: "Ed25519" }) } : {}),
    ...(ledger ? { ledger: entryOf({ ...ledger, algorithm: "Ed25519" }) } : {}),
    ...(wireguard ? { wireguard: entryOf(wireguard) } : {}),
    certificates,
    links: links.map(({ kind, settings }) => ({ [kind]: settings })),
    revoked: identity.revoked.map(({ keyId, atMs }) => ({ kid: keyId, at: timeOf(atMs) })),
  };
  const signature = await signatureBy(root, signedBytes(2, said));
  return writeFile({ ...said, signature: toBase64Url(signature) });
}

/**
 * Reads a partner's file. The signature is by a key in the same file: it shows damage and edits, not who made the file.
 * Fields this version does not know, and keys by algorithms it does not know, are covered by the signature and left
 * alone. `file` names it in errors. Errors: PARTNER_FILE_INVALID, PARTNER_SIGNATURE_INVALID.
 */
export async function parsePartnerFile(bytes: Uint8Array, file: string): Promise<Partner> {
  const refuse: Refuse = (part) => partnerErrors.fail("PARTNER_FILE_INVALID", { file, part });
  const read = readObject(bytes, refuse);
  const { version, ...head } = readHead(read, FORMAT, refuse);
  const isNew = version === 2;
  const signingKeys = readKeys(read, "signing", signingKeyBytes, refuse);
  const encryptionKeys = readKeys(read, "encryption", encryptionKeyBytes, refuse);
  const signing = await importKeys(signingKeys, importVerificationKey, refuse);
  const root = isNew
    ? await importKey(readPart(read.root, "root", signingKeyBytes, refuse), importVerificationKey, refuse)
    : signing[0];

  const { signature, ...said } = read;
  const signatureBytes = typeof signature === "string" ? fromBase64Url(signature) : undefined;
  if (!signatureBytes) return refuse("signature");
  const signed = attempt(() => signedBytes(version, said)) ?? refuse("JSON");
  if (!await isSignatureBy(root, signatureBytes, signed)) {
    partnerErrors.fail("PARTNER_SIGNATURE_INVALID", { file });
  }
  const encryption = await importKeys(encryptionKeys, importEncryptionKey, refuse);
  const partner = { ...head, root, signing, encryption };
  if (!isNew) return { ...partner, certificates: [], links: [], revoked: [] };
  const relay = read.relay === undefined
    ? undefined
    : await importKey(readPart(read.relay, "relay", ED25519_KEY, refuse), importVerificationKey, refuse);
  const ledger = await importOne(read, "ledger", ED25519_KEY, importVerificationKey, refuse);
  const wireguard = await importOne(read, "wireguard", X25519_KEY, importWireGuardKey, refuse);
  const revoked = readRevoked(read, refuse);
  const gone = new Set(revoked.map(({ keyId }) => keyId));
  const single = [relay, ledger, wireguard].filter((key) => key !== undefined);
  if ([root, ...single, ...signing, ...encryption].some(({ keyId }) => gone.has(keyId))) refuse("revoked");
  return {
    ...partner,
    ...(relay ? { relay } : {}),
    ...(ledger ? { ledger } : {}),
    ...(wireguard ? { wireguard } : {}),
    certificates: readCertificates(read, refuse),
    links: readLinks(read, refuse),
    revoked,
  };
}

/**
 * What two people read to each other before they trust a file: SHA-256 of the root key, in 16 groups of four hexadecimal
 * digits. The first four groups are the key's id. The other keys need no reading: that key signed them.
 */
export async function fingerprintOf(
  { root }: { readonly root: { readonly publicBytes: Uint8Array<ArrayBuffer> } },
): Promise<string> {
  return (await digestOf(root.publicBytes)).replace(/....(?=.)/g, "$& ");
}

/** A key of a file, and where it stands there. */
interface Part<A extends string> {
  readonly entry: KeyEntry<A>;
  readonly part: string;
}

function readPart<A extends string>(
  item: unknown,
  part: string,
  lengths: KeyLengths<A>,
  refuse: Refuse,
): Part<A> {
  return { entry: readKey(item, part, lengths, refuse), part };
}

/** The keys of a list that this version knows the algorithm of, of which there must be one. */
function readKeys<A extends string>(
  file: Record<string, unknown>,
  kind: string,
  lengths: KeyLengths<A>,
  refuse: Refuse,
): Keys<Part<A>> {
  const [first, ...rest] = readList(file, kind, KEYS_MAX, refuse)
    .filter(({ item }) => file.version === 1 || !isUnheardOf(item, lengths))
    .map(({ item, part }) => readPart(item, part, lengths, refuse));
  return first ? [first, ...rest] : refuse(kind);
}

/** Imports a key; refuses one whose id is another's. Its times stay. */
async function importKey<A extends string, K extends { readonly keyId: string }>(
  { entry: { algorithm, publicBytes, keyId, ...times }, part }: Part<A>,
  open: (algorithm: A, publicBytes: Uint8Array<ArrayBuffer>) => Promise<K>,
  refuse: Refuse,
): Promise<K & KeyTimes> {
  const key = await open(algorithm, publicBytes).catch(() => refuse(`${part}.public`));
  return key.keyId === keyId ? { ...key, ...times } : refuse(`${part}.kid`);
}

/** A key that a file may have; one by an algorithm this version does not know is left alone. */
async function importOne<A extends string, K extends { readonly keyId: string }>(
  file: Record<string, unknown>,
  kind: string,
  lengths: KeyLengths<A>,
  open: (algorithm: A, publicBytes: Uint8Array<ArrayBuffer>) => Promise<K>,
  refuse: Refuse,
): Promise<K & KeyTimes | undefined> {
  const item = file[kind];
  if (item === undefined || isUnheardOf(item, lengths)) return undefined;
  return await importKey(readPart(item, kind, lengths, refuse), open, refuse);
}

async function importKeys<A extends string, K extends { readonly keyId: string }>(
  [first, ...rest]: Keys<Part<A>>,
  open: (algorithm: A, publicBytes: Uint8Array<ArrayBuffer>) => Promise<K>,
  refuse: Refuse,
): Promise<Keys<K & KeyTimes>> {
  return [
    await importKey(first, open, refuse),
    ...await Promise.all(rest.map((key) => importKey(key, open, refuse))),
  ];
}

function readLinks(file: Record<string, unknown>, refuse: Refuse): readonly Link[] {
  return readList(file, "links", LINKS_MAX, refuse).map(({ item, part }) => {
    const [link, ...others] = isObject(item) ? Object.entries(item) : [];
    if (!link || others.length > 0) return refuse(part);
    const [kind, settings] = link;
    if (!LINK_KIND.test(kind)) return refuse(part);
    return isObject(settings) ? { kind, settings } : refuse(`${part}.${kind}`);
  });
}

function readCertificates(file: Record<string, unknown>, refuse: Refuse): readonly string[] {
  return readList(file, "certificates", CERTIFICATES_MAX, refuse).map(({ item, part }) =>
    typeof item === "string" && CERTIFICATE.test(item) ? item : refuse(part)
  );
}

/** Canonical JSON (RFC 8785), so that a file may be reformatted on its way and still verify. */
function signedBytes(version: 1 | 2, said: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(DOMAINS[version] + canonicalize(said));
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
