import type { Disk } from "../../../../runtime/contract/world.ts";
import { reasonOf } from "../reason.ts";
import type { Words } from "../../../../runtime/contract/words.ts";
import type { cipherFaults } from "./cipher_spec.ts";

/** Opens what was encrypted to us. Fails by a code of the component. */
export interface Opening {
  /** How names of such files end. */
  readonly endings: RegExp;
  /** What was encrypted. `plainBytesMax`: what it may be unpacked to, where it is packed. */
  open(bytes: Uint8Array, plainBytesMax: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Encrypts for others. */
export interface Sealing {
  /** Added to a name. */
  readonly ending: string;
  /** The same bytes come to another result each time, of the same length or nearly. */
  seal(bytes: Uint8Array): Promise<Uint8Array>;
}

/** The keys in some files, as they stand there. Errors: CIPHER_KEY_UNREADABLE. */
export async function keyFiles(
  disk: Disk,
  paths: readonly string[],
  { fail }: Words<keyof typeof cipherFaults>,
  facts: { readonly cipher: string; readonly setting: string },
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const read = (path: string) =>
    disk.read(path).catch((cause) =>
      fail("CIPHER_KEY_UNREADABLE", { ...facts, reason: reasonOf(cause) }, cause)
    );
  return await Promise.all(paths.map(read));
}
