import type { Keyring } from "../contract/envelope.ts";
import { declareErrors } from "../contract/error.ts";
import type { Clock, Disk } from "../contract/world.ts";
import { type Identity, parseIdentity } from "./identity.ts";
import { isValidAt } from "./key_times.ts";
import type { MasterKey } from "./master_key.ts";
import { parsePartnerFile, type Partner } from "./partner_file.ts";

/** Errors of a gateway's set of keys. */
export const keyringErrors = declareErrors("keyring", {
  KEYRING_FILE_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot read key file {file}: {reason}",
  },
  KEYRING_IDENTITY_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot seal or open: the gateway {gateway} has no keys of its own",
  },
  KEYRING_SIGNING_EXPIRED: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot sign: {gateway} has no signing key that is valid now; make one by `mitral keys rotate --now`",
  },
  KEYRING_GATEWAY_MISMATCHED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use the keys as those of {gateway}: they were made for {found}",
  },
  KEYRING_PARTNER_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot seal: no partner is called {partner}",
  },
  KEYRING_KEY_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot seal for {partner}: it has no valid key for {algorithms}",
  },
  KEYRING_PARTNER_REPEATED: {
    blame: "operator",
    retry: "never",
    says: "Cannot tell partners {partner} and {other} apart: both are the gateway {gateway}",
  },
  KEYRING_PARTNER_OURSELVES: {
    blame: "operator",
    retry: "never",
    says: "Cannot use {partner} as a partner: its file is that of this gateway, {gateway}",
  },
});

/**
 * The keys of a gateway and its partners. A partner has two names: ours, from the gateway file, and the one its gateway
 * calls itself by, from its key file. Configuration speaks of the first, envelopes of the second; `encryptionKey` takes
 * the first, `verificationKey` the second, `partnerOf` leads back.
 */
export interface GatewayKeyring extends Keyring {
  /** Our own keys; `undefined` where we have none. */
  readonly identity: Identity | undefined;
  /** Our name for the partner whose gateway calls itself `gateway`; `undefined` for a stranger. */
  partnerOf(gateway: string): string | undefined;
  /**
   * Has other keys from now on, ours, the partners', or both; whoever holds the keyring need not know. Where they do not
   * fit, it fails as {@linkcode keyringOf} does, and nothing has changed.
   */
  use(changed: Partial<Pick<KeyringParts, "identity" | "partners">>): void;
}

/** What a keyring holds: keys already read. */
export interface KeyringParts {
  /** Name of this gateway. */
  readonly gateway: string;
  /** Which keys are valid is a matter of time. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Our own keys; left out, nothing can be signed or opened. */
  readonly identity?: Identity;
  /** By our name for them. */
  readonly partners: Readonly<Record<string, Partner>>;
}

/** How far a partner's clock may be from ours: as for the times of an envelope. */
const TOLERANCE_MS = 300_000;

/**
 * Makes a keyring of keys already read. Without an identity `signingKey` and `decryptionKey` fail by
 * KEYRING_IDENTITY_MISSING. Errors: KEYRING_GATEWAY_MISMATCHED, KEYRING_PARTNER_REPEATED, KEYRING_PARTNER_OURSELVES;
 * later KEYRING_IDENTITY_MISSING, KEYRING_SIGNING_EXPIRED, KEYRING_PARTNER_UNKNOWN, KEYRING_KEY_MISSING.
 *
 * What was sealed for one of our keys may be opened for as long as we have the key, whatever its times say: they are for
 * who seals. `mitral keys rotate` takes it out when nothing it opens can still come.
 */
