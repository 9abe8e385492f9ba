import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { expectedAtLab } from "../../examples/hospital_to_lab/expectation.ts";
import { type DemoMessage, MessageMaker, patients } from "../../examples/hospital_to_lab/messages.ts";
import { freePort } from "../../examples/_kit/ports.ts";
import { askMitral } from "../../examples/_kit/process.ts";
import type { Site } from "../../examples/_kit/site.ts";
import { sendAll } from "../../examples/hospital_to_lab/sender.ts";
import { Tap } from "../../examples/_kit/tap.ts";
import { type Changes, prepare } from "../../examples/hospital_to_lab/topology.ts";
import { limits } from "../../runtime/engine/limits.ts";
import { Crashable } from "./_crashable.ts";
import { assertQuietLog, assertSecrecy } from "./_secrecy.ts";
import { pointsBetween, seeded } from "./_seeded.ts";
import { overtaken, Sink } from "./_sink.ts";

/** What a run between two gateways is like. */
interface Run {
  readonly count: number;
  readonly crashes: number;
  /** Connections of the sender. */
  readonly lanes: number;
  readonly seed: number;
  readonly changes: Changes;
  /** What order is kept among. */
  order(message: DemoMessage): unknown;
}

Deno.test("nothing acknowledged is lost between two gateways that are killed, and each patient's order is kept", () =>
  between({
    count: 200,
    crashes: 3,
    lanes: patients.length,
    seed: 107,
    changes: {},
    order: ({ patient }) => patient,
  }));

Deno.test("a channel kept in order stays in order between two gateways that are killed", () =>
  between({
    count: 100,
    crashes: 2,
    lanes: 1,
    seed: 41,
    changes: { "order: by key": "order: channel" },
    order: () => "all",
  }));

/** Sends through hospital and laboratory, kills both again and again, and looks at what has arrived. */
async function between({ count, crashes, lanes, seed, changes, order }: Run): Promise<void> {
  await inFolder(async (folder) => {
    const topology = await prepare(folder, changes);
    const { ports } = topology;
    const messages = (await MessageMaker.open()).take(count);
    const random = seeded(seed);
    const hospitalPoints = pointsBetween(10, count - 10, crashes, random);
    const labPoints = pointsBetween(10, count - 10, crashes, random);

    using wire = new Tap({ port: ports.wire, towards: ports.lab });
    await using lab = new Crashable(topology.lab);
    const expected = new Map(messages.map((message) => [message.controlId, expectedAtLab(message)]));
    await using sink = new Sink(ports.lis, expected, async (arrived) => {
      const at = arrived === undefined ? -1 : labPoints.indexOf(arrived);
      if (at < 0) return;
      const up = lab.crash({ dead: () => sink.senderDied() });
      // Every second time the gateway never hears that this message has arrived.
      if (at % 2 === 1) await up;
    });
    await using hospital = new Crashable(topology.hospital);
    await Promise.all([lab.up(), hospital.up()]);

    const sent = await send(messages, {
      port: ports.hospital,
      lanes,
      gateway: hospital,
      points: hospitalPoints,
    });
    await within(40_000, sink.reached(count), () => `${sink.arrived.length} of ${count} arrived`);
    await hospital.up();
    await lab.up();

    assertEquals([hospital.crashes, lab.crashes], [crashes, crashes]);
    assertEquals(sent.refused, []);
    assertEquals(sink.wrong, []);
    assertEquals(overtaken(sink.arrived, messages, order), []);
    assertEquals(sink.needless, []);
    assert(sink.repeated.length >= Math.floor(crashes / 2), "an answer withheld has to be asked for again");
    assert(sink.repeated.length <= crashes * limits.unsyncedMax);
    // Neither what the sender repeats nor what the hospital seals anew is a second message.
    assertEquals(await journalled(topology.hospital), { received: count, quarantined: 0 });
    assertEquals(await journalled(topology.lab), { received: count, quarantined: 0 });
    await assertSecrecy(topology, wire);
    console.log(
      `seed ${seed}: ${crashes} + ${crashes} kills, ${count} messages, ${sent.again} sent again by the sender, ` +
        `${sink.repeated.length} delivered twice`,
    );
  });
}

