/** Calls a server by TLS without anchors, at the port of its argument, and says what came of it. */
import { denoWorld } from "../../../runtime/world/deno_world.ts";

const said = await denoWorld.net.connect({
  host: "localhost",
  port: Number(Deno.args[0]),
  tls: { versionMin: "1.2" },
}).then(() => "in", ({ trouble }) => trouble);
console.log(said);
Deno.exit();
