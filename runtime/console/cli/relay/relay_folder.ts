import { join } from "node:path";
import { errors } from "../errors.ts";
import { kindOf } from "../explain.ts";
import { plain } from "../plain.ts";
import type { Session } from "../session.ts";
import { accountsConfig } from "./accounts_config.ts";
import { readRelay, type Relay, type RelayPartner, writeRelay } from "./relay_file.ts";

/** Names of what a relay's folder holds. */
export const FILES = {
  /** What the tool knows; all else is made from it. */
  relay: "relay.json",
  /** What the server is started with. */
  server: "nats-server.conf",
  /** Who may do what. */
  accounts: "accounts.conf",
  /** The operator's secrets, as NATS's own tools read them: where the mailboxes are, and where the server is told what to do. */
  hubSeed: "operator_hub.nk",
  systemSeed: "operator_system.nk",
} as const;

/** Reads a relay's folder. Errors: CONSOLE_FILE_UNREADABLE, CONSOLE_RELAY_INVALID. */
export async function readFolder(folder: string, session: Session): Promise<Relay> {
  const path = join(folder, FILES.relay);
  return readRelay(new TextDecoder().decode(await session.read(path)), path);
}

/**
 * Writes what a relay's folder says anew, where it says anything else: first what the tool knows, then what the server is
 * to do, so that a power cut in between is made good by the next call. Errors: CONSOLE_FILE_UNWRITABLE.
 */
export async function saveFolder(folder: string, relay: Relay, session: Session): Promise<void> {
  await replace(join(folder, FILES.relay), writeRelay(relay), session);
  await replace(join(folder, FILES.accounts), accountsConfig(relay), session);
}

/** A partner by the operator's name for it. Errors: CONSOLE_NAME_UNKNOWN. */
export function partnerNamed(name: string, folder: string, { partners }: Relay): RelayPartner {
  const found = partners.find((partner) => partner.name === name);
  const known = partners.map((partner) => plain(partner.name)).join(", ") || "none";
  return found ??
    errors.fail("CONSOLE_NAME_UNKNOWN", { name: plain(name), path: folder, kind: "partner", known });
}

/** What to tell whoever has changed a folder. */
export function applyHint(folder: string): string {
  return `it counts once the server has it: mitral relay apply ${folder}`;
}

async function replace(path: string, text: string, session: Session): Promise<void> {
  const { disk } = session.outside.world;
  const bytes = new TextEncoder().encode(text);
  try {
    if (await disk.facts(session.path(path)) && await disk.readText(session.path(path)) === text) return;
    await disk.writeAtomic(session.path(path), bytes);
  } catch (cause) {
    errors.fail("CONSOLE_FILE_UNWRITABLE", { path, reason: kindOf(cause) }, cause);
  }
}
