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

/**
 * Whether a port can be listened on: takes it and gives it back at once. A channel that runs has it already; it is not
 * called, since who calls may be taken for the peer.
 */
export function port({ world: { net }, host, port, isRunning, failed }: PortTools): Attempt {
  const address = port === 0 ? `a port of ${host}` : `port ${port} of ${host}`;
  return {
    step: "port",
    // This machine gives or refuses it at once.
    msMax: 5_000,
    async run() {
      try {
        (await net.listen({ host, port })).close();
      } catch (cause) {
        if (!isRunning || (cause as { code?: unknown }).code !== "EADDRINUSE") throw cause;
        return `${address} is taken by the gateway, which runs`;
      }
      return isRunning && port !== 0
        ? `${address} is free: the channel, which runs, does not listen on it`
        : `${address} is free`;
    },
    failed,
  };
}
