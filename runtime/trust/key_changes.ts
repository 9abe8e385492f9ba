import type { SealingAlgorithm } from "../contract/envelope.ts";
import { type Keys, KEYS_MAX, timeOf } from "./_key_file.ts";
import { type KeyKind, sealHalf } from "./_sealed_half.ts";
import { opener } from "./identity.ts";
import { identityErrors } from "./identity_errors.ts";
import { isValidAt, type KeyTimes } from "./key_times.ts";
import type { MasterKey } from "./master_key.ts";
import { missingKeys, newEncryptionKey, newSigningKey, newSingleKey, type SealedFile } from "./new_keys.ts";
import type { PrivateFile, StoredKey } from "./private_file.ts";

/** When next keys begin, and how long those before them go on. */
export interface Rotation {
  readonly nowMs: number;
  /** From then on the next keys are the current ones. Until then partners have time to get them. */
  readonly beginsAtMs: number;
  /** How long from then on the keys before them are still good: longer than any message is under way. */
  readonly overlapMs: number;
}

/** How long a key that opens is kept once nobody may seal for it any more: messages may still be under way. */
export const OPENING_KEPT_MS = 30 * 86_400_000;

/**
 * Seals the keys of a file under a master key: those of version 1, which were in clear, or those that another key, `from`,
 * seals. A gateway that lacks keys which came later, for relays or its ledger, gets them. `file` names it in errors. What
 * partners see of it grows by one `serial` where anything of that is new.
 *
 * Errors: IDENTITY_MASTER_MISSING, IDENTITY_MASTER_WRONG, IDENTITY_KEY_ALTERED.
 */
export async function sealKeys(
  keys: PrivateFile,
  { file, from, to, nowMs }: {
    readonly file: string;
    readonly from?: MasterKey;
    readonly to: MasterKey;
    readonly nowMs: number;
  },
): Promise<SealedFile> {
  const { gateway } = keys;
  const open = opener(keys, file, from);
  const one = async <A extends string>(kind: KeyKind, key: StoredKey<A>, part: string = kind) => {
    const bytes = await open({ kind, keyId: key.keyId, half: key.half, part });
    return { ...key, half: await sealHalf(to, { gateway, kind, keyId: key.keyId }, bytes) };
  };
  const all = async <A extends string>(kind: KeyKind, [first, ...rest]: Keys<StoredKey<A>>) =>
    [
      await one(kind, first, `${kind}[0]`),
      ...await Promise.all(rest.map((key, at) => one(kind, key, `${kind}[${at + 1}]`))),
    ] as const;
  const { relay, ledger, wireguard } = keys;
  const added = await missingKeys({ gateway, masterKey: to }, keys);
  const isGrown = Object.keys(added).length > 0;
  return {
    ...keys,
    ...(isGrown ? { serial: keys.serial + 1, issuedAtMs: nowMs } : {}),
    ...added,
    ...(relay ? { relay: await one("relay", relay) } : {}),
    ...(ledger ? { ledger: await one("ledger", ledger) } : {}),
    ...(wireguard ? { wireguard: await one("wireguard", wireguard) } : {}),
    master: to.id,
    root: await one("root", keys.root),
    signing: await all("signing", keys.signing),
    encryption: await all("encryption", keys.encryption),
  };
}

/**
 * Makes the next key of each that signs or opens, and takes out those nothing can come for any more. The others stay:
 * partners and relays know the gateway by them. Where next keys are there and have not begun, they
 * begin at `beginsAtMs` if that is now; otherwise it fails by IDENTITY_KEYS_PENDING.
 *
 * Errors: IDENTITY_KEYS_PENDING, IDENTITY_KEYS_FULL.
 */
