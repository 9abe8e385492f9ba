/**
 * Round trips of a 1 kB message over loopback: the sender to the listener, and beside them, in the same run, a raw
 * socket to a raw echo. Prints both rates and their ratio.
 *
 * `deno run -A tests/bench/mllp_bench.ts [seconds] [connections] [messages in flight on each]`
 */
import listener from "../../adapters/mllp/listener.ts";
import sender from "../../adapters/mllp/sender.ts";
import { forgetful, type Intake, noPartners, type Parcel } from "../../runtime/contract/adapter.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { configOf } from "../world/tools.ts";

const seconds = Number(Deno.args[0] ?? 3);
const connections = Number(Deno.args[1] ?? 1);
const inFlightMax = Number(Deno.args[2] ?? 1);
const message = new Uint8Array(1_000).fill(0x41);
const answerBytes = new Uint8Array(100).fill(0x42);

/** Round trips a second, of `lanes` that each have one under way. */
async function rate(lanes: number, roundTrip: (lane: number) => Promise<unknown>): Promise<number> {
  const spin = async (lane: number, untilMs: number) => {
    let count = 0;
    for (; performance.now() < untilMs; count++) await roundTrip(lane);
    return count;
  };
  const all = (ms: number) =>
    Promise.all(Array.from({ length: lanes }, (_, one) => spin(one, performance.now() + ms)));
  await all(500);
  const counts = await all(seconds * 1_000);
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

async function rawRate(): Promise<number> {
  const listening = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echo = async (socket: Deno.TcpConn) => {
    socket.setNoDelay(true);
    const buffer = new Uint8Array(65_536);
    while (await socket.read(buffer) !== null) await socket.write(answerBytes);
    socket.close();
  };
  const echoing: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const socket of listening) echoing.push(echo(socket));
  })();
  const sockets = await Promise.all(
    Array.from(
      { length: connections },
      () => Deno.connect({ hostname: "127.0.0.1", port: listening.addr.port }),
    ),
  );
  for (const socket of sockets) socket.setNoDelay(true);
  const buffers = sockets.map(() => new Uint8Array(65_536));
  const found = await rate(connections, async (one) => {
    await sockets[one].write(message);
    await sockets[one].read(buffers[one]);
  });
  for (const socket of sockets) socket.close();
  listening.close();
  await Promise.all([accepting, ...echoing]);
  return found;
}

const tools = {
  world: denoWorld,
  partners: noPartners,
  contentTypes: ["text/plain"],
  report: () => {},
  error: (code: string) => new MitralError(code, { blame: "bug", retry: "never", says: code }),
  fail: (code: string): never => {
    throw new Error(code);
  },
};

async function mllpRate(): Promise<number> {
  const answer = { bytes: answerBytes, contentType: "text/plain" };
  const outcome: Outcome = { kind: "accepted", answer };
  const intake: Intake = {
    isOpen: true,
    opened: () => Promise.resolve(),
    reading: () => ({ holds: () => undefined, [Symbol.dispose]() {} }),
    receive: () => Promise.resolve({ outcome, answer }),
    refuse: () => Promise.resolve({ outcome, answer }),
    state: () => Promise.resolve(undefined),
  };
  const listening = await listener.listen({
    ...tools,
    intake,
    timeZone: "UTC",
    memory: forgetful,
    config: configOf(listener.config, { port: 0, inFlightMax }),
  });
  const port = Number(listening.address.split(":")[1]);
  const config = configOf(sender.config, { host: "127.0.0.1", port, connections, inFlightMax });
  const open = await sender.open({ ...tools, config });
  const parcel: Parcel = {
    id: "id",
    bytes: message,
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: 0,
    value: () => "",
    judge: () => outcome,
  };
  const never = new AbortController().signal;
  const found = await rate(connections * inFlightMax, () => open.send(parcel, never));
  await open[Symbol.asyncDispose]();
  await listening.stop();
  await listening[Symbol.asyncDispose]();
  return found;
}

const raw = await rawRate();
const mllp = await mllpRate();
console.log(
  `${connections} connections, ${inFlightMax} in flight on each, 1 kB and back: raw ${
    Math.round(raw)
  }/s, mllp ${Math.round(mllp)}/s`,
);
console.log(`mllp / raw: ${(mllp / raw).toFixed(2)}`);
