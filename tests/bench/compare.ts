/**
 * This working tree beside another one, such as that of an earlier commit: durable accept and the whole channel, each
 * by a gateway of either tree, in turn. Run: `deno run -P=test tests/bench/compare.ts ../earlier [rounds]`.
 */
import { join, resolve } from "node:path";
import { type Burst, burst } from "./burst.ts";
import { acceptFile, wholeFile } from "./files.ts";
import { GatewayProcess } from "./gateway_process.ts";
import { Receiver } from "./load.ts";
import { inTurn, said, spreadOf } from "./spread.ts";

const [earlier, rounds = "8"] = Deno.args;
if (!earlier) throw new Error("which working tree? deno run -P=test tests/bench/compare.ts FOLDER [ROUNDS]");
const count = 10_000;
const figures = ["perSecond", "deliveredPerSecond", "p50Ms", "p99Ms", "cpuMicroseconds"] as const;
const folder = await Deno.makeTempDir({ prefix: "mitral-compare-" });

/** One gateway of either tree, in turn; `figures` of both, and the median of this tree's over the other's. */
async function compare(
  what: string,
  yaml: string,
  connections: number,
  messages: number,
  receiver?: Receiver,
) {
  const before = await GatewayProcess.start(join(folder, what, "before"), yaml, { tree: resolve(earlier) });
  const now = await GatewayProcess.start(join(folder, what, "now"), yaml);
  const run = (gateway: GatewayProcess) => () => burst(gateway, connections, messages, { receiver });
  await inTurn(2, { before: run(before), now: run(now) });
  const found = await inTurn(Number(rounds), { before: run(before), now: run(now) });
  console.log(`\n${what}, ${connections} connections, ${rounds} rounds of ${messages}`);
  for (const figure of figures) {
    const of = (bursts: Burst[]) => spreadOf(bursts.map((each) => each[figure]));
    const ratio = spreadOf(found.now.map((each, round) => each[figure] / found.before[round][figure]));
    const columns = [said(of(found.before), 1), said(of(found.now), 1)].map((text) => text.padStart(26));
    console.log(figure.padEnd(20), ...columns, `  now / before ${said(ratio, 2)}`);
  }
  const [was, is] = [await before.residentMb(), await now.residentMb()];
  console.log("residentMb".padEnd(20), was.toFixed(0).padStart(26), is.toFixed(0).padStart(26));
  await Promise.all([before.stop(), now.stop()]);
}

try {
  await compare("accept", acceptFile(), 32, count);
  await compare("accept-alone", acceptFile(), 1, count / 5);
  const receiver = new Receiver();
  await compare("whole", wholeFile([receiver.port]), 32, count, receiver);
  receiver.close();
} finally {
  await Deno.remove(folder, { recursive: true });
}
