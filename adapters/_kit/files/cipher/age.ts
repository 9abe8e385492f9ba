import type { Secret } from "../../../../runtime/contract/spec.ts";
import type { Disk } from "../../../../runtime/contract/world.ts";
import type { Words } from "../../../../runtime/contract/words.ts";
import { keyFiles, type Opening, type Sealing } from "./cipher.ts";
import type { cipherFaults, openingFaults } from "./cipher_spec.ts";

const MAGIC = "age-encryption.org/v1";
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

/** Opens files of age (age-encryption.org/v1), armored or not. Errors: CIPHER_KEY_INVALID. */
export async function openingWithAge(
  identities: Secret,
  { fail }: Words<keyof typeof openingFaults>,
): Promise<Opening> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  const cipher = "age";
  eachLine(
    identities.reveal(),
    (line) => decrypter.addIdentity(line),
    (cause) => fail("CIPHER_KEY_INVALID", { cipher, setting: "age" }, cause),
  );
  return {
    endings: /\.age$/i,
    async open(bytes) {
      const beginning = beginningOf(bytes);
      const isArmored = beginning.trimStart().startsWith(ARMOR);
      if (!isArmored && !beginning.startsWith(MAGIC)) fail("CIPHER_MISSING", { cipher });
      try {
        return owned(await decrypter.decrypt(isArmored ? armor.decode(textOf(bytes)) : bytes));
      } catch (cause) {
        // The library has no codes.
        const isForOthers = cause instanceof Error && cause.message.startsWith("no identity matched");
        return fail(isForOthers ? "CIPHER_RECIPIENT_WRONG" : "CIPHER_CONTENT_DAMAGED", {}, cause);
      }
    },
  };
}

/** Encrypts for the recipients in some files. Errors: CIPHER_KEY_UNREADABLE, CIPHER_KEY_INVALID. */
export async function sealingWithAge(
  disk: Disk,
  recipients: readonly string[],
  words: Words<keyof typeof cipherFaults>,
): Promise<Sealing> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  const facts = { cipher: "age", setting: "age" };
  for (const bytes of await keyFiles(disk, recipients, words, facts)) {
    eachLine(
      textOf(bytes),
      (line) => encrypter.addRecipient(line),
      (cause) => words.fail("CIPHER_KEY_INVALID", facts, cause),
    );
  }
  return { ending: ".age", seal: (bytes) => encrypter.encrypt(bytes) };
}

/** Keys stand one a line, with comments between them; one there has to be. */
function eachLine(text: string, add: (line: string) => void, invalid: (cause?: unknown) => never): void {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line && !line.startsWith("#")
  );
  if (lines.length === 0) invalid();
  try {
    for (const line of lines) add(line);
  } catch (cause) {
    invalid(cause);
  }
}

function beginningOf(bytes: Uint8Array): string {
  return textOf(bytes.subarray(0, 200));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes);
}
