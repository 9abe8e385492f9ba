import { MitralError } from "../../../runtime/contract/error.ts";
import type { ClientTls } from "../../../runtime/contract/tls.ts";
import type { Connection, World } from "../../../runtime/contract/world.ts";
import { connect } from "./connect.ts";

/** How a connection is kept up. */
export interface KeepTools {
  readonly world: Pick<World, "clock" | "net" | "random">;
  readonly host: string;
  readonly port: number;
  readonly connectMsMax: number;
  /** Asked for each connection: how TLS is spoken on it, where it is. */
  tls?(): ClientTls | undefined;
  /** Longest wait between two attempts; the first is a second. */
  readonly redialMsMax: number;
  /** Aborted when no connection is wanted any more. */
  readonly signal: AbortSignal;
  /** Uses a connection until its end; resolves with true where it was of use, and the next is made soon. */
  use(connection: Connection): Promise<boolean>;
  /** A connection could not be made. */
  failed(error: MitralError, againInMs: number): void;
  /** The declared error for a connection that could not be made in time. */
  late(): MitralError;
  /** The declared error for a connection that could not be made. */
  unreachable(cause: unknown): MitralError;
}

const firstMs = 1_000;

/** Connects, again and again, one connection at a time. Resolves once `signal` is aborted and the last is given back. */
export async function keepConnected(tools: KeepTools): Promise<void> {
  const { world, signal } = tools;
  let attempts = 0;
  while (!signal.aborted) {
    let trouble: MitralError | undefined;
    const { connection, abandon } = connect(world, {
      ...tools,
      tls: tools.tls?.(),
      failed: tools.unreachable,
    });
    const stop = () => abandon(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const made = await connection;
      signal.removeEventListener("abort", stop);
      if (signal.aborted) return made.close();
      if (await tools.use(made)) attempts = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof MitralError)) throw error;
      trouble = error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
    if (signal.aborted) return;
    // Between half and the whole of a wait that doubles: many gateways must not come back at once.
    const wholeMs = Math.min(firstMs * 2 ** attempts++, tools.redialMsMax);
    const againInMs = Math.round(wholeMs * (1 + world.random.number()) / 2);
    if (trouble) tools.failed(trouble, againInMs);
    await world.clock.sleep(againInMs, signal).catch(() => {});
  }
}
