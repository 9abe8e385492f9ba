import type { World } from "../../../runtime/contract/world.ts";
import { sealingWithAge } from "./cipher/age.ts";
import type { Sealing } from "./cipher/cipher.ts";
import type { SealingCipher, sealingFaults } from "./cipher/cipher_spec.ts";
import { sealingWithOpenpgp } from "./cipher/openpgp.ts";
import { gzip } from "./packing/gzip.ts";
import type { Words } from "../../../runtime/contract/words.ts";

/** Turns messages into what files hold: packed, then encrypted, as a config says. */
export interface Sealer {
  /** Added to a name, unless that ends with it. */
  readonly ending: string;
  /** True where the same message comes to other bytes each time, of the same length or nearly. */
  readonly isSealing: boolean;
  /** What a file holds. Errors: CIPHER_KEY_EXPIRED. */
  seal(bytes: Uint8Array): Promise<Uint8Array>;
}

/** What a sealer is made from. */
export interface SealerTools {
  readonly config: { readonly gzip: boolean; readonly cipher?: SealingCipher | undefined };
  readonly world: Pick<World, "clock" | "disk">;
  readonly words: Words<keyof typeof sealingFaults>;
}

/** Errors: CIPHER_KEY_UNREADABLE, CIPHER_KEY_INVALID. */
export async function sealerOf(tools: SealerTools): Promise<Sealer> {
  const sealing = await sealingOf(tools);
  const isPacked = tools.config.gzip;
  return {
    ending: (isPacked ? ".gz" : "") + (sealing?.ending ?? ""),
    isSealing: sealing !== undefined,
    async seal(bytes) {
      const packed = isPacked ? await gzip(bytes) : bytes;
      return sealing ? await sealing.seal(packed) : packed;
    },
  };
}

async function sealingOf({ config: { cipher }, world, words }: SealerTools): Promise<Sealing | undefined> {
  if (cipher?.age) return await sealingWithAge(world.disk, cipher.age, words);
  if (cipher?.openpgp) return await sealingWithOpenpgp(world, cipher.openpgp, words);
  return undefined;
}
