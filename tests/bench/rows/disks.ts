import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { type Burst, burst, type Bursting } from "../burst.ts";
import { type Disk, onDisks } from "../disks/disks.ts";
import { acceptFile, wholeFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { groupCommit } from "../probes.ts";
import { acknowledged, delivered, each, line, mostMemory, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** More than is sent in the time a burst has. */
const MANY = 1_000_000;

interface Counted extends Burst {
  /** `undefined` where nobody counts. */
  readonly syncs: number | undefined;
}

/** Durable accepts and the whole channel on slower disks: beside the syncs and SQLite's commits of the same disk. */
export async function disks({ folder, rounds, isQuick }: Bench): Promise<void> {
  const few = Math.min(rounds, 3);
  const msMax = isQuick ? 500 : 1_500;
  await onDisks(folder, async (disk) => {
    await accepts(disk, few, msMax);
    for (const destinations of [1, 2]) await whole(disk, destinations, few, msMax);
  });
}

async function accepts(disk: Disk, rounds: number, msMax: number): Promise<void> {
  const gateway = await GatewayProcess.start(join(disk.folder, "accept"), acceptFile(), disk.starting);
  await burst(gateway, 32, MANY, { msMax });
  for (const connections of [1, 8, 32, 128]) {
    const { raw, accepted } = await inTurn(rounds, {
      raw: () => groupCommit(disk.folder, connections, disk.starting.env),
      accepted: () => counted(disk, gateway, connections, { msMax }),
    });
    const perSync = ratios(accepted, raw, (run, { syncsPerSecond }) => run.perSecond / syncsPerSecond);
    const share = ratios(accepted, raw, (run, { rowsPerSecond }) => 100 * run.perSecond / rowsPerSecond);
    line(
      `${disk.name}: durable accept, ${many(connections)}`,
      acknowledged(accepted),
      `${said(perSync, 1)} × syncs, ${said(share)} % of raw group commit`,
    );
    line("… the wait for an ACK", waits(accepted), batches(accepted));
  }
  line("… most memory", await mostMemory(gateway));
  await gateway.stop();
}

async function whole(disk: Disk, destinations: number, rounds: number, msMax: number): Promise<void> {
  const receiver = new Receiver();
  const ports = Array.from({ length: destinations }, () => receiver.port);
  const gateway = await GatewayProcess.start(
    join(disk.folder, `whole-${destinations}`),
    wholeFile(ports),
    disk.starting,
  );
  const bursting = { receiver, copies: destinations, msMax };
  await burst(gateway, 32, MANY, bursting);
  const { raw, runs } = await inTurn(rounds, {
    raw: () => groupCommit(disk.folder, 32, disk.starting.env),
    runs: () => counted(disk, gateway, 32, bursting),
  });
  const to = destinations === 1 ? "one destination" : `${destinations} destinations`;
  line(`${disk.name}: whole channel to ${to}, 32 connections`, acknowledged(runs), batches(runs));
  const perSync = ratios(runs, raw, (run, { syncsPerSecond }) => run.deliveredPerSecond / syncsPerSecond);
  line("… delivered everywhere", delivered(runs), `${said(perSync, 1)} × syncs`);
  line("… the wait for an ACK", waits(runs));
  line("… most memory", await mostMemory(gateway));
  await gateway.stop();
  receiver.close();
}

async function counted(
  disk: Disk,
  gateway: GatewayProcess,
  connections: number,
  bursting: Bursting,
): Promise<Counted> {
  const before = await disk.syncs?.();
  const run = await burst(gateway, connections, MANY, bursting);
  const after = await disk.syncs?.();
  if (before === undefined || after === undefined) return { ...run, syncs: undefined };
  // Else what is measured is no disk at all: the program has found a way around the delay.
  if (before === after) {
    throw new Error(`messages were acknowledged on the disk of ${disk.name} without a sync`);
  }
  return { ...run, syncs: after - before };
}

function batches(runs: readonly Counted[]): string {
  if (runs.some(({ syncs }) => syncs === undefined)) return "";
  return `${said(each(runs, ({ count, syncs }) => count / syncs!), 1)} messages a sync`;
}

function many(connections: number): string {
  return connections === 1 ? "1 connection" : `${connections} connections`;
}
