import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { acceptFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { send } from "../load.ts";
import { echo, groupCommit } from "../probes.ts";
import { acknowledged, each, line, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** From MLLP to the sync and the answer, beside SQLite alone and a round trip alone. */
export async function accept({ folder, count, rounds }: Bench): Promise<void> {
  const gateway = await GatewayProcess.start(join(folder, "accept"), acceptFile());
  const startedMs = performance.now();
  await send(gateway.port, 1, 1);
  const firstMs = performance.now() - startedMs;
  line("start of the process to the first ACK", `${(gateway.readyMs + firstMs).toFixed(0)} ms`);
  await burst(gateway, 32, count);
  const { many, one, ...raw } = await inTurn(rounds, {
    echo1: () => echo(1, count),
    echo32: () => echo(32, count),
    commit1: () => groupCommit(folder, 1),
    commit32: () => groupCommit(folder, 32),
    many: () => burst(gateway, 32, count),
    one: () => burst(gateway, 1, count / 10),
  });
  await gateway.stop();
  line("raw: loopback round trips, 1 connection", `${said(each(raw.echo1, (rate) => rate))} /s`);
  line("raw: loopback round trips, 32 connections", `${said(each(raw.echo32, (rate) => rate))} /s`);
  line("raw: SQLite commit of one row", `${said(each(raw.commit1, ({ commitMs }) => commitMs), 2)} ms`);
  line(
    "raw: SQLite group commit, 32 rows of 1 kB",
    `${said(each(raw.commit32, ({ rowsPerSecond }) => rowsPerSecond))} rows/s`,
  );
  const share = ratios(many, raw.commit32, (run, { rowsPerSecond }) => 100 * run.perSecond / rowsPerSecond);
  line("durable accept, 32 connections", acknowledged(many), `${said(share)} % of raw group commit`);
  line("… the wait for an ACK", waits(many));
  line("… processor time of the gateway", `${said(each(many, (run) => run.cpuMicroseconds))} µs a message`);
  const least = raw.echo1.map((rate, round) => raw.commit1[round].commitMs + 1000 / rate);
  const times = ratios(one, least, (run, ms) => 1000 / run.perSecond / ms);
  line("durable accept, 1 connection", acknowledged(one), `${said(times, 1)} × (commit + round trip)`);
  line("… the wait for an ACK", waits(one));
}
