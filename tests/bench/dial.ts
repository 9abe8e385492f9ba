import tls from "node:tls";
import type { Certified } from "../world/pki.ts";

/** Who comes by TLS, and whom it trusts. */
export interface Identified {
  readonly root: Certified;
  readonly client: Certified;
}

/** A connection of the load. */
export type Dialled = Pick<Deno.Conn, "read" | "write" | "close">;

/** Connects to a port of this machine. `isShort`: for one exchange. */
export async function dial(port: number, by: Identified | undefined, isShort: boolean): Promise<Dialled> {
  if (by) return await (isShort ? dialShortly(port, by) : dialByDeno(port, by));
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  socket.setNoDelay(true);
  return socket;
}

export async function writeAll(socket: Dialled, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await socket.write(at === 0 ? bytes : bytes.subarray(at));
}

/** What takes the least of the processor. */
function dialByDeno(port: number, { root, client: { chain, key } }: Identified): Promise<Dialled> {
  return Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [root.certificate], cert: chain, key });
}

/** By a whole handshake. Deno's own connections hold the first message back until TCP has acknowledged that, for 40 ms. */
function dialShortly(port: number, { root, client: { chain, key } }: Identified): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const stream = tls.connect({ host: "127.0.0.1", port, ca: [root.certificate], cert: chain, key });
    stream.once("error", reject);
    stream.once("secureConnect", () => {
      stream.setNoDelay(true);
      resolve({
        async read(into) {
          for (;;) {
            const piece = stream.read() as Uint8Array | null;
            if (piece) {
              into.set(piece);
              return piece.length;
            }
            if (stream.readableEnded || stream.destroyed) return null;
            await new Promise((resolve) => {
              for (const event of ["readable", "end", "close"]) stream.once(event, resolve);
            });
          }
        },
        write: (bytes) =>
          new Promise((resolve, reject) =>
            stream.write(bytes, (cause) => cause ? reject(cause) : resolve(bytes.length))
          ),
        close: () => void stream.destroy(),
      });
    });
  });
}
