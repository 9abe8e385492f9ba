import { dirname, join } from "node:path";
import type { Disk } from "../../contract/world.ts";

/** True for the name of a file of tests. */
export function isTestFile(name: string): boolean {
  return /_test\.ya?ml$/.test(name);
}

/** Files of tests beside a gateway file and in the folder `channels` beside it: absolute paths, in order. */
export async function findTestFiles(gatewayFile: string, disk: Disk): Promise<readonly string[]> {
  const folder = dirname(gatewayFile);
  const found: string[] = [];
  for (const place of [folder, join(folder, "channels")]) {
    const names = await disk.list(place).catch(() => []);
    found.push(...names.filter(isTestFile).map((name) => join(place, name)));
  }
  return found;
}
