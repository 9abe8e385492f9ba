import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { wholeFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { echo, groupCommit } from "../probes.ts";
import { acknowledged, delivered, each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** MLLP to MLLP with one change between. */
export async function wholeChannel({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const gateway = await GatewayProcess.start(join(folder, "whole"), wholeFile([receiver.port]));
  await burst(gateway, 32, count, { receiver });
  const { whole, commit32, echo32 } = await inTurn(rounds, {
    echo32: () => echo(32, count),
    commit32: () => groupCommit(folder, 32),
    whole: () => burst(gateway, 32, count, { receiver }),
  });
  line("MLLP → fsync → parse → set → MLLP, 32 connections", acknowledged(whole));
  const share = ratios(
    whole,
    commit32,
    (run, { rowsPerSecond }) => 100 * run.deliveredPerSecond / rowsPerSecond,
  );
  line("… delivered", delivered(whole), `${said(share, 1)} % of raw group commit`);
  const rawMicroseconds = said(each(echo32, (rate) => 1e6 / rate));
  const microseconds = said(each(whole, (run) => run.cpuMicroseconds));
  line(
    "… processor time of the gateway",
    `${microseconds} µs a message`,
    `${rawMicroseconds} µs a raw round trip`,
  );
  line("… resident memory afterwards", `${(await gateway.residentMb()).toFixed(0)} MB`);
  await gateway.stop();
  receiver.close();
}
