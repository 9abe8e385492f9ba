/**
 * A web service that runs a gateway inside itself: orders come in by MLLP, end up as files, and the service counts them.
 *
 *   deno run -P examples/embed/main.ts
 */
import { join } from "node:path";
import { Gateway } from "mitral";

const folder = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "mitral-embed-" });
await Deno.mkdir(join(folder, "orders"), { recursive: true });

// The same words as in a gateway file; paths are relative to the folder.
await using gateway = await Gateway.open({
  gateway: "order-service",
  channels: {
    orders: {
      listen: { mllp: { port: 0 } },
      parse: "hl7v2",
      filter: "MSH-9.1 = ORM",
      transform: [{ set: { "MSH-5": "ORDERS" } }],
      send: { files: { file: { path: "./orders" } } },
    },
  },
}, { folder });

const counts = { received: 0, filtered: 0, delivered: 0 };
gateway.observe(({ name }) => {
  if (name === "messageReceived") counts.received++;
  if (name === "messageFiltered") counts.filtered++;
  if (name === "messageDelivered") counts.delivered++;
});

await using _server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`counts  http://127.0.0.1:${port}`),
}, () => Response.json({ ready: gateway.snapshot().ready, ...counts }));

console.log(`orders  ${gateway.snapshot().channels[0].address} to ${join(folder, "orders")}`);
console.log("Ctrl-C ends it, in order: what was acknowledged is kept.");
await new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve());
});
