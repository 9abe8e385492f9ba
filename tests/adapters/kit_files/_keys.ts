import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { generateKey } from "openpgp";
import { errorTable } from "../../../runtime/contract/error.ts";
import { type Open, openerFaults, openerOf, type OpenerTools } from "../../../adapters/_kit/files/opener.ts";
import { outboxFaults } from "../../../adapters/_kit/files/outbox_spec.ts";
import { type Sealer, sealerOf, type SealerTools } from "../../../adapters/_kit/files/sealer.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

/** An identity of age and its recipient. */
export async function ageKeys(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** Keys of OpenPGP, armored, as GnuPG makes them. */
export async function pgpKeys(
  name: string,
  given: { readonly passphrase?: string; readonly date?: Date; readonly keyExpirationTime?: number } = {},
): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  return await generateKey({ type: "ecc", curve: "curve25519Legacy", userIDs: [{ name }], ...given });
}

/** A cipher as somebody writes it: what is not told is left out. */
interface Told {
  readonly cipher?: object;
}

/** Opens files as a config says, with errors by the codes that all components share. */
export function opener(config: Told & Partial<Omit<OpenerTools["config"], "cipher">>): Promise<Open> {
  return openerOf({
    config: {
      unpack: [],
      unpackedBytesMax: 1_000_000,
      ...config,
      cipher: config.cipher as OpenerTools["config"]["cipher"],
    },
    world: denoWorld,
    words: errorTable("test", openerFaults),
  });
}

/** Makes files as a config says. */
export function sealer(config: Told & { readonly gzip?: boolean }): Promise<Sealer> {
  return sealerOf({
    config: { gzip: false, ...config, cipher: config.cipher as SealerTools["config"]["cipher"] },
    world: denoWorld,
    words: errorTable("test", outboxFaults),
  });
}
