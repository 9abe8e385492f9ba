import type { Connection, Net } from "../../../contract/world.ts";

/** More is not kept: it says nothing new. */
const KEPT_BYTES_MAX = 64 * 1024;

/** A net that keeps the beginning of what peers send. */
export interface RecordingNet {
  readonly net: Net;
  /** What peers have sent so far. */
  readonly received: Uint8Array;
}

/** Wraps a net so that what is read over its connections can be looked at afterwards. */
export function recordingNet(net: Net): RecordingNet {
  let received = new Uint8Array(0);
  const keep = (piece: Uint8Array) => {
    const more = piece.subarray(0, KEPT_BYTES_MAX - received.length);
    const grown = new Uint8Array(received.length + more.length);
    grown.set(received);
    grown.set(more, received.length);
    received = grown;
  };
  const recorded = (connection: Connection): Connection => ({
    ...connection,
    peer: connection.peer,
    async read(into) {
      const count = await connection.read(into);
      if (count !== null) keep(into.subarray(0, count));
      return count;
    },
    write: (bytes) => connection.write(bytes),
    close: () => connection.close(),
  });
  return {
    net: {
      connect: async (options) => recorded(await net.connect(options)),
      listen: (options) => net.listen(options),
      serveHttp: (options, handler) => net.serveHttp(options, handler),
      fetch: (request, options) => net.fetch(request, options),
      hangUp: (tls, stay) => net.hangUp(tls, stay),
      lookup: (host) => net.lookup(host),
      proxyFor: (url) => net.proxyFor(url),
      certificatesIn: (pem) => net.certificatesIn(pem),
      misfitOf: (identity) => net.misfitOf(identity),
      listenLocal: (path) => net.listenLocal(path),
      connectLocal: (path) => net.connectLocal(path),
    },
    get received() {
      return received;
    },
  };
}
