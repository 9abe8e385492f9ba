import { join } from "node:path";
import { createMasterKey, type MasterKey } from "../../runtime/trust/master_key.ts";

const made = await createMasterKey();

/** What a test's data folder is sealed under. */
export const masterKey: MasterKey = made.masterKey;

/** Puts the key file of a gateway whose gateway file lies in `folder` where it is looked for, unless it has one. */
export async function writeMasterKey(folder: string): Promise<void> {
  try {
    await Deno.writeFile(join(folder, "master.key"), made.keyFile, { mode: 0o600, createNew: true });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
  }
}
