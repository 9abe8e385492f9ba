import { parseEnv } from "node:util";
import type { Disk } from "../contract/world.ts";
import { reasonOf } from "./parse_secret.ts";
import type { Problems } from "./problem.ts";

/**
 * The variables of an environment: `NAME=value` a line, as in files called `.env`. `path` is where somebody says they
 * are; where nobody does, they may lie beside the gateway file, under its name with the ending `.env`.
 */
export async function readVariables(
  gatewayFile: string,
  path: string | undefined,
  disk: Disk,
  problems: Problems,
): Promise<ReadonlyMap<string, string> | undefined> {
  const file = path ?? gatewayFile.replace(/\.[^./\\]*$/, ".env");
  if (path === undefined && !await disk.facts(file).catch(() => undefined)) return undefined;
  try {
    return new Map(Object.entries(parseEnv(await disk.readText(file)) as Record<string, string>));
  } catch (cause) {
    const spot = { path: file, place: { line: 1, column: 1, file } };
    return problems.add(spot, "CONFIG_FILE_UNREADABLE", { reason: reasonOf(cause, file) });
  }
}
