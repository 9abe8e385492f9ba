import type { ClientTls } from "../../../runtime/contract/tls.ts";
import type { Connection, World } from "../../../runtime/contract/world.ts";

/** A connection being made. */
export interface Connecting {
  readonly connection: Promise<Connection>;
  /** Gives up at once: `connection` rejects with `reason`. Nothing happens once it is made. */
  abandon(reason: unknown): void;
}

/** Connects, for `connectMsMax` at most. Rejects with what `late` or, for the platform's errors, `failed` makes. */
export function connect(
  { clock, net }: Pick<World, "clock" | "net">,
  { host, port, connectMsMax, tls, late, failed }: {
    readonly host: string;
    readonly port: number;
    readonly connectMsMax: number;
    readonly tls?: ClientTls | undefined;
    late(): unknown;
    failed(cause: unknown): unknown;
  },
): Connecting {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const attempt = new AbortController();
  const stopTimer = clock.after(connectMsMax, () => abandon(late()));
  let isOver = false;
  const over = () => {
    if (isOver) return false;
    isOver = true;
    stopTimer();
    return true;
  };
  // Rejects by itself: a name that takes long to look up does not listen to the signal.
  const abandon = (reason: unknown) => {
    if (!over()) return;
    reject(reason);
    attempt.abort(reason);
  };
  net.connect({ host, port, signal: attempt.signal, ...(tls ? { tls } : {}) }).then(
    (connection) => over() ? resolve(connection) : connection.close(),
    (cause) => over() && reject(failed(cause)),
  );
  return { connection: promise, abandon };
}
