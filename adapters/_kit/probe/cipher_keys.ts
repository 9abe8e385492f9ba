import type { MitralError } from "../../../runtime/contract/error.ts";
import type { OpeningCipher, SealingCipher } from "../files/cipher/cipher_spec.ts";
import type { Words } from "../../../runtime/contract/words.ts";
import type { Attempt } from "./attempts.ts";

/** Whether the keys that files are encrypted with can be used: `read` fails with the declared error where not. */
export function cipherKeys(
  cipher: OpeningCipher | SealingCipher | undefined,
  read: () => Promise<unknown>,
  { error }: Pick<Words<"CIPHER_KEY_INVALID">, "error">,
): readonly Attempt[] {
  if (!cipher) return [];
  const name = cipher.age ? "age" : "openpgp";
  return [{
    step: "settings",
    msMax: 10_000,
    run: () => read().then(() => `the keys of ${name} can be used`),
    failed: (cause): MitralError => error("CIPHER_KEY_INVALID", { cipher: name, setting: "cipher" }, cause),
  }];
}
