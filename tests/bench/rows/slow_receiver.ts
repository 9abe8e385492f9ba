import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { lanesFile } from "../files.ts";
import { fill } from "../fill.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { acknowledged, each, line, mostMemory, waits } from "../report.ts";
import { said } from "../spread.ts";

const LANES = 8;
const MS_EACH = 50;

/** A receiver that takes 50 ms a message, over eight connections, with 100,000 messages queued for it. */
export async function slowReceiver({ folder, count, rounds, isQuick }: Bench): Promise<void> {
  const receiver = new Receiver(MS_EACH);
  const home = join(folder, "slow");
  const queued = isQuick ? 10_000 : 100_000;
  await fill(home, "to-0", queued);
  const gateway = await GatewayProcess.start(home, lanesFile(receiver.port, LANES));
  const alone: number[] = [], beside: number[] = [], bursts = [];
  await rate(receiver, 500);
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    alone.push(await rate(receiver, 2_000));
    const going = rate(receiver, 1_000);
    bursts.push(await burst(gateway, 32, count / 2, { msMax: 3_000 }));
    beside.push(await going);
  }
  const possible = LANES * 1000 / MS_EACH;
  const share = (rates: readonly number[]) => `${said(each(rates, (one) => 100 * one / possible))} %`;
  line(
    `out of ${queued}, ${LANES} at once, ${MS_EACH} ms each`,
    `${said(each(alone, (one) => one))} msg/s`,
    `${share(alone)} of what the receiver takes`,
  );
  line("… while others come in", `${said(each(beside, (one) => one))} msg/s`, share(beside));
  line("… durable accepts meanwhile, 32 connections", acknowledged(bursts));
  line("… the wait for an ACK", waits(bursts));
  line("… most memory", await mostMemory(gateway));
  await gateway.stop();
  receiver.close();
}

/** Messages a second at the receiver, for a while. */
async function rate(receiver: Receiver, ms: number): Promise<number> {
  const before = receiver.count;
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return (receiver.count - before) / (performance.now() - startedMs) * 1000;
}
