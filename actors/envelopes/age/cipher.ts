import { armor, Decrypter, Encrypter } from "age-encryption";
import { textOf } from "../_kit/bytes.ts";
import type { AgeFail } from "./errors.ts";
import type { AgeConfig } from "./settings.ts";

const MAGIC = "age-encryption.org/v1";
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";
/** Enough to tell an armored file, blanks before it included. */
const BEGINNING_BYTES = 200;

/** Encrypts for the recipients of the settings. Fails by AGE_KEY_INVALID, AGE_RECIPIENTS_UNREADABLE. */
export async function encrypt(
  bytes: Uint8Array,
  { recipients, recipientsFile }: AgeConfig,
  fail: AgeFail,
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  const add = (setting: string, lines: readonly string[]) => {
    try {
      for (const line of lines) encrypter.addRecipient(line);
    } catch (cause) {
      fail("AGE_KEY_INVALID", { setting }, cause);
    }
  };
  add("recipients", recipients);
  const inFile = recipientsFile
    ? linesOf(await recipientsFile.fresh().catch((cause) => fail("AGE_RECIPIENTS_UNREADABLE", {}, cause)))
    : [];
  if (recipients.length === 0 && inFile.length === 0) {
    fail("AGE_KEY_INVALID", { setting: recipientsFile ? "recipientsFile" : "recipients" });
  }
  add("recipientsFile", inFile);
  return await encrypter.encrypt(bytes);
}

/**
 * Decrypts with the identities of the settings; armored or not. Fails by AGE_KEY_INVALID, AGE_ENVELOPE_INVALID,
 * AGE_IDENTITY_MISMATCHED, AGE_CONTENT_DAMAGED.
 */
export async function decrypt(
  sealed: Uint8Array,
  { identity }: AgeConfig,
  fail: AgeFail,
): Promise<Uint8Array> {
  const beginning = new TextDecoder().decode(sealed.subarray(0, BEGINNING_BYTES));
  const isArmored = beginning.trimStart().startsWith(ARMOR);
  if (!isArmored && !beginning.startsWith(`${MAGIC}\n`)) fail("AGE_ENVELOPE_INVALID");
  const decrypter = decrypterOf(linesOf(identity?.reveal() ?? ""), fail);
  try {
    return await decrypter.decrypt(isArmored ? armor.decode(textOf(sealed) ?? "") : sealed);
  } catch (cause) {
    // The library has no codes.
    const isForOthers = cause instanceof Error && cause.message.startsWith("no identity matched");
    return fail(isForOthers ? "AGE_IDENTITY_MISMATCHED" : "AGE_CONTENT_DAMAGED", {}, cause);
  }
}

function decrypterOf(identities: readonly string[], fail: AgeFail): Decrypter {
  const decrypter = new Decrypter();
  try {
    for (const line of identities) decrypter.addIdentity(line);
  } catch (cause) {
    fail("AGE_KEY_INVALID", { setting: "identity" }, cause);
  }
  return identities.length > 0 ? decrypter : fail("AGE_KEY_INVALID", { setting: "identity" });
}

/** Keys stand one a line, with comments between them. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
}
