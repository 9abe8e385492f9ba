import type { Connection, World } from "../../contract/world.ts";
import { errors } from "./errors.ts";

/** A local socket that accepts. */
export type LocalAcceptor = AsyncIterable<Connection> & { close(): void };

/**
 * Takes the socket at `path`. A file nobody listens on was left behind by a process that died: it is moved aside first
 * and asked once more under its new name, so that of two gateways that start at the same moment neither can take the
 * other's live socket away. Errors: CONTROL_FOLDER_BUSY, CONTROL_SOCKET_REFUSED.
 */
export async function claimSocket(world: World, path: string, folder: string): Promise<LocalAcceptor> {
  if (await world.disk.facts(path)) {
    if (await isAlive(world, path)) errors.fail("CONTROL_FOLDER_BUSY", { folder });
    await moveAway(world, path, folder);
  }
  try {
    return await world.net.listenLocal(path);
  } catch (cause) {
    if (codeOf(cause) === "EADDRINUSE") errors.fail("CONTROL_FOLDER_BUSY", { folder }, cause);
    // What has no code is no refusal of the system: Deno's own, which says what to allow.
    if (codeOf(cause) === "") throw cause;
    return errors.fail("CONTROL_SOCKET_REFUSED", { folder, reason: codeOf(cause) }, cause);
  }
}

async function moveAway(world: World, path: string, folder: string): Promise<void> {
  const aside = path.replace(/control\.sock$/, `${world.random.bytes(4).toHex()}.sock`);
  try {
    await world.disk.rename(path, aside);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return;
    throw cause;
  }
  if (await isAlive(world, aside)) {
    await world.disk.rename(aside, path);
    errors.fail("CONTROL_FOLDER_BUSY", { folder });
  }
  await world.disk.remove(aside);
}

async function isAlive(world: World, path: string): Promise<boolean> {
  try {
    (await world.net.connectLocal(path)).close();
    return true;
  } catch (cause) {
    if (isNobody(cause)) return false;
    throw cause;
  }
}

/** True where a connection failed because nobody listens: no socket, a socket of a dead process, another file. */
export function isNobody(cause: unknown): boolean {
  return ["ECONNREFUSED", "ENOENT", "ENOTSOCK", "ENOTDIR"].includes(codeOf(cause));
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
