import { declareErrors } from "../contract/error.ts";
import type { Disk } from "../contract/world.ts";

/** Errors of the key everything in the journal, and the gateway's own keys, are sealed under. None shows key material. */
export const masterKeyErrors = declareErrors("master", {
  MASTER_KEY_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot find the gateway's master key: it is not in MITRAL_MASTER_KEY, among the credentials, or " +
      "in {file}; for a new gateway, make one by `mitral keys master {file}`",
  },
  MASTER_KEY_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot read the master key from {source}: {reason}",
  },
  MASTER_KEY_MALFORMED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use the master key from {source}: {wrong}",
  },
  MASTER_KEY_EXPOSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot use the master key from {source}: others may read it (mode {mode}); run `chmod 600 {source}`",
  },
  MASTER_KEY_WRONG: {
    blame: "operator",
    retry: "never",
    says: "Cannot open the journal: it is sealed under the master key {needed}, and this one is {found}",
  },
});

/** What the journal's data keys are wrapped under, and the gateway's own keys sealed. */
export interface MasterKey {
  /** 16 hexadecimal digits: the start of HMAC-SHA-256 of a fixed text under the key. Safe to show. */
  readonly id: string;
  /** 32 bytes. Never shown, logged or written but to a key file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Variable with the key as base64. */
export const MASTER_KEY_VARIABLE = "MITRAL_MASTER_KEY";
/** Name of the key among the credentials a service manager hands over (systemd.exec, `LoadCredential=`). */
export const MASTER_KEY_CREDENTIAL = "mitral-master-key";

const KEY_BYTES = 32;
const TEXT_BYTES_MAX = 4_096;
const HMAC = { name: "HMAC", hash: "SHA-256" };
const ID_TEXT = new TextEncoder().encode("mitral master key id");

/** Where a key may be looked for. */
export interface MasterKeySources {
  /** Where files are. */
  readonly disk: Pick<Disk, "read" | "facts">;
  /** A variable of the environment. */
  readonly env: (name: string) => string | undefined;
  /** The key file, absolute: `masterKey` of the gateway file. */
  readonly file?: string;
}

/**
 * Finds the master key: in `MITRAL_MASTER_KEY`, else in `$CREDENTIALS_DIRECTORY/mitral-master-key`, else in the file.
 * The first source that is there counts: one that is there and wrong is an error, for a journal begun under another key
 * than the one meant cannot be mended.
 *
 * Errors: MASTER_KEY_MISSING, MASTER_KEY_UNREADABLE, MASTER_KEY_MALFORMED, MASTER_KEY_EXPOSED.
 */
export async function findMasterKey(sources: MasterKeySources): Promise<MasterKey> {
  const found = await lookForMasterKey(sources);
  return found?.key ?? missingMasterKey(sources.file);
}

/** A master key, and where it was found: a variable or a path. */
export interface FoundMasterKey {
  readonly key: MasterKey;
  readonly source: string;
}

/** As {@linkcode findMasterKey}; `undefined` where no source is there. */
export async function lookForMasterKey(
  { disk, env, file }: MasterKeySources,
): Promise<FoundMasterKey | undefined> {
  const text = env(MASTER_KEY_VARIABLE);
  if (text !== undefined) {
    const key = await masterKeyOf(fromText(text, MASTER_KEY_VARIABLE), MASTER_KEY_VARIABLE);
    return { key, source: MASTER_KEY_VARIABLE };
  }
  const folder = env("CREDENTIALS_DIRECTORY");
  const credential = folder ? `${folder}/${MASTER_KEY_CREDENTIAL}` : undefined;
  // A service has a credentials directory for any credential: this one need not be among them.
  if (credential && await isThere(disk, credential)) {
    const bytes = await read(disk, credential);
    const raw = bytes.length === KEY_BYTES ? bytes : fromFile(bytes, credential);
    const key = await masterKeyOf(raw, credential);
    return { key, source: credential };
  }
  if (file === undefined || !await isThere(disk, file)) return undefined;
  return { key: await readMasterKey(disk, file), source: file };
}

/** Says how a key is made in `file`. */
export function missingMasterKey(file = "./master.key"): never {
  return masterKeyErrors.fail("MASTER_KEY_MISSING", { file });
}

/**
 * Reads a key file, which nobody but its owner may read.
 * Errors: MASTER_KEY_UNREADABLE, MASTER_KEY_MALFORMED, MASTER_KEY_EXPOSED.
 */
export async function readMasterKey(disk: Pick<Disk, "read" | "facts">, file: string): Promise<MasterKey> {
  const bytes = await read(disk, file);
  const { mode } = await disk.facts(file) ?? {};
  if (mode !== undefined && (mode & 0o077) !== 0) {
    const shown = `0${mode.toString(8).padStart(3, "0")}`;
    masterKeyErrors.fail("MASTER_KEY_EXPOSED", { source: file, mode: shown });
  }
  return await masterKeyOf(fromFile(bytes, file), file);
}

/** Makes a new key, and its file: write that with `mode: 0o600` and `mustBeNew: true`; it is the only copy. */
export async function createMasterKey(): Promise<
  { readonly masterKey: MasterKey; readonly keyFile: Uint8Array<ArrayBuffer> }
> {
  const made = await crypto.subtle.generateKey({ ...HMAC, length: KEY_BYTES * 8 }, true, ["sign"]);
  const masterKey = await masterKeyOf(
    new Uint8Array(await crypto.subtle.exportKey("raw", made)),
    "generateKey",
  );
  return { masterKey, keyFile: masterKeyFileOf(masterKey) };
}

/** The file of a key, as {@linkcode readMasterKey} reads it. */
export function masterKeyFileOf({ id, bytes }: MasterKey): Uint8Array<ArrayBuffer> {
  const text =
    `# Master key ${id} of a Mitral gateway: 32 bytes in base64. Keep it secret, and a copy of it ` +
    `apart from the backups.\n${bytes.toBase64()}\n`;
  return new TextEncoder().encode(text);
}

/** The key these 32 bytes are; `source` names them in MASTER_KEY_MALFORMED, where they are not 32. */
export async function masterKeyOf(bytes: Uint8Array<ArrayBuffer>, source: string): Promise<MasterKey> {
  if (bytes.length !== KEY_BYTES) malformed(source, `it is ${bytes.length} bytes long, not ${KEY_BYTES}`);
  const key = await crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
  const id = new Uint8Array(await crypto.subtle.sign("HMAC", key, ID_TEXT)).toHex().slice(0, 16);
  return { id, bytes };
}

/** Key files may say in lines that begin with # what they are. */
function fromFile(bytes: Uint8Array, source: string): Uint8Array<ArrayBuffer> {
  if (bytes.length > TEXT_BYTES_MAX) malformed(source, `it is larger than ${TEXT_BYTES_MAX} bytes`);
  const lines = new TextDecoder().decode(bytes).split("\n");
  return fromText(lines.filter((line) => !line.startsWith("#")).join("\n"), source);
}

function fromText(text: string, source: string): Uint8Array<ArrayBuffer> {
  if (text.trim() === "") malformed(source, "it is empty");
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    // The decoder's own message may quote the text.
    return malformed(source, "it is not base64");
  }
}

function malformed(source: string, wrong: string): never {
  return masterKeyErrors.fail("MASTER_KEY_MALFORMED", { source, wrong });
}

async function isThere(disk: Pick<Disk, "facts">, path: string): Promise<boolean> {
  try {
    return await disk.facts(path) !== undefined;
  } catch (cause) {
    return unreadable(path, cause);
  }
}

async function read(disk: Pick<Disk, "read">, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await disk.read(path);
  } catch (cause) {
    return unreadable(path, cause);
  }
}

function unreadable(source: string, cause: unknown): never {
  const reason = String((cause as { code?: unknown }).code ?? "EIO");
  return masterKeyErrors.fail("MASTER_KEY_UNREADABLE", { source, reason }, cause);
}
