import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { wholeFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { groupCommit } from "../probes.ts";
import { acknowledged, delivered, each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** Each message to four destinations, beside one destination. */
export async function fanOut({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const start = (name: string, destinations: number) => {
    const ports = Array.from({ length: destinations }, () => receiver.port);
    return GatewayProcess.start(join(folder, name), wholeFile(ports));
  };
  const [toOne, toFour] = [await start("to-one", 1), await start("to-four", 4)];
  const cases = {
    commit: () => groupCommit(folder, 32),
    one: () => burst(toOne, 32, count, { receiver }),
    four: () => burst(toFour, 32, count, { receiver, copies: 4 }),
  };
  await inTurn(1, cases);
  const { commit, one, four } = await inTurn(rounds, cases);
  for (const [name, runs, destinations] of [["one", one, 1], ["four", four, 4]] as const) {
    line(`to ${name}: acknowledged, 32 connections`, acknowledged(runs));
    const share = ratios(
      runs,
      commit,
      (run, { rowsPerSecond }) => 100 * destinations * run.deliveredPerSecond / rowsPerSecond,
    );
    line("… delivered everywhere", delivered(runs), `${said(share, 1)} % of raw group commit, in deliveries`);
    line("… processor time", `${said(each(runs, (run) => run.cpuMicroseconds))} µs a message`);
  }
  line(
    "four over one: delivered everywhere",
    said(ratios(four, one, (a, b) => a.deliveredPerSecond / b.deliveredPerSecond), 2),
  );
  line(
    "four over one: processor time a message",
    said(ratios(four, one, (a, b) => a.cpuMicroseconds / b.cpuMicroseconds), 2),
  );
  await Promise.all([toOne.stop(), toFour.stop()]);
  receiver.close();
}
