import type { Keyring } from "../contract/envelope.ts";
import { declareErrors } from "../contract/error.ts";
import type { Disk } from "../contract/world.ts";
import { type Identity, parseIdentity } from "./identity.ts";
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
  /** Our name for the partner whose gateway calls itself `gateway`; `undefined` for a stranger. */
  partnerOf(gateway: string): string | undefined;
  /** What the file of a partner, by our own name for it, says. */
  find(partner: string): Partner | undefined;
}

/** What a keyring holds: keys already read. */
export interface KeyringParts {
  /** Name of this gateway. */
  readonly gateway: string;
  /** Our own keys; left out, nothing can be signed or opened. */
  readonly identity?: Identity;
  /** By our name for them. */
  readonly partners: Readonly<Record<string, Partner>>;
}

/**
 * Makes a keyring of keys already read. Without an identity `signingKey` and `decryptionKey` fail by
 * KEYRING_IDENTITY_MISSING. Errors: KEYRING_GATEWAY_MISMATCHED, KEYRING_PARTNER_REPEATED, KEYRING_PARTNER_OURSELVES;
 * later KEYRING_IDENTITY_MISSING, KEYRING_PARTNER_UNKNOWN, KEYRING_KEY_MISSING.
 */
export function keyringOf({ gateway, identity, partners }: KeyringParts): GatewayKeyring {
  const { fail } = keyringErrors;
  if (identity && identity.gateway !== gateway) {
    fail("KEYRING_GATEWAY_MISMATCHED", { gateway, found: identity.gateway });
  }
  const byPartner = new Map(Object.entries(partners));
  const byGateway = new Map<string, Partner>();
  const aliases = new Map<string, string>();
  for (const [partner, found] of byPartner) {
    const theirs = found.gateway;
    const other = aliases.get(theirs);
    if (theirs === gateway) fail("KEYRING_PARTNER_OURSELVES", { partner, gateway });
    if (other !== undefined) fail("KEYRING_PARTNER_REPEATED", { partner, other, gateway: theirs });
    aliases.set(theirs, partner);
    byGateway.set(theirs, found);
  }
  const known = (partner: string) => byPartner.get(partner) ?? fail("KEYRING_PARTNER_UNKNOWN", { partner });
  const ours = () => identity ?? fail("KEYRING_IDENTITY_MISSING", { gateway });
  return {
    gateway,
    signingKey() {
      const [{ keyId, privateKey, algorithm }] = ours().signing;
      return { keyId, key: privateKey, algorithm };
    },
    decryptionKey(keyId) {
      const found = ours().encryption.find((key) => key.keyId === keyId);
      return found && { keyId, key: found.privateKey, algorithm: found.algorithm };
    },
    encryptionKey(partner, algorithms) {
      const { gateway, encryption } = known(partner);
      const found = encryption.find(({ algorithm }) => algorithms.includes(algorithm)) ??
        fail("KEYRING_KEY_MISSING", { partner, algorithms: algorithms.join(", ") });
      const { keyId, key, algorithm } = found;
      return { gateway, keyId, key, algorithm };
    },
    verificationKey(theirs, keyId) {
      return byGateway.get(theirs)?.signing.find((key) => key.keyId === keyId);
    },
    gatewayOf: (partner) => known(partner).gateway,
    partnerOf: (theirs) => aliases.get(theirs),
    find: (partner) => byPartner.get(partner),
  };
}

/**
 * Reads the key files and makes a keyring. Everything is read and tried now: a gateway with a broken key file does not
 * start. Errors: KEYRING_FILE_UNREADABLE, those of {@linkcode parseIdentity}, {@linkcode parsePartnerFile} and
 * {@linkcode keyringOf}.
 */
export async function openKeyring(
  { gateway, identityFile, partnerFiles, disk }: {
    readonly gateway: string;
    /** Absolute; left out where nothing is sealed or opened. */
    readonly identityFile?: string;
    /** Absolute, by our name for the partner. */
    readonly partnerFiles: Readonly<Record<string, string>>;
    readonly disk: Pick<Disk, "read">;
  },
): Promise<GatewayKeyring> {
  const read = async (file: string) => {
    try {
      return await disk.read(file);
    } catch (cause) {
      const reason = String((cause as { code?: unknown }).code ?? "EIO");
      return keyringErrors.fail("KEYRING_FILE_UNREADABLE", { file, reason }, cause);
    }
  };
  const identity = identityFile === undefined
    ? undefined
    : await parseIdentity(await read(identityFile), identityFile);
  const partners = await Promise.all(
    Object.entries(partnerFiles).map(async ([partner, file]) =>
      [partner, await parsePartnerFile(await read(file), file)] as const
    ),
  );
  return keyringOf({ gateway, identity, partners: Object.fromEntries(partners) });
}
