import type { GatewayProcess } from "./gateway_process.ts";
import { type Receiver, send, type Sending, type Sent } from "./load.ts";

/** What a burst of messages showed. */
export interface Burst extends Sent {
  /** At the receiver, from the first message sent to the last delivered. */
  readonly deliveredPerSecond: number;
  /** Processor time of the gateway for one message, all that it does afterwards included. */
  readonly cpuMicroseconds: number;
}

/** How a burst is sent; nothing more is sent after 15 s where nobody says so. */
export interface Bursting extends Omit<Sending, "first"> {
  /** Where all messages must have come before it is over. */
  readonly receiver?: Receiver;
  /** How often each comes there. */
  readonly copies?: number;
  /** To other ports than that of the first channel, in turn. */
  readonly ports?: readonly number[];
}

let next = 0;

/** Sends messages over some connections, waits until all are delivered and the gateway rests. */
export async function burst(
  gateway: GatewayProcess,
  connections: number,
  count: number,
  { receiver, copies = 1, ports = [gateway.port], msMax = 15_000, ...sending }: Bursting = {},
): Promise<Burst> {
  const before = receiver?.count ?? 0;
  const cpuBefore = await gateway.idle();
  const startedMs = performance.now();
  const sent = await send(ports, connections, count, { ...sending, first: next, msMax });
  next += sent.count;
  await receiver?.reached(before + sent.count * copies);
  const deliveredPerSecond = sent.count / (performance.now() - startedMs) * 1000;
  const cpuMicroseconds = (await gateway.idle() - cpuBefore) / sent.count * 1e6;
  return { ...sent, deliveredPerSecond, cpuMicroseconds };
}
