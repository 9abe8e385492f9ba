import type { Command } from "commander";
import { dirname, join, relative } from "node:path";
import type { SealedFile } from "../../trust/new_keys.ts";
import type { MasterKey } from "../../trust/master_key.ts";
import type { PartnerFacts } from "../../trust/partner_file.ts";
import type { PrivateFile } from "../../trust/private_file.ts";
import { personOf } from "./ask.ts";
import { errors } from "./errors.ts";
import { kindOf } from "./explain.ts";
import { readGatewayPlaces } from "./gateway_file.ts";
import { foundMasterKey } from "./master_key.ts";
import type { Session } from "./session.ts";

/** How a command is told whose keys are meant. */
export interface OwnKeysOptions {
  readonly file?: string;
  readonly keys?: string;
  readonly master?: string;
}

/** A gateway's own keys, and where they lie. */
export interface OwnKeys {
  /** The private file, from where the person is. */
  readonly privatePath: string;
  readonly keys: PrivateFile;
  readonly masterKey: MasterKey;
}

/** Adds what {@linkcode OwnKeysOptions} are read from. */
export function addOwnKeysOptions(command: Command): Command {
  return addMasterOption(
    command
      .option("--file <file>", "gateway file that names the private file with keys: (default: gateway.yaml)")
      .option("--keys <file>", "the private file, instead of --file"),
  );
}

/** Adds the option that says where the master key is. */
export function addMasterOption(command: Command): Command {
  return command.option("--master <file>", "master key (default: the one the gateway would run under)");
}

/** Where the private file is, and the one of the master key; the latter may be somewhere else. */
export async function ownPlaces(
  { file, keys }: OwnKeysOptions,
  session: Session,
): Promise<{ readonly privatePath: string; readonly masterPath: string }> {
  if (keys !== undefined) return { privatePath: keys, masterPath: masterPathBy(keys, session) };
  const typed = file ?? "gateway.yaml";
  const places = await readGatewayPlaces(typed, session);
  if (places.keys === undefined) {
    return errors.fail("CONSOLE_USAGE_WRONG", { reason: `${typed} names no file of keys; --keys does` });
  }
  return { privatePath: relative(session.terminal.cwd, places.keys), masterPath: places.masterKey };
}

/** Where the master key of a gateway lies whose private file is in a folder beside it, absolute. */
export function masterPathBy(privatePath: string, session: Session): string {
  return session.path(join(dirname(privatePath), "..", "master.key"));
}

/** The master key of the file that was typed, or else the one a gateway would run under. Errors: MASTER_KEY_…. */
export async function masterKeyFor(
  typed: string | undefined,
  masterPath: string,
  session: Session,
): Promise<MasterKey> {
  if (typed === undefined) return (await foundMasterKey(masterPath, session)).key;
  const { readMasterKey } = await import("../../trust/master_key.ts");
  return await readMasterKey(session.outside.world.disk, session.path(typed));
}

/** Reads a gateway's own keys, without opening them. Errors: CONSOLE_FILE_UNREADABLE, IDENTITY_FILE_…, MASTER_KEY_…. */
export async function readOwnKeys(options: OwnKeysOptions, session: Session): Promise<OwnKeys> {
  const { readPrivateFile } = await import("../../trust/private_file.ts");
  const { privatePath, masterPath } = await ownPlaces(options, session);
  const bytes = await session.read(privatePath);
  const masterKey = await masterKeyFor(options.master, masterPath, session);
  return { privatePath, keys: await readPrivateFile(bytes, privatePath, masterKey), masterKey };
}

/** As {@linkcode readOwnKeys}, sealed, whatever they were. */
export async function readSealedKeys(
  options: OwnKeysOptions,
  session: Session,
): Promise<OwnKeys & { readonly keys: SealedFile }> {
  const { sealKeys } = await import("../../trust/key_changes.ts");
  const own = await readOwnKeys(options, session);
  const { privatePath: file, masterKey } = own;
  const nowMs = session.outside.world.clock.nowMs();
  return { ...own, keys: await sealKeys(own.keys, { file, from: masterKey, to: masterKey, nowMs }) };
}

/** The public file that goes with a private one. */
export function publicPathBy(privatePath: string, gateway: string): string {
  return join(dirname(privatePath), `${gateway}.partner.json`);
}

/**
 * Writes changed keys over those that were there, with who changed them, and the public file anew: what it says beside
 * keys stays. Returns its path. Errors: CONSOLE_FILE_UNWRITABLE, IDENTITY_….
 */
export async function writeOwnKeys(
  { privatePath, keys: changed, masterKey }: OwnKeys & { readonly keys: SealedFile },
  session: Session,
): Promise<string> {
  const [{ openIdentity }, { writePrivateFile }, { writePartnerFile }] = await Promise.all([
    import("../../trust/identity.ts"),
    import("../../trust/private_file.ts"),
    import("../../trust/partner_file.ts"),
  ]);
  const keys = { ...changed, changedBy: personOf(session) };
  // Nothing is written that could not be read again.
  const identity = await openIdentity(keys, privatePath, masterKey);
  const publicPath = publicPathBy(privatePath, keys.gateway);
  const publicFile = await writePartnerFile(
    identity,
    await factsIn(publicPath, identity.root.keyId, session),
  );
  await writeOver(privatePath, await writePrivateFile(keys, masterKey), 0o600, session);
  await writeOver(publicPath, publicFile, 0o644, session);
  return publicPath;
}

/**
 * Seals a gateway's own keys under another master key, where there are any and they are not: its path, from where the
 * person is. Errors: as of {@linkcode writeOwnKeys}.
 */
export async function resealOwnKeys(
  path: string,
  { from, to }: { readonly from: MasterKey; readonly to: MasterKey },
  session: Session,
): Promise<string | undefined> {
  const { clock, disk } = session.outside.world;
  if (await disk.facts(path) === undefined) return undefined;
  const [{ readPrivateFile }, { sealKeys }] = await Promise.all([
    import("../../trust/private_file.ts"),
    import("../../trust/key_changes.ts"),
  ]);
  const privatePath = relative(session.terminal.cwd, path);
  const found = await readPrivateFile(await session.read(privatePath), privatePath, from);
  if (found.master !== to.id) {
    const keys = await sealKeys(found, { file: privatePath, from, to, nowMs: clock.nowMs() });
    await writeOwnKeys({ privatePath, keys, masterKey: to }, session);
  }
  return privatePath;
}

/** What our public file says beside keys; nothing where there is none, or it is another gateway's. */
async function factsIn(path: string, rootId: string, session: Session): Promise<PartnerFacts> {
  const { parsePartnerFile } = await import("../../trust/partner_file.ts");
  if (await session.outside.world.disk.facts(session.path(path)) === undefined) return {};
  const { root, links, certificates } = await parsePartnerFile(await session.read(path), path);
  return root.keyId === rootId ? { links, certificates } : {};
}

/** Writes a file, over the one that is there. Errors: CONSOLE_FILE_UNWRITABLE. */
export async function writeOver(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  mode: number,
  session: Session,
): Promise<void> {
  try {
    await session.outside.world.disk.writeAtomic(session.path(path), bytes, { mode });
  } catch (cause) {
    errors.fail("CONSOLE_FILE_UNWRITABLE", { path, reason: kindOf(cause) }, cause);
  }
}
