import { join } from "node:path";
import { makeMasterKey, mitral } from "./process.ts";

/** Where the files of a gateway are. */
export interface Site {
  /** As the gateway file says it. */
  readonly name: string;
  /** Its folder: gateway file, keys, partners' public keys, data. */
  readonly folder: string;
  /** The gateway file. */
  readonly file: string;
  /** File its output is added to. */
  readonly log: string;
}

/** Makes the keys of a gateway, unless it has some. */
export async function makeKeys({ folder, file }: Site): Promise<void> {
  const found = await Deno.stat(join(folder, "keys/gateway.json")).catch(() => undefined);
  if (found) return;
  await makeMasterKey(join(folder, "master.key"));
  const { code, err } = await mitral("keys", "init", "--file", file);
  if (code !== 0) throw new Error(`Keys cannot be made:\n${err}`);
}

/** Hands the public keys of one gateway to the other, as two people would. */
export async function introduce(from: Site, to: Site): Promise<void> {
  const name = `${from.name}.partner.json`;
  await Deno.mkdir(join(to.folder, "partners"), { recursive: true });
  await Deno.copyFile(join(from.folder, "keys", name), join(to.folder, "partners", name));
}
