import { MitralError } from "../../contract/error.ts";
import type { FoundMasterKey, MasterKey } from "../../trust/master_key.ts";
import { plain } from "./plain.ts";
import type { Session } from "./session.ts";

/** What whoever has made a master key must know. */
export const masterKeyAdvice =
  "Keep a copy elsewhere, apart from the backups. Without it nothing in the journal " +
  "can be read, by anybody.";

/** Makes a master key in a file of its own, for its owner only. Errors: CONSOLE_FILE_EXISTS, CONSOLE_FILE_UNWRITABLE. */
export async function makeMasterKey(file: string, session: Session): Promise<MasterKey> {
  const { createMasterKey } = await import("../../trust/master_key.ts");
  const { masterKey, keyFile } = await createMasterKey();
  await session.writeNew(file, keyFile, 0o600);
  return masterKey;
}

/** The master key a gateway would run under, `file` being its own. Errors: MASTER_KEY_… */
export async function foundMasterKey(file: string, { terminal, outside }: Session): Promise<FoundMasterKey> {
  const { lookForMasterKey, missingMasterKey } = await import("../../trust/master_key.ts");
  const { disk } = outside.world;
  return await lookForMasterKey({ disk, env: (name) => terminal.env(name), file }) ?? missingMasterKey(file);
}

/**
 * The master key a gateway would run under, `file` being its own. What stands in the way is told in `trouble`, for
 * whoever can do without: where a file is checked, its secrets need not be.
 */
export async function seekMasterKey(
  file: string,
  session: Session,
): Promise<{ readonly found?: FoundMasterKey; readonly trouble?: MitralError }> {
  try {
    return { found: await foundMasterKey(file, session) };
  } catch (cause) {
    if (cause instanceof MitralError) return { trouble: cause };
    throw cause;
  }
}

/** A trouble that fails nothing yet, for standard error. */
export function noteTrouble({ code, message }: MitralError, session: Session): void {
  session.note(`${session.paint.warn("note")} ${code} ${plain(message)}`);
}
