import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { areEqual } from "../../examples/hospital_to_lab/expectation.ts";
import { type DemoMessage, MessageMaker } from "../../examples/hospital_to_lab/messages.ts";
import { sendAll } from "../../examples/hospital_to_lab/sender.ts";
import { prepare } from "../../examples/hospital_to_lab/topology.ts";
import { freePort } from "../../examples/_kit/ports.ts";
import { GatewayProcess, mitral } from "../../examples/_kit/process.ts";
import type { Site } from "../../examples/_kit/site.ts";
import { Receiver } from "../../examples/_kit/receiver.ts";
import { Tap } from "../../examples/_kit/tap.ts";
import { ControlClient } from "../../runtime/console/control/client.ts";
import type { ShownMessage } from "../../runtime/console/control/protocol.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";

/** A system that remembers what came, and says when all it waits for has. */
class Remembering implements AsyncDisposable {
  /** Control ids, each time it came. */
  readonly came: string[] = [];
  readonly #receiver: Receiver;
  #wanted = new Set<string>();
  #all = Promise.withResolvers<void>();

  constructor(port: number) {
    this.#receiver = Receiver.listen(port, ({ controlId }) => {
      this.came.push(controlId);
      this.#wanted.delete(controlId);
      if (this.#wanted.size === 0) this.#all.resolve();
    });
  }

  /** Resolves when each of them has come, counted from the arrival numbered `from`. */
  async all(messages: readonly DemoMessage[], from = 0): Promise<void> {
    this.#wanted = new Set(messages.map(({ controlId }) => controlId));
    this.#all = Promise.withResolvers();
    for (const controlId of this.came.slice(from)) this.#wanted.delete(controlId);
    if (this.#wanted.size > 0) await this.#all.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receiver[Symbol.asyncDispose]();
  }
}

Deno.test("a journal that is lost comes back from a backup, and what is missing can be named", async () => {
  const folder = await Deno.makeTempDir();
  const started: GatewayProcess[] = [];
  const start = async (...sites: readonly Site[]) => {
    const processes = await Promise.all(sites.map((site) => GatewayProcess.start(site)));
    started.push(...processes);
    return processes;
  };
  try {
    const archivePort = freePort();
    const { hospital, lab, ports } = await prepare(folder, {
      "    send:\n      metro-lab:":
        `    send:\n      archive: { mllp: { host: 127.0.0.1, port: ${archivePort} } }\n      metro-lab:`,
    });
    const [data, backup] = [join(hospital.folder, "data"), join(folder, "backup")];
    const made = await MessageMaker.open();
    const [early, pending, during, late, after] = [20, 20, 10, 10, 5].map((count) => made.take(count));
    const acknowledged: DemoMessage[] = [];
    const send = (messages: readonly DemoMessage[]) =>
      sendAll(messages, {
        port: ports.hospital,
        lanes: 4,
        answered({ message, code }) {
          assert(code === "AA" || code === "CA", code);
          acknowledged.push(message);
        },
        unanswered: () => Promise.reject(new Error("A message was not answered")),
      });
    const restoring = (...more: string[]) => mitral("journal", "restore", backup, hospital.file, ...more);

    await using archive = new Remembering(archivePort);
    await using lis = new Remembering(ports.lis);
    {
      const up = await start(hospital, lab);
      using wire = new Tap({ port: ports.wire, towards: ports.lab });
      await send(early);
      await Promise.all([archive.all(early), lis.all(early)]);
      assert(wire.count(['"ep":1']) > 0);
      await up[1].stop();
      await send(pending);
      const [saved] = await Promise.all([
        mitral("journal", "backup", hospital.file, "--to", backup, "--json"),
        send(during),
      ]);
      assertEquals(saved.code, 0, saved.err);
      assert(JSON.parse(saved.out).messages >= early.length + pending.length);
      await send(late);
      await archive.all([...early, ...pending, ...during, ...late]);
      await up[0].kill();
      await Deno.remove(data, { recursive: true });
    }

    assertEquals((await mitral("journal", "verify", hospital.file, "--backup", backup)).code, 0);
    const key = join(hospital.folder, "master.key");
    await Deno.rename(key, key + ".own");
    await mitral("keys", "master", key);
    const refused = await restoring();
    assertEquals(refused.code, 3);
    assertStringIncludes(refused.err, "MASTER_KEY_WRONG");
    await Deno.rename(key + ".own", key);
    const restored = await restoring("--reason", "the disk is gone");
    assertEquals(restored.code, 0, restored.err);

    const up = await start(hospital, lab);
    using wire = new Tap({ port: ports.wire, towards: ports.lab });
    using client = await ControlClient.connect({ world: denoWorld, folder: data, person: "ann" });
    const cameBefore = { archive: archive.came.length, lis: lis.came.length };
    assert((await client.ask("status", {})).sendersHeld);
    await send(after);

    // Message by message: it is there, with its bytes, and stands where it may.
    const found = new Map<string, ShownMessage>();
    for (const { id, controlId } of await client.ask("messages.list", { limit: 1000 })) {
      found.set(controlId, (await client.ask("messages.show", { id, content: true }))!);
    }
    for (const { controlId, bytes } of [...early, ...pending, ...after]) {
      const { state, received, deliveries } = found.get(controlId)!;
      assert(areEqual(received!, bytes));
      if (state === "received" || state === "processed") continue;
      throw new Error(`${controlId} is ${state}, delivered to ${deliveries.length}`);
    }
    for (const { controlId } of early) {
      assertEquals(found.get(controlId)!.deliveries.map(({ state }) => state), ["delivered", "delivered"]);
    }
    const lost = acknowledged.filter(({ controlId }) => !found.has(controlId));
    const mayBeLost = new Set([...during, ...late]);
    assertEquals(lost.filter((message) => !mayBeLost.has(message)), []);
    assertEquals(late.filter((message) => !lost.includes(message)), []);
    // Nothing has gone out, and nothing was on its way when this is said.
    assertEquals({ archive: archive.came.length, lis: lis.came.length }, cameBefore);

    const released = await mitral("journal", "release", "--file", hospital.file, "--reason", "asked the lab");
    assertEquals(released.code, 0, released.err);
    const open = [...pending, ...during.filter((message) => !lost.includes(message)), ...after];
    await Promise.all([lis.all(open), archive.all(after, cameBefore.archive)]);
    assertEquals(lis.came.length, new Set(lis.came).size, "the lab has nothing twice");
    assertEquals(lis.came.length, early.length + open.length);
    assert(wire.count(['"ep":2']) >= open.length);
    assertEquals(wire.count(['"ep":1']), 0);
    // What this test has looked at is recorded, too.
    const acts = (await client.ask("journal.acts", { limit: 1_000 })).filter(({ act }) => act !== "viewed")
      .map(({ act, reason }) => [act, reason]);
    assertEquals(acts, [
      ["released all senders", "asked the lab"],
      ["restored from a backup, held all senders", "the disk is gone"],
    ]);
    for (const gateway of up) assertEquals(await gateway.stop(), 0);
    assertEquals((await mitral("journal", "verify", hospital.file)).code, 0);
  } finally {
    for (const gateway of started) await gateway.kill();
    await Deno.remove(folder, { recursive: true });
  }
});
