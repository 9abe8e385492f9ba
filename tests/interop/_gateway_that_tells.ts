/** Mitral's command line as it is; at SIGUSR2 it frees what it can, and tells what memory it still needs. */
import { outside } from "../../gateway.ts";
import { main } from "../../runtime/console/main.ts";
import { denoTerminal } from "../../runtime/world/deno_terminal.ts";

declare const gc: () => void;

Deno.addSignalListener("SIGUSR2", () => {
  gc();
  const { rss, heapUsed } = Deno.memoryUsage();
  console.log(`figures ${rss} ${heapUsed}`);
});

// Not awaited here: a custom actor may import what imports this.
main(denoTerminal(), outside).then((code) => Deno.exit(code));
