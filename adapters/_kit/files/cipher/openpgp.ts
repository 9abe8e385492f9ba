import type { Key, PrivateKey } from "openpgp";
import type { Secret } from "../../../../runtime/contract/spec.ts";
import type { World } from "../../../../runtime/contract/world.ts";
import type { Words } from "../../../../runtime/contract/words.ts";
import { keyFiles, type Opening, type Sealing } from "./cipher.ts";
import type {
  cipherFaults,
  OpeningCipher,
  openingFaults,
  SealingCipher,
  sealingFaults,
} from "./cipher_spec.ts";

const cipher = "openpgp";
const ARMOR = "-----BEGIN PGP";
/** The id of a recipient who is not to be named. */
const HIDDEN = "0".repeat(16);

/** Opens messages of OpenPGP (RFC 4880, RFC 9580), armored or not. Errors: CIPHER_KEY_UNREADABLE, CIPHER_KEY_INVALID. */
export async function openingWithOpenpgp(
  { clock, disk }: Pick<World, "clock" | "disk">,
  { key, passphrase, signers = [] }: NonNullable<OpeningCipher["openpgp"]>,
  words: Words<keyof typeof openingFaults>,
): Promise<Opening> {
  const openpgp = await import("openpgp");
  const decryptionKeys = await privateKey(key, passphrase, "key", words);
  const verificationKeys = await publicKeys(disk, signers, "signers", words);
  const ours = decryptionKeys.getKeyIDs().map((id) => id.toHex());
  return {
    endings: /\.(pgp|gpg|asc)$/i,
    async open(bytes, plainBytesMax) {
      // What is packed is unpacked as it is read, whether it is encrypted or not.
      const config = { maxDecompressedMessageSize: plainBytesMax };
      const message = await readMessage(bytes, config).catch((cause) =>
        words.fail("CIPHER_MISSING", { cipher }, cause)
      );
      const recipients = message.getEncryptionKeyIDs();
      if (recipients.length === 0) words.fail("CIPHER_MISSING", { cipher });
      if (!recipients.some((id) => [HIDDEN, ...ours].includes(id.toHex()))) {
        words.fail("CIPHER_RECIPIENT_WRONG");
      }
      const date = new Date(clock.nowMs());
      const opened = await openpgp.decrypt({
        message,
        decryptionKeys,
        verificationKeys: [...verificationKeys],
        format: "binary",
        date,
        config,
      }).catch((cause) => words.fail("CIPHER_CONTENT_DAMAGED", {}, cause));
      const verified = await Promise.allSettled(opened.signatures.map((each) => each.verified));
      if (signers.length > 0 && !verified.some(({ status }) => status === "fulfilled")) {
        words.fail("CIPHER_SIGNATURE_INVALID");
      }
      return new Uint8Array(opened.data);
    },
  };
}

/** Encrypts for public keys, and signs. Errors: CIPHER_KEY_UNREADABLE, CIPHER_KEY_INVALID. */
export async function sealingWithOpenpgp(
  { clock, disk }: Pick<World, "clock" | "disk">,
  { recipients, sign, passphrase }: NonNullable<SealingCipher["openpgp"]>,
  words: Words<keyof typeof sealingFaults>,
): Promise<Sealing> {
  const openpgp = await import("openpgp");
  const encryptionKeys = await publicKeys(disk, recipients, "recipients", words);
  const signingKeys = sign && await privateKey(sign, passphrase, "sign", words);
  return {
    ending: ".pgp",
    async seal(bytes) {
      const message = await openpgp.createMessage({ binary: bytes });
      const sealed = await openpgp.encrypt({
        message,
        encryptionKeys: [...encryptionKeys],
        ...(signingKeys ? { signingKeys } : {}),
        date: new Date(clock.nowMs()),
        format: "binary",
      }).catch((cause) => words.fail("CIPHER_KEY_EXPIRED", { cipher }, cause));
      return sealed as Uint8Array;
    },
  };
}

async function readMessage(bytes: Uint8Array, config: { readonly maxDecompressedMessageSize: number }) {
  const openpgp = await import("openpgp");
  return isArmored(bytes)
    ? await openpgp.readMessage({ armoredMessage: new TextDecoder().decode(bytes), config })
    : await openpgp.readMessage({ binaryMessage: bytes, config });
}

async function privateKey(
  armored: Secret,
  passphrase: Secret | undefined,
  setting: string,
  { fail }: Words<keyof typeof cipherFaults>,
): Promise<PrivateKey> {
  const openpgp = await import("openpgp");
  try {
    const key = await openpgp.readPrivateKey({ armoredKey: armored.reveal() });
    if (key.isDecrypted()) return key;
    return await openpgp.decryptKey({ privateKey: key, passphrase: passphrase?.reveal() ?? "" });
  } catch (cause) {
    return fail("CIPHER_KEY_INVALID", { cipher, setting }, cause);
  }
}

async function publicKeys(
  disk: World["disk"],
  paths: readonly string[],
  setting: string,
  words: Words<keyof typeof cipherFaults>,
): Promise<readonly Key[]> {
  const openpgp = await import("openpgp");
  const read = (bytes: Uint8Array) =>
    isArmored(bytes)
      ? openpgp.readKeys({ armoredKeys: new TextDecoder().decode(bytes) })
      : openpgp.readKeys({ binaryKeys: bytes });
  const files = await keyFiles(disk, paths, words, { cipher, setting });
  try {
    const keys = (await Promise.all(files.map(read))).flat();
    if (keys.length >= files.length) return keys;
  } catch (cause) {
    words.fail("CIPHER_KEY_INVALID", { cipher, setting }, cause);
  }
  return words.fail("CIPHER_KEY_INVALID", { cipher, setting });
}

function isArmored(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 200)).trimStart().startsWith(ARMOR);
}
