import type { MasterKey } from "../../trust/master_key.ts";
import { errors } from "./errors.ts";
import type { Session } from "./session.ts";

const FORMAT = "mitral-recovery";

/** What a recovery file is made of. */
export interface RecoveryParts {
  readonly masterKey: MasterKey;
  /** The private key file as it lies there, sealed under the master key; `undefined` where the gateway has none. */
  readonly privateFile?: Uint8Array;
  /** Who may open it: public age keys. */
  readonly to: readonly string[];
  readonly nowMs: number;
}

/** Writes what a gateway's keys can be brought back from, encrypted with age. Errors: CONSOLE_VALUE_WRONG. */
export async function makeRecoveryFile(
  { masterKey, privateFile, to, nowMs }: RecoveryParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of to) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      errors.fail("CONSOLE_VALUE_WRONG", { name: "--to", wanted: "a public age key, age1…" }, cause);
    }
  }
  const said = {
    format: FORMAT,
    version: 1,
    made: new Date(nowMs).toISOString(),
    master: { id: masterKey.id, key: masterKey.bytes.toBase64() },
    ...(privateFile ? { keys: new TextDecoder().decode(privateFile) } : {}),
  };
  return new Uint8Array(
    await encrypter.encrypt(new TextEncoder().encode(JSON.stringify(said, null, 2) + "\n")),
  );
}

/** What a recovery file gives back. */
export interface Recovered {
  readonly masterKey: MasterKey;
  /** As `mitral keys master` would write it. */
  readonly masterKeyFile: Uint8Array<ArrayBuffer>;
  readonly privateFile?: Uint8Array<ArrayBuffer>;
}

/** Opens a recovery file with an age identity, as age-keygen writes it. Errors: CONSOLE_FILE_UNREADABLE, CONSOLE_RECOVERY_…. */
export async function openRecoveryFile(
  { path, identity }: { readonly path: string; readonly identity: string },
  session: Session,
): Promise<Recovered> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  const lines = new TextDecoder().decode(await session.read(identity)).split(/\r?\n/);
  const keys = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  try {
    if (keys.length === 0) throw new TypeError("no key");
    for (const key of keys) decrypter.addIdentity(key);
  } catch {
    // The library's own error may quote the key.
    errors.fail("CONSOLE_VALUE_WRONG", {
      name: "--identity",
      wanted: "a file with an age key, AGE-SECRET-KEY-…",
    });
  }
  const bytes = await session.read(path);
  const opened = await decrypter.decrypt(bytes).catch((cause): never =>
    errors.fail("CONSOLE_RECOVERY_SEALED", { path }, cause)
  );
  return await readRecovery(opened, path);
}

async function readRecovery(bytes: Uint8Array, path: string): Promise<Recovered> {
  const [{ isObject, readObject }, { masterKeyFileOf, masterKeyOf }] = await Promise.all([
    import("../../trust/_key_file.ts"),
    import("../../trust/master_key.ts"),
  ]);
  const refuse = (): never => errors.fail("CONSOLE_RECOVERY_INVALID", { path });
  const { format, version, master, keys } = readObject(bytes, refuse);
  if (format !== FORMAT || version !== 1) refuse();
  if (!isObject(master) || typeof master.key !== "string") return refuse();
  if (keys !== undefined && typeof keys !== "string") return refuse();
  const { key } = master;
  const masterKey = await masterKeyOf(attempt(() => Uint8Array.fromBase64(key)) ?? refuse(), path);
  if (masterKey.id !== master.id) refuse();
  return {
    masterKey,
    masterKeyFile: masterKeyFileOf(masterKey),
    ...(keys === undefined ? {} : { privateFile: new TextEncoder().encode(keys) }),
  };
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