export function keyringOf(parts: KeyringParts): GatewayKeyring {
  const { fail } = keyringErrors;
  const { gateway, clock } = parts;
  let { identity, partners } = parts;
  let aliases = aliasesOf(parts);
  const known = (partner: string) =>
    Object.hasOwn(partners, partner) ? partners[partner] : fail("KEYRING_PARTNER_UNKNOWN", { partner });
  const ours = () => identity ?? fail("KEYRING_IDENTITY_MISSING", { gateway });
  return {
    gateway,
    get identity() {
      return identity;
    },
    signingKey() {
      const nowMs = clock.nowMs();
      const { keyId, privateKey, algorithm } = ours().signing.find((key) => isValidAt(key, nowMs)) ??
        fail("KEYRING_SIGNING_EXPIRED", { gateway });
      return { keyId, key: privateKey, algorithm };
    },
    decryptionKey(keyId) {
      const found = ours().encryption.find((key) => key.keyId === keyId);
      return found && { keyId, key: found.privateKey, algorithm: found.algorithm };
    },
    encryptionKey(partner, algorithms) {
      const nowMs = clock.nowMs();
      const { gateway, encryption } = known(partner);
      const { keyId, key, algorithm } =
        encryption.find((each) => algorithms.includes(each.algorithm) && isValidAt(each, nowMs)) ??
          fail("KEYRING_KEY_MISSING", { partner, algorithms: algorithms.join(", ") });
      return { gateway, keyId, key, algorithm };
    },
    verificationKey(theirs, keyId) {
      const alias = aliases.get(theirs);
      if (alias === undefined) return undefined;
      const nowMs = clock.nowMs();
      return partners[alias].signing.find((key) =>
        key.keyId === keyId && isValidAt(key, nowMs, TOLERANCE_MS)
      );
    },
    gatewayOf: (partner) => known(partner).gateway,
    partnerOf: (theirs) => aliases.get(theirs),
    use(changed) {
      const next = { gateway, clock, partners, ...(identity ? { identity } : {}), ...changed };
      aliases = aliasesOf(next);
      ({ identity, partners } = next);
    },
  };
}

/** Our names for partners by their gateways'. */
function aliasesOf({ gateway, identity, partners }: KeyringParts): ReadonlyMap<string, string> {
  const { fail } = keyringErrors;
  if (identity && identity.gateway !== gateway) {
    fail("KEYRING_GATEWAY_MISMATCHED", { gateway, found: identity.gateway });
  }
  const aliases = new Map<string, string>();
  for (const [partner, { gateway: theirs }] of Object.entries(partners)) {
    const other = aliases.get(theirs);
    if (theirs === gateway) fail("KEYRING_PARTNER_OURSELVES", { partner, gateway });
    if (other !== undefined) fail("KEYRING_PARTNER_REPEATED", { partner, other, gateway: theirs });
    aliases.set(theirs, partner);
  }
  return aliases;
}

/**
 * Reads the key files and makes a keyring. Everything is read and tried now: a gateway with a broken key file does not
 * start. Errors: KEYRING_FILE_UNREADABLE, those of {@linkcode parseIdentity}, {@linkcode parsePartnerFile} and
 * {@linkcode keyringOf}.
 */
export async function openKeyring(
  { gateway, identityFile, masterKey, partnerFiles, disk, clock }: {
    readonly gateway: string;
    /** Absolute; left out where nothing is sealed or opened. */
    readonly identityFile?: string;
    /** What our own keys are sealed under; a file of version 1 needs none. */
    readonly masterKey?: MasterKey;
    /** Absolute, by our name for the partner. */
    readonly partnerFiles: Readonly<Record<string, string>>;
    readonly disk: Pick<Disk, "read">;
    readonly clock: Pick<Clock, "nowMs">;
  },
): Promise<GatewayKeyring> {
  const identity = identityFile === undefined
    ? undefined
    : await parseIdentity(await readKeyFile(identityFile, disk), identityFile, masterKey);
  const partners = await Promise.all(
    Object.entries(partnerFiles).map(async ([partner, file]) =>
      [partner, await parsePartnerFile(await readKeyFile(file, disk), file)] as const
    ),
  );
  return keyringOf({
    gateway,
    clock,
    ...(identity ? { identity } : {}),
    partners: Object.fromEntries(partners),
  });
}

/** Reads a key file. Errors: KEYRING_FILE_UNREADABLE. */
export async function readKeyFile(
  file: string,
  disk: Pick<Disk, "read">,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await disk.read(file);
  } catch (cause) {
    const reason = String((cause as { code?: unknown }).code ?? "EIO");
    return keyringErrors.fail("KEYRING_FILE_UNREADABLE", { file, reason }, cause);
  }
}
