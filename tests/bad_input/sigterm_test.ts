import { assert, assertEquals } from "@std/assert";
import { Gateway } from "mitral";
import { RawPeer, RawServer } from "../adapters/mllp/mllp_peer.ts";
import { Ack, hl7 } from "./_messages.ts";
import { Product } from "./_product.ts";
import { Folder, gatewayOf, type Settings } from "./_site.ts";

const CONNECTIONS = 4;

async function start(folder: Folder, settings: Settings): Promise<Product> {
  return await Product.start(await folder.write("gateway.yaml", JSON.stringify(settings)));
}

/** Sends one message after the other until the gateway closes the connection. */
async function load(address: string, name: string, acknowledged: (id: string) => void): Promise<void> {
  using peer = await RawPeer.dial(address);
  for (let number = 1;; number++) {
    const id = `${name}-${number}`;
    const ack = await peer.send(hl7(id)).then(() => peer.text(), () => undefined);
    if (ack === undefined) return;
    assertEquals(new Ack(ack).verdict, `AA ${id}`);
    acknowledged(id);
  }
}

/** Milliseconds from the signal to the end, as the log has it. */
function drainedInMs(log: string): number {
  const lines = log.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const at = (name: string) =>
    Date.parse(lines.find(({ properties }) => properties.name === name)["@timestamp"]);
  return at("gatewayStopped") - at("gatewayStopping");
}

Deno.test("a gateway under load that gets SIGTERM ends with 0, and every message it acknowledged is delivered", async () => {
  await using folder = await Folder.make();
  const settings = { ...gatewayOf({ mllp: { port: 0 } }), drainMsMax: 10_000 };
  const acknowledged = new Set<string>();
  {
    await using product = await start(folder, settings);
    const enough = Promise.withResolvers<void>();
    const loads = Array.from(
      { length: CONNECTIONS },
      (_, at) =>
        load(product.address("inbox"), `L${at}`, (id) => {
          if (acknowledged.add(id).size === 100) enough.resolve();
        }),
    );
    await enough.promise;
    assertEquals((await product.stop()).code, 0);
    await Promise.all(loads);
    assert(drainedInMs(product.err) <= settings.drainMsMax);
  }
  const lost = acknowledged.difference(await deliveredIn(folder, settings));
  assertEquals([...lost], []);
});

Deno.test("a gateway whose peer never answers ends with 0 when drainMsMax is over, and sends again after its next start", async () => {
  await using folder = await Folder.make();
  await using silent = new RawServer();
  const settings = {
    ...gatewayOf({ mllp: { port: 0 } }, "hl7v2", {
      send: { ehr: { mllp: { host: "127.0.0.1", port: silent.port } } },
    }),
    drainMsMax: 300,
  };
  {
    await using product = await start(folder, settings);
    using peer = await RawPeer.dial(product.address("inbox"));
    await peer.send(hl7("1"));
    assertEquals(new Ack((await peer.text())!).verdict, "AA 1");
    await silent.next();
    assertEquals((await product.stop()).code, 0);
  }
  await using product = await start(folder, settings);
  const { bytes, peer } = await silent.next();
  assertEquals(new TextDecoder().decode(bytes), hl7("1"));
  await peer.send("MSH|^~\\&|||||20260105||ACK|A1|P|2.5.1\rMSA|AA|1\r");
  await product.logged({ name: "messageDelivered", channel: "inbox" });
  assertEquals((await product.stop()).code, 0);
});

/** Control ids of all that is in the folder `out`, once a gateway has nothing left to deliver. */
async function deliveredIn(folder: Folder, settings: Settings): Promise<ReadonlySet<string>> {
  const gateway = await Gateway.open(settings, { folder: folder.path });
  const done = Promise.withResolvers<void>();
  const look = () => gateway.snapshot().journal.pending === 0 && done.resolve();
  gateway.observe(look);
  look();
  await done.promise;
  await gateway.close();
  const text = new TextDecoder();
  const ids = new Set<string>();
  for await (const { name } of Deno.readDir(folder.at("out"))) {
    ids.add(text.decode(await Deno.readFile(folder.at("out", name))).split("|")[9]);
  }
  return ids;
}
