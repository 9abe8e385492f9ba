import net, { type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { KEEP_ALIVE_MS } from "../contract/keep_alive.ts";
import type { ListenOptions, Review } from "../contract/world.ts";
import { type Known, peerOf, plain } from "./deno_sockets.ts";
import { secureServer } from "./deno_tls.ts";

/** A connection that was let in, TLS and all. */
export interface Entered {
  readonly stream: Duplex;
  readonly peer: string;
  readonly known: Known;
  /** False where its peer may not come any more: it is cut off. */
  review(): boolean;
}

/** A server's sockets. */
export interface ListeningServer extends Review {
  readonly server: Server;
  /** Accepts no more. Open connections stay. */
  close(): void;
}

const HANDSHAKE_MS_MAX = 10_000;

/** Listens, and hands over every connection that is let in. Rejects with the platform's error. */
export async function listenOn(
  { host, port, tls, handshakeMsMax = HANDSHAKE_MS_MAX, refused, enter }: ListenOptions,
  protocols: readonly string[],
  entered: (connection: Entered) => void,
): Promise<ListeningServer> {
  const open = new Set<Entered>();
  const shaking = new Set<Socket>();
  const welcome = async (socket: Socket) => {
    // Without a listener an error would end the process; whoever reads the stream hears of it there.
    socket.on("error", () => {});
    const place = enter?.(plain(socket.remoteAddress ?? ""));
    if (enter && !place) return void socket.destroy();
    socket.once("close", () => place?.[Symbol.dispose]());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const one = tls ? await secured(socket, tls) : plainly(socket);
    if (!one) return;
    open.add(one);
    one.stream.once("close", () => {
      open.delete(one);
      socket.destroy();
    });
    // A review between the handshake and now has not looked at it.
    if (one.review()) entered(one);
  };
  const secured = async (socket: Socket, tls: NonNullable<ListenOptions["tls"]>) => {
    shaking.add(socket);
    socket.once("close", () => shaking.delete(socket));
    const peer = peerOf(socket);
    const made = await secureServer(socket, {
      tls,
      handshakeMsMax,
      protocols,
      ...(refused ? { refused } : {}),
    });
    shaking.delete(socket);
    return made && { ...made, peer };
  };
  const server = net.createServer((socket) => void welcome(socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  server.on("error", () => {});
  return {
    server,
    review() {
      for (const one of open) one.review();
    },
    close() {
      server.close();
      for (const socket of shaking) socket.destroy();
    },
  };
}

/** The port that was really taken. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

function plainly(socket: Socket): Entered {
  return { stream: socket, peer: peerOf(socket), known: {}, review: () => true };
}
