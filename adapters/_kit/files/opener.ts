import type { Fault } from "../../../runtime/contract/error.ts";
import type { Config } from "../../../runtime/contract/spec.ts";
import type { World } from "../../../runtime/contract/world.ts";
import { openingWithAge } from "./cipher/age.ts";
import type { Opening } from "./cipher/cipher.ts";
import { openingCipher, openingFaults } from "./cipher/cipher_spec.ts";
import { openingWithOpenpgp } from "./cipher/openpgp.ts";
import { gunzip } from "./packing/gzip.ts";
import { unpackingFaults, unpackingSettings } from "./packing/packing_spec.ts";
import { unzip, UnzipError } from "./packing/unzip.ts";
import type { Words } from "../../../runtime/contract/words.ts";

/** One file that was found within another, or is all of it. */
export interface Opened {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Opens the bytes of a file of some name. Fails by code where they cannot be opened. */
export type Open = (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<readonly Opened[]>;

/** Settings of how a listener opens files. */
export const openerSettings = { cipher: openingCipher, ...unpackingSettings } as const;

/** What can go wrong while opening files, by the part of the code that follows the component's name. */
export const openerFaults = { ...openingFaults, ...unpackingFaults } as const satisfies Record<string, Fault>;

/** What an opener is made from. */
export interface OpenerTools {
  readonly config: Config<typeof openerSettings>;
  readonly world: Pick<World, "clock" | "disk">;
  readonly words: Words<keyof typeof openerFaults>;
}

/**
 * Opens files as a config says: first what is encrypted, then what is packed. Errors: CIPHER_KEY_UNREADABLE,
 * CIPHER_KEY_INVALID.
 */
export async function openerOf(tools: OpenerTools): Promise<Open> {
  const { config: { unpack, unpackedBytesMax } } = tools;
  const opening = await openingOf(tools);
  if (!opening && unpack.length === 0) return (name, bytes) => Promise.resolve([{ name, bytes }]);
  return async (name, bytes) => {
    const plain = opening ? await opening.open(bytes, unpackedBytesMax) : bytes;
    return await unpacked(tools, { name: opening ? name.replace(opening.endings, "") : name, bytes: plain });
  };
}

async function openingOf({ config: { cipher }, world, words }: OpenerTools): Promise<Opening | undefined> {
  if (cipher?.age) return await openingWithAge(cipher.age, words);
  if (cipher?.openpgp) return await openingWithOpenpgp(world, cipher.openpgp, words);
  return undefined;
}

async function unpacked({ config, words: { fail } }: OpenerTools, file: Opened): Promise<readonly Opened[]> {
  const { unpack, unpackedBytesMax } = config;
  const { name, bytes } = file;
  if (unpack.includes("gzip") && begins(bytes, 0x1f, 0x8b)) {
    const content = await gunzip(bytes, unpackedBytesMax).catch((cause) =>
      fail("ARCHIVE_CONTENT_DAMAGED", {}, cause)
    );
    return [{
      name: name.replace(/\.gz$/i, ""),
      bytes: content ?? fail("ARCHIVE_SIZE_EXCESSIVE", { unpackedBytesMax }),
    }];
  }
  if (!unpack.includes("zip") || !begins(bytes, 0x50, 0x4b)) return [file];
  try {
    return await unzip(bytes, unpackedBytesMax);
  } catch (cause) {
    const trouble = cause instanceof UnzipError ? cause.trouble : "damaged";
    if (trouble === "excessive") fail("ARCHIVE_SIZE_EXCESSIVE", { unpackedBytesMax }, cause);
    return fail(trouble === "damaged" ? "ARCHIVE_CONTENT_DAMAGED" : "ARCHIVE_KIND_UNSUPPORTED", {}, cause);
  }
}

function begins(bytes: Uint8Array, ...signs: number[]): boolean {
  return signs.every((sign, at) => bytes[at] === sign);
}
