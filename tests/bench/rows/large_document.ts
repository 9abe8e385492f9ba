import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { documentsFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { document, Receiver, send, sendOne, type Sent } from "../load.ts";
import { each, line, ratios, waits } from "../report.ts";
import { said } from "../spread.ts";

/** A document of 100 MB goes through a channel while messages of 1 kB are accepted by another. */
export async function largeDocument({ folder, rounds }: Bench): Promise<void> {
  const bytes = 100_000_000;
  const [receiver, archive] = [new Receiver(), new Receiver()];
  const file = documentsFile(receiver.port, archive.port, bytes);
  const gateway = await GatewayProcess.start(join(folder, "document"), file);
  const [small, large] = gateway.ports;
  const without: Sent[] = [], beside: Sent[] = [], acceptedMs: number[] = [], deliveredMs: number[] = [];
  const peaksMb: number[] = [], timesOfIt: number[] = [];
  let first = 0;
  const flow = async (msMax: number) => {
    const sent = await send(small, 8, 1_000_000, { first, msMax });
    first += sent.count;
    return sent;
  };
  await flow(3_000);
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    without.push(await flow(2_000));
    const beforeMb = await gateway.residentMb();
    await gateway.forgetPeak();
    const startedMs = performance.now();
    const accepted = sendOne(large, document(bytes, round)).then(() => {
      acceptedMs.push(performance.now() - startedMs);
    });
    const delivered = archive.reached(round + 1).then(() => {
      deliveredMs.push(performance.now() - startedMs);
    });
    beside.push(await flow(3_000));
    await Promise.all([accepted, delivered]);
    const peakMb = await gateway.peakMb();
    peaksMb.push(peakMb);
    timesOfIt.push((peakMb - beforeMb) / (bytes / 1e6));
    await gateway.idle();
  }
  const size = `${bytes / 1e6} MB`;
  line(`a document of ${size}: accepted after`, `${said(each(acceptedMs, (ms) => ms))} ms`);
  line("… delivered after", `${said(each(deliveredMs, (ms) => ms))} ms`);
  line("1 kB messages without it, 8 connections", waits(without));
  const times = ratios(beside, without, (a, b) => a.p99Ms / b.p99Ms);
  line("… beside it", waits(beside), `p99 ${said(times, 1)} × without`);
  line(
    "most memory",
    `${said(each(peaksMb, (mb) => mb))} MB`,
    `${said(each(timesOfIt, (times) => times), 1)} × the document more than before it`,
  );
  await gateway.stop();
  receiver.close();
  archive.close();
}
