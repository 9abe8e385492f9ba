import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { type Burst, burst } from "../burst.ts";
import { patientFile } from "../files.ts";
import { fill } from "../fill.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver, send } from "../load.ts";
import { acknowledged, each, line, mostMemory, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

interface Round {
  /** While the peer does not answer. */
  readonly accepted: Burst;
  /** Messages a second that go out once it does. */
  readonly drained: number;
}

/**
 * Durable accepts while the peer does not answer, and how fast the queue goes out once it does: with nothing, 100,000 and
 * a million messages in it before. Then a kill, and how long it takes until a message is accepted again.
 */
export async function deepBacklog({ folder, count, rounds, isQuick }: Bench): Promise<void> {
  const few = Math.min(rounds, 3);
  const depths = isQuick ? [0, 5_000, 20_000] : [0, 100_000, 1_000_000];
  const [empty, deep, deepest] = await Promise.all(depths.map(async (depth) => {
    const receiver = new Receiver();
    const [home, file] = [join(folder, `${depth}`), patientFile(receiver.port)];
    await fill(home, "to-0", depth);
    receiver.shut();
    return { depth, receiver, home, file, gateway: await GatewayProcess.start(home, file) };
  }));
  const round = ({ gateway, receiver }: typeof empty) => async (): Promise<Round> => {
    const accepted = await burst(gateway, 32, Math.min(count, 5_000));
    const before = receiver.count;
    const startedMs = performance.now();
    receiver.open();
    await receiver.reached(before + accepted.count);
    const drained = (receiver.count - before) / (performance.now() - startedMs) * 1000;
    receiver.shut();
    return { accepted, drained };
  };
  const cases = { empty: round(empty), deep: round(deep), deepest: round(deepest) };
  await inTurn(1, cases);
  const found = await inTurn(few, cases);
  for (
    const [{ depth, gateway }, runs] of [
      [empty, found.empty],
      [deep, found.deep],
      [deepest, found.deepest],
    ] as const
  ) {
    const bursts = runs.map(({ accepted }) => accepted);
    const share = (pick: (run: Round) => number) =>
      `${said(ratios(runs, found.empty, (a, b) => 100 * pick(a) / pick(b)))} % of an empty one`;
    line(
      `durable accept with ${depth} in the outbox`,
      acknowledged(bursts),
      share(({ accepted }) => accepted.perSecond),
    );
    line("… the wait for an ACK", waits(bursts));
    const out = `${said(each(runs, ({ drained }) => drained))} msg/s`;
    line("… and out of it", out, share(({ drained }) => drained));
    line("… most memory", await mostMemory(gateway));
  }
  await Promise.all([empty.gateway.stop(), deep.gateway.stop()]);
  const restarts = await restartsOf(deepest, few);
  const seconds = said(each(restarts, (ms) => ms / 1000), 1);
  line(`a kill with ${deepest.depth} pending: start to the first ACK`, `${seconds} s`);
  for (const { receiver } of [empty, deep, deepest]) receiver.close();
}

/** Milliseconds from the start of the process to its first ACK, each after a kill with a log that is not written back. */
async function restartsOf(
  { gateway: running, home, file }: { gateway: GatewayProcess; home: string; file: string },
  rounds: number,
): Promise<number[]> {
  const tookMs: number[] = [];
  let gateway = running;
  for (let round = 0; round < rounds; round++) {
    const first = 500_000_000 + round * 10_000;
    await send(gateway.port, 32, 2_000, { first });
    await gateway.stop("SIGKILL");
    gateway = await GatewayProcess.start(home, file);
    const readyAtMs = performance.now();
    await send(gateway.port, 1, 1, { first: first + 5_000 });
    tookMs.push(gateway.readyMs + performance.now() - readyAtMs);
  }
  await gateway.stop();
  return tookMs;
}