Deno.test("a destination that is down holds up no other through kills, and gets everything once it is there", () =>
  inFolder(async (folder) => {
    const [count, seed] = [200, 7];
    const [port, ehrPort, registryPort] = [freePort(), freePort(), freePort()];
    const site = { name: "ward", folder, file: join(folder, "gateway.yaml"), log: join(folder, "ward.log") };
    await Deno.writeTextFile(site.file, ward(port, ehrPort, registryPort));
    const messages = (await MessageMaker.open()).take(count);
    const expected = new Map(messages.map(({ controlId, bytes }) => [controlId, bytes]));
    const points = pointsBetween(10, count - 10, 3, seeded(seed));

    await using gateway = new Crashable(site);
    await using ehr = new Sink(ehrPort, expected);
    await gateway.up();
    const lanes = patients.length;
    const died = () => ehr.senderDied();
    const sent = await send(messages, { port, lanes, gateway, points, died });
    // Nobody has listened at the registry's port so far.
    await within(30_000, ehr.reached(count), () => `${ehr.arrived.length} of ${count} arrived`);

    await using registry: Sink = new Sink(registryPort, expected, async (arrived) => {
      if (arrived === count / 2) {
        await gateway.crash({
          async dead() {
            await ehr.senderDied();
            await registry.senderDied();
          },
        });
      }
    });
    await within(
      30_000,
      registry.reached(count),
      () => `${registry.arrived.length} of ${count} arrived late`,
    );
    await gateway.up();

    assertEquals(gateway.crashes, 4);
    assertEquals(sent.refused, []);
    for (const sink of [ehr, registry]) {
      assertEquals(sink.wrong, []);
      assertEquals(overtaken(sink.arrived, messages, ({ patient }) => patient), []);
      assertEquals(sink.needless, []);
    }
    assert(registry.repeated.length >= 1, "an answer withheld has to be asked for again");
    assertEquals(await journalled(site), { received: count, quarantined: 0 });
    await assertQuietLog(site.log);
    console.log(
      `seed ${seed}: 4 kills, ${count} messages, ${sent.again} sent again by the sender, delivered twice: ` +
        `${ehr.repeated.length} to the one, ${registry.repeated.length} to the one that was down`,
    );
  }));

function ward(port: number, ehrPort: number, registryPort: number): string {
  return `
gateway: ward
channels:
  results:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2
    order: by key
    retry: { firstMs: 20 ms, longestMs: 200 ms }
    send:
      ehr: { mllp: { host: 127.0.0.1, port: ${ehrPort}, connections: 2 } }
      registry: { mllp: { host: 127.0.0.1, port: ${registryPort}, connections: 2 } }
`;
}

/** What sending needs. */
interface SendTo {
  readonly port: number;
  readonly lanes: number;
  readonly gateway: Crashable;
  /** Counts of acknowledgements at which the gateway is killed. */
  readonly points: readonly number[];
  died?(): Promise<void>;
}

/** Sends all, each message until it is answered, and kills the gateway on the way. */
async function send(messages: readonly DemoMessage[], { port, lanes, gateway, points, died }: SendTo) {
  const refused: string[] = [];
  let [again, acknowledged] = [0, 0];
  await sendAll(messages, {
    port,
    lanes,
    answered({ code, message }) {
      if (code !== "AA" && code !== "CA") refused.push(message.controlId);
      if (points.includes(++acknowledged)) gateway.crash({ dead: died });
    },
    async unanswered() {
      again++;
      await gateway.up();
    },
  });
  return { refused, again };
}

/** What a gateway's journal holds. */
async function journalled({ file }: Pick<Site, "file">) {
  const list = async (...filters: string[]) =>
    (await askMitral("messages", "list", "--file", file, "--limit", "1000", ...filters) as unknown[]).length;
  return { received: await list(), quarantined: await list("--state", "quarantined") };
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Fails where a promise has not resolved in time: a test that waits for ever tells nothing. */
async function within(ms: number, promise: Promise<void>, state: () => string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`After ${ms} ms: ${state()}`)), ms);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
