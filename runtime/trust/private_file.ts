import { bytesOf } from "./_handed_file.ts";
import { isMacOf, MAC_BYTES, macOf } from "./_file_mac.ts";
import { toBase64Url } from "./_key_encoding.ts";
import {
  entryOf,
  type KeyEntry,
  type KeyFileHead,
  type KeyLengths,
  type Keys,
  KEYS_MAX,
  readBytes,
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
import type { SealingAlgorithm, SignatureAlgorithm } from "../contract/envelope.ts";
import { SEALED_HALF_BYTES } from "./_sealed_half.ts";
import { encryptionKeyBytes } from "./encryption_key.ts";
import { identityErrors } from "./identity_errors.ts";
import type { MasterKey } from "./master_key.ts";
import { signingKeyBytes } from "./signing_key.ts";

/** `nist`: algorithms that NIST has approved, and no others. */
export type Profile = "default" | "nist";

/** A key as the private file keeps it. All but `half` may be shown. */
export interface StoredKey<A extends string = string> extends KeyEntry<A> {
  /** The private half: sealed, or in clear where the file has no `master`. */
  readonly half: Uint8Array<ArrayBuffer>;
}

/** A gateway's private file, as it lies there: nothing of it was opened. */
export interface PrivateFile extends Omit<KeyFileHead, "version"> {
  readonly profile: Profile;
  /** Id of the master key it is sealed under; left out where the keys are in clear, which version 1 had. */
  readonly master?: string;
  /** Signs the partner file. In a file of version 1: the first signing key. */
  readonly root: StoredKey<SignatureAlgorithm>;
  readonly signing: Keys<StoredKey<SignatureAlgorithm>>;
  readonly encryption: Keys<StoredKey<SealingAlgorithm>>;
  /** What it signs in at relays with; version 1 had none. */
  readonly relay?: StoredKey<"Ed25519">;
  /** What it signs its ledger's heads with; version 1 had none. */
  readonly ledger?: StoredKey<"Ed25519">;
  /** What its WireGuard tunnel knows it by; version 1 had none. */
  readonly wireguard?: StoredKey<"X25519">;
  /** The person who changed the keys last, as the console knows them; version 1 does not say. */
  readonly changedBy?: string;
  readonly revoked: readonly Revocation[];
}

const FORMAT = "mitral-private-keys";
const MASTER_ID = /^[0-9a-f]{16}$/;
const CLEAR_HALF_BYTES = 32;

/**
 * Reads what a private key file says, without opening any key: its facts, which need no master key. `file` names it in
 * errors. Errors: IDENTITY_FILE_INVALID.
 */
export function parsePrivateFile(bytes: Uint8Array, file: string): PrivateFile {
  const refuse = refusing(file);
  const read = readObject(bytes, refuse);
  const { version, ...head } = readHead(read, FORMAT, refuse);
  const stored = <A extends string>(item: unknown, part: string, lengths: KeyLengths<A>): StoredKey<A> => {
    const [field, length] = version === 1
      ? ["private", CLEAR_HALF_BYTES] as const
      : ["sealed", SEALED_HALF_BYTES] as const;
    const key = readKey(item, part, lengths, refuse);
    return { ...key, half: readBytes(item as Record<string, unknown>, field, length, part, refuse) };
  };
  const all = <A extends string>(kind: string, lengths: KeyLengths<A>): Keys<StoredKey<A>> => {
    const [first, ...rest] = readList(read, kind, KEYS_MAX, refuse)
      .map(({ item, part }) => stored(item, part, lengths));
    return first ? [first, ...rest] : refuse(kind);
  };
  const signing = all("signing", signingKeyBytes);
  const encryption = all("encryption", encryptionKeyBytes);
  if (version === 1) {
    return { ...head, profile: "default", root: signing[0], signing, encryption, revoked: [] };
  }
  const one = <K extends string, A extends string>(
    kind: K,
    lengths: KeyLengths<A>,
  ): { readonly [kind in K]?: StoredKey<A> } =>
    read[kind] === undefined ? {} : { [kind]: stored(read[kind], kind, lengths) } as Record<K, StoredKey<A>>;
  const { master, profile, changedBy } = read;
  if (profile !== "default" && profile !== "nist") return refuse("profile");
  if (typeof master !== "string" || !MASTER_ID.test(master)) return refuse("master");
  if (changedBy !== undefined && typeof changedBy !== "string") return refuse("changedBy");
  readMac(read, refuse);
  return {
    ...head,
    profile,
    master,
    root: stored(read.root, "root", signingKeyBytes),
    signing,
    encryption,
    ...one("relay", { Ed25519: 32 }),
    ...one("ledger", { Ed25519: 32 }),
    ...one("wireguard", { X25519: 32 }),
    ...(changedBy === undefined ? {} : { changedBy }),
    revoked: readRevoked(read, refuse),
  };
}

/**
 * The same, and nobody has changed anything of it since it was written: neither a time, nor the order of keys, nor what was
 * revoked. That shows by the master key alone; one that is missing, or another, fails later. Errors: IDENTITY_FILE_INVALID,
 * IDENTITY_FILE_ALTERED.
 */
export async function readPrivateFile(
  bytes: Uint8Array,
  file: string,
  masterKey?: MasterKey,
): Promise<PrivateFile> {
  const keys = parsePrivateFile(bytes, file);
  if (keys.master === undefined || keys.master !== masterKey?.id) return keys;
  const refuse = refusing(file);
  const { mac, ...said } = readObject(bytes, refuse);
  const isWhole = await isMacOf(masterKey, readMac({ mac }, refuse), said);
  return isWhole ? keys : identityErrors.fail("IDENTITY_FILE_ALTERED", { file });
}

function readMac(read: Record<string, unknown>, refuse: Refuse): Uint8Array<ArrayBuffer> {
  return bytesOf(read.mac, MAC_BYTES) ?? refuse("mac");
}

function refusing(file: string): Refuse {
  return (part) => identityErrors.fail("IDENTITY_FILE_INVALID", { file, part });
}

/** Writes a private file, always of version 2. The keys MUST be sealed under this key: what `sealKeys` gives has them so. */
export async function writePrivateFile(
  keys: PrivateFile & { readonly master: string },
  masterKey: MasterKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const entry = (key: StoredKey) => ({ ...entryOf(key), sealed: toBase64Url(key.half) });
  const said = {
    format: FORMAT,
    version: 2,
    gateway: keys.gateway,
    created: timeOf(keys.createdAtMs),
    issued: timeOf(keys.issuedAtMs),
    serial: keys.serial,
    profile: keys.profile,
    master: keys.master,
    root: entry(keys.root),
    signing: keys.signing.map(entry),
    encryption: keys.encryption.map(entry),
    ...(keys.relay ? { relay: entry(keys.relay) } : {}),
    ...(keys.ledger ? { ledger: entry(keys.ledger) } : {}),
    ...(keys.wireguard ? { wireguard: entry(keys.wireguard) } : {}),
    ...(keys.changedBy === undefined ? {} : { changedBy: keys.changedBy }),
    revoked: keys.revoked.map(({ keyId, atMs, reason }) => ({
      kid: keyId,
      at: timeOf(atMs),
      ...(reason === undefined ? {} : { reason }),
    })),
  };
  return writeFile({ ...said, mac: toBase64Url(await macOf(masterKey, said)) });
}
