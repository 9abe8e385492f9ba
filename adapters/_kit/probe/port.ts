import type { MitralError } from "../../../runtime/contract/error.ts";
import type { World } from "../../../runtime/contract/world.ts";
import type { Attempt } from "./attempts.ts";

/** The port to listen on. */
export interface PortTools {
  readonly world: Pick<World, "net">;
  readonly host: string;
  readonly port: number;
  /** True where the channel runs: its own port is taken, by itself. */
  readonly isRunning: boolean;
  /** The declared error for the platform's, by its `code`: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
  failed(cause: unknown): MitralError;
}

/** Whether a port can be listened on: takes it and gives it back at once, or calls it where the channel has it already. */
export function port(tools: PortTools): Attempt {
  const { world: { net }, host, port, isRunning, failed } = tools;
  const address = port === 0 ? `a port of ${host}` : `port ${port} of ${host}`;
  const take = async () => {
    const acceptor = await net.listen({ host, port });
    acceptor.close();
    return isRunning && port !== 0
      ? `${address} is free: the running channel does not listen on it`
      : `${address} is free`;
  };
  const call = async (taken: unknown, signal: AbortSignal) => {
    if (!isRunning || (taken as { code?: unknown }).code !== "EADDRINUSE") throw taken;
    (await net.connect({ host: EVERY[host] ?? host, port, signal })).close();
    return `${address} is listened on: the channel runs`;
  };
  return {
    step: "port",
    msMax: PORT_MS_MAX,
    run: (signal) => take().catch((cause) => call(cause, signal)),
    failed,
    // Whoever has the port does not accept on it.
    late: () => failed(Object.assign(new Error("taken, and mute"), { code: "EADDRINUSE" })),
  };
}

/** This machine takes or refuses a port at once. */
const PORT_MS_MAX = 5_000;

/** Where what listens on every address of this machine is called. */
const EVERY: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
