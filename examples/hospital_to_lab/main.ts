/**
 * The demo: a hospital's gateway and a laboratory's, each a process of its own, and messages about patients who do not
 * exist. Run it with `deno task demo`; `--help` lists the options.
 */
import { interrupted } from "../_kit/interrupted.ts";
import { Receiver } from "../_kit/receiver.ts";
import { evidenceOf } from "./evidence.ts";
import { MessageMaker, secrets } from "./messages.ts";
import { type DemoOptions, help, readOptions } from "./options.ts";
import { figuresText, isPerfect, openProgress } from "./report.ts";
import { pace, sendAll } from "./sender.ts";
import { nextStepsText, topologyText } from "./story.ts";
import { countIn, Tap } from "../_kit/tap.ts";
import { countsOf, prepare, startBoth, type Topology } from "./topology.ts";
import { Traffic } from "./traffic.ts";

/** Connections of the hospital's systems. */
const lanes = 4;

/** Everything that runs while messages flow. */
interface Stage {
  readonly topology: Topology;
  readonly traffic: Traffic;
  readonly wire: Tap;
  readonly maker: MessageMaker;
}

/** Runs the demo until it has ended by itself or is interrupted. Resolves with the exit code. */
async function main(args: string[], interrupt: Promise<void>): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.log(help);
    return 0;
  }
  await using open = new AsyncDisposableStack();
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "mitral-demo-" });
  if (options.folder === undefined) open.defer(() => Deno.remove(folder, { recursive: true }));
  const topology = await prepare(folder);
  console.log(await topologyText(topology));

  const traffic = new Traffic();
  const { ports } = topology;
  open.use(Receiver.listen(ports.lis, traffic.arrived));
  const wire = open.use(new Tap({ port: ports.wire, towards: ports.lab }));
  const gateways = open.use(await startBoth(topology));
  const stage = { topology, traffic, wire, maker: await MessageMaker.open() };

  const isRight = await Promise.race([act(options, stage), gateways.fallen, interrupt]);
  if (isRight === undefined) return 130;
  if (!options.once) {
    console.log("\nOne message a second goes on, until Ctrl-C.");
    await Promise.race([goOn(stage), gateways.fallen, interrupt]);
  }
  return isRight ? 0 : 1;
}

/** Sends so many messages, waits for all of them, tells how it went. True where all of it went as it should. */
async function act(
  { count, rate, once, folder }: DemoOptions,
  { topology, traffic, wire, maker }: Stage,
): Promise<boolean> {
  const { hospital, lab, ports } = topology;
  const messages = maker.take(count);
  console.log(`Sending ${count} messages to ${hospital.name} by MLLP, ${rate} a second.`);
  {
    using progress = await openProgress(count);
    await Promise.all([
      sendAll(messages, { port: ports.hospital, lanes, due: pace(rate), ...hands(traffic) }),
      traffic.untilArrived(count, progress.step),
    ]);
  }
  const figures = traffic.figures(await gatewayFigures(topology, count));
  console.log(`\n${figuresText(figures)}\n`);

  const inClear = countIn(messages.map(({ bytes }) => bytes), secrets);
  const onTheWire = wire.count(secrets);
  console.log(
    `Sealed: names and findings went into ${hospital.name} ${inClear} times; in the ${wire.bytes} bytes`,
  );
  console.log(`between the gateways they turn up ${onTheWire} times.`);
  wire.mute();

  const { id, answer } = await evidenceOf(messages[count - 1].controlId, lab);
  console.log(`Proven: ${lab.name}'s journal holds the answer of the system behind it: ${answer ?? "none"}`);
  const isKept = !once || folder !== undefined;
  if (isKept) console.log(`\n${nextStepsText(topology, id)}`);
  return isPerfect(figures) && inClear > 0 && onTheWire === 0 && answer !== undefined;
}

/** A message a second, for ever. */
async function goOn({ topology, traffic, maker }: Stage): Promise<never> {
  for (;;) {
    await sendAll(maker.take(1), { port: topology.ports.hospital, lanes: 1, ...hands(traffic) });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** What the sender tells while it sends. A gateway that does not answer is no part of the lesson. */
function hands({ sending, answered }: Traffic) {
  const unanswered = () => Promise.reject(new Error("The hospital's gateway broke the connection"));
  return { sending, answered, unanswered };
}

/** What only the gateways know. Their counts may be a moment behind what the receiver has seen. */
async function gatewayFigures({ hospital, lab }: Topology, expected: number) {
  for (let attempts = 1;; attempts++) {
    const [sent, received] = await Promise.all([hospital, lab].map(countsOf));
    if (sent.delivered >= expected || attempts === 10) {
      return { receipted: sent.delivered, quarantined: sent.quarantined + received.quarantined };
    }
  }
}

try {
  Deno.exit(await main(Deno.args, interrupted()));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  Deno.exit(1);
}
