import { dirname, join } from "node:path";
import { type GatewayReading, readGateway } from "../../config/read_gateway.ts";
import type { Outside } from "../outside.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Reads a gateway file for a test: secrets need not be there, since nothing is opened with them. `timeZone`: of
 * channels that name none.
 */
export async function readForTest(
  path: string,
  { outside: { world, catalog, loadActor }, terminal }: {
    readonly outside: Outside;
    readonly terminal: Terminal;
  },
  { timeZone = world.clock.timeZone, ...rest }: {
    readonly timeZone?: string;
    readonly variablesFile?: string;
  } = {},
): Promise<GatewayReading> {
  const { disk } = world;
  const secrets = join(dirname(path), "secrets");
  return await readGateway(path, {
    ...rest,
    catalog,
    timeZone,
    loadActor,
    env: (name) => terminal.env(name) ?? NO_SECRET,
    disk: {
      ...disk,
      readText: (file) =>
        dirname(file) === secrets ? disk.readText(file).catch(() => NO_SECRET) : disk.readText(file),
    },
  });
}

const NO_SECRET = "no secret: this is a test";
