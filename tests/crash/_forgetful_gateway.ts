/**
 * The command line, with a bug: messages are acknowledged before they are synced. No crash of the process shows that;
 * a power cut must.
 */
import { outside } from "../../gateway.ts";
import { main } from "../../runtime/console/main.ts";
import { denoTerminal } from "../../runtime/world/deno_terminal.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";

const forgetful = new URL("./_forgetful_thread.ts", import.meta.url);
const world = {
  ...denoWorld,
  spawn: {
    ...denoWorld.spawn,
    thread: (url: URL) => denoWorld.spawn.thread(url.href.endsWith("/store_thread.ts") ? forgetful : url),
  },
};
Deno.exit(await main(denoTerminal(), { ...outside, world }));
