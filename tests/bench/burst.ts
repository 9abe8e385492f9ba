import type { GatewayProcess } from "./gateway_process.ts";
import { type Receiver, send, type Sent } from "./load.ts";

/** What a burst of messages showed. */
export interface Burst extends Sent {
  /** At the receiver, from the first message sent to the last delivered. */
  readonly deliveredPerSecond: number;
  /** Processor time of the gateway for one message, all that it does afterwards included. */
  readonly cpuMicroseconds: number;
}

let next = 0;

/** Sends messages over some connections, waits until all are delivered `copies` times and the gateway rests. */
export async function burst(
  gateway: GatewayProcess,
  connections: number,
  count: number,
  receiver?: Receiver,
  copies = 1,
): Promise<Burst> {
  const before = receiver?.count ?? 0;
  const cpuBefore = await gateway.idle();
  const startedMs = performance.now();
  const sent = await send(gateway.port, connections, count, next);
  next += count;
  await receiver?.reached(before + count * copies);
  const deliveredPerSecond = count / (performance.now() - startedMs) * 1000;
  const cpuMicroseconds = (await gateway.idle() - cpuBefore) / count * 1e6;
  return { ...sent, deliveredPerSecond, cpuMicroseconds };
}
