/** Commands about the ledger, and gateways that have something to tell of. */
import { join } from "node:path";
import { ControlServer } from "../../../../runtime/console/control/server.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { writeMasterKey } from "../../../world/master_key.ts";
import { sendsTo, Site, takesFrom } from "../../engine/exchange/exchange_rig.ts";
import { run } from "../console_kit.ts";
import { serviceOf } from "../served_gateway.ts";

const env = { USER: "ann" };

/** Two gateways, and commands for one of them. */
export interface Rig {
  readonly north: Site;
  readonly south: Site;
  /** Runs a command in the folder of the northern gateway. */
  mitral(...args: readonly string[]): ReturnType<typeof run>;
}

/** Two gateways that have exchanged two messages; commands talk to the northern one, whose journal is on disk. */
export async function withExchanged(use: (rig: Rig) => Promise<void>): Promise<void> {
  await using north = await Site.open("north");
  await using south = await Site.open("south");
  await north.introduceTo(south);
  await south.introduceTo(north);
  await writeMasterKey(north.folder);
  await Deno.writeTextFile(
    join(north.folder, "gateway.yaml"),
    "gateway: north\nkeys: ./gateway.json\npartners: { south: ./south.json }\n",
  );
  await south.start({ inbox: takesFrom("north") }, { partners: ["north"] });
  await north.start({ orders: sendsTo("south") }, { partners: ["south"], onDisk: true });
  for (const patient of [4711, 4712]) await north.gateway.inject("orders", JSON.stringify({ patient }));
  await north.seen("messageDelivered", () => true, 2);
  const folder = join(north.folder, "data");
  const server = await ControlServer.open({ world: denoWorld, folder, answered: () => {} });
  server.serve(serviceOf(north.gateway as unknown as Parameters<typeof serviceOf>[0]));
  try {
    await use({ north, south, mitral: (...args) => run(args, { cwd: north.folder, env }) });
  } finally {
    await server.close();
  }
}