export async function rotateKeys(
  keys: SealedFile,
  masterKey: MasterKey,
  { nowMs, beginsAtMs, overlapMs }: Rotation,
): Promise<SealedFile> {
  const { gateway } = keys;
  const by = { gateway, masterKey };
  const pending = [...keys.signing, ...keys.encryption].filter(({ fromMs }) => (fromMs ?? 0) > nowMs);
  if (pending.length > 0 && beginsAtMs > nowMs) {
    const fromMs = Math.min(...pending.map(({ fromMs }) => fromMs!));
    identityErrors.fail("IDENTITY_KEYS_PENDING", { gateway, from: timeOf(fromMs) });
  }
  const changed = async <A extends string>(
    kind: "signing" | "encryption",
    list: Keys<StoredKey<A>>,
    keptMs: number,
    make: (algorithm: A) => Promise<StoredKey<A>>,
  ): Promise<Keys<StoredKey<A>>> => {
    const ended = list.map((key) =>
      key.fromMs !== undefined && key.fromMs > nowMs
        ? { ...key, fromMs: nowMs }
        : { ...key, untilMs: Math.min(key.untilMs ?? Infinity, beginsAtMs + overlapMs) }
    ).filter(({ untilMs = Infinity }) => untilMs + keptMs > nowMs);
    const made = pending.length > 0 ? [] : await Promise.all(
      [...new Set(list.map(({ algorithm }) => algorithm))]
        .map(async (algorithm) => ({ ...await make(algorithm), fromMs: beginsAtMs })),
    );
    const [first, ...rest] = [...made, ...ended];
    if (rest.length >= KEYS_MAX) identityErrors.fail("IDENTITY_KEYS_FULL", { gateway, kind, max: KEYS_MAX });
    return [first, ...rest];
  };
  return {
    ...keys,
    serial: keys.serial + 1,
    issuedAtMs: nowMs,
    signing: await changed("signing", keys.signing, 0, (algorithm) => newSigningKey(by, algorithm)),
    encryption: await changed(
      "encryption",
      keys.encryption,
      OPENING_KEPT_MS,
      (algorithm: SealingAlgorithm) => newEncryptionKey(by, algorithm),
    ),
  };
}

/** Kinds of key of which there is one, and another in its place from one moment to the next. */
export type ReplaceableKind = "ledger" | "wireguard";

/**
 * Makes a key in place of the one there was, if any; it counts at once. Partners go by the old one until they have the new
 * public file. `reason`: the old one may be in wrong hands, and is told to be revoked.
 */
export async function replaceKey(
  keys: SealedFile,
  masterKey: MasterKey,
  { kind, nowMs, reason }: {
    readonly kind: ReplaceableKind;
    readonly nowMs: number;
    readonly reason?: string;
  },
): Promise<SealedFile> {
  const { gateway, revoked, [kind]: old } = keys;
  return {
    ...keys,
    ...await newSingleKey({ gateway, masterKey }, kind),
    serial: keys.serial + 1,
    issuedAtMs: nowMs,
    revoked: old && reason !== undefined ? [...revoked, { keyId: old.keyId, atMs: nowMs, reason }] : revoked,
  };
}

/** Of which of those kinds a key is; `undefined` for every other. */
export function replaceableKindOf(keys: PrivateFile, keyId: string): ReplaceableKind | undefined {
  return (["ledger", "wireguard"] as const).find((kind) => keys[kind]?.keyId === keyId);
}

/**
 * Takes a key out for good, wherever it is and whatever its times say, and has partners refuse it. What was sealed for it
 * and not yet opened is lost: its sender seals it anew. Errors: IDENTITY_KEY_UNKNOWN, IDENTITY_KEY_LAST, IDENTITY_ROOT_FIXED.
 */
export function revokeKey(
  keys: SealedFile,
  { keyId, reason, nowMs }: { readonly keyId: string; readonly reason: string; readonly nowMs: number },
): SealedFile {
  const { gateway } = keys;
  if (keyId === keys.root.keyId) identityErrors.fail("IDENTITY_ROOT_FIXED", { kid: keyId, gateway });
  const without = <K extends StoredKey>(list: Keys<K>): Keys<K> => {
    const revoked = list.find((key) => key.keyId === keyId);
    if (!revoked) return list;
    const others = list.filter((key) => key !== revoked);
    const { algorithm } = revoked;
    const alike: readonly KeyTimes[] = others.filter((key) => key.algorithm === algorithm);
    // Those before it end: with nothing but them the gateway would fall silent one day.
    const isEnough = alike.some((key) => isValidAt(key, nowMs)) &&
      (revoked.untilMs !== undefined || alike.some(({ untilMs }) => untilMs === undefined));
    const [first, ...rest] = others;
    return isEnough
      ? [first, ...rest]
      : identityErrors.fail("IDENTITY_KEY_LAST", { kid: keyId, gateway, algorithm });
  };
  const signing = without(keys.signing), encryption = without(keys.encryption);
  if (signing === keys.signing && encryption === keys.encryption) {
    identityErrors.fail("IDENTITY_KEY_UNKNOWN", { kid: keyId, gateway });
  }
  return {
    ...keys,
    signing,
    encryption,
    serial: keys.serial + 1,
    issuedAtMs: nowMs,
    revoked: [...keys.revoked, { keyId, atMs: nowMs, reason }],
  };
}
