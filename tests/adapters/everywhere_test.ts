/** What every adapter has, whichever it is. */
import { assert, assertEquals } from "@std/assert";
import { catalog } from "../../catalog.ts";

const load = <T>(all: Readonly<Record<string, () => Promise<T>>>) =>
  Promise.all(Object.values(all).map((each) => each()));

Deno.test("every listener and sender has a connection test, or goes by the exchange, which tries its doors and ways", async () => {
  const specs = [...await load(catalog.listeners), ...await load(catalog.senders)];
  assert(specs.length > 10);
  assertEquals(specs.filter(({ probe, feed }) => !probe && !feed).map(({ name }) => name), []);
});

/** Of each row, a listener that peers call has one setting at least. */
const bounds: readonly (readonly string[])[] = [
  ["connectionsMax"],
  ["connectionsPerAddressMax"],
  ["allow"],
  ["messagesPerSecondMax", "requestsPerSecondMax"],
  ["frameBytesMax", "bodyBytesMax", "messageBytesMax", "fileBytesMax"],
  ["idleMsMax"],
  // What has begun has to end.
  ["frameMsMax", "bodyMsMax", "unfinishedMsMax"],
  // Who comes has to say who it is.
  ["tls", "signInMsMax"],
];

Deno.test("every listener that peers call bounds connections, sizes, rates and times", async () => {
  const isCalled = (code: string) => code.endsWith("_PORT_BUSY");
  const called = (await load(catalog.listeners)).filter(({ errors }) => Object.keys(errors).some(isCalled));
  assert(called.length >= 5);
  const missing = called.flatMap(({ name, config }) =>
    bounds.filter((any) => !any.some((setting) => setting in config)).map((any) => `${name}: ${any[0]}`)
  );
  assertEquals(missing, []);
});
