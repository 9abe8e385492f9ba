/**
 * TLS over `node:tls`, with a guard. Under Deno a client's certificate is neither checked against the trust anchors of a
 * server made this way nor, once a session is resumed, asked for again; and one of X.509 version 1, or one that is badly
 * encoded, needs no private key. So nothing the platform calls authorised is believed: the certificate itself is looked up, on every connection.
 */
import type { Socket } from "node:net";
import tls from "node:tls";
import {
  type ClientCheck,
  type ClientTls,
  isTlsFailure,
  type PeerCertificate,
  type ServerTls,
  type TlsFailure,
  type TlsRefusal,
  type TlsTrouble,
  type TlsVersion,
} from "../contract/tls.ts";
import { readCertificate, troubleWith } from "./deno_certificates.ts";
import { type Known, peerOf } from "./deno_sockets.ts";

/** Why TLS did not come about, before it is known who is to hear of it. */
interface Refused {
  readonly trouble: TlsTrouble;
  readonly detail: string;
  readonly certificate?: PeerCertificate;
}

/** TLS that a client has spoken with success. */
export interface Secured {
  readonly stream: tls.TLSSocket;
  readonly known: Known;
  /** False where the client may not come any more: it is cut off, and `refused` told. */
  review(): boolean;
}

/** How a server speaks TLS on a connection. */
export interface ServerSide {
  tls(): ServerTls;
  readonly handshakeMsMax: number;
  /** RFC 7301, those of HTTP. */
  readonly protocols?: readonly string[];
  refused?(refusal: TlsRefusal): void;
}

/** Speaks TLS as a server; `undefined` where it does not come about: the socket is closed, and `refused` told. */
export function secureServer(socket: Socket, side: ServerSide): Promise<Secured | undefined> {
  const peer = peerOf(socket);
  return new Promise((resolve) => {
    let isOver = false;
    const over = () => {
      if (isOver) return false;
      isOver = true;
      clearTimeout(timer);
      return true;
    };
    const refuse = (refused: Refused) => {
      if (!over()) return;
      stream?.destroy();
      socket.destroy();
      side.refused?.({ peer, ...refused });
      resolve(undefined);
    };
    const timer = setTimeout(() => refuse({ trouble: "late", detail: "" }), side.handshakeMsMax);
    let stream: tls.TLSSocket | undefined;
    try {
      const options = side.tls();
      stream = serverStream(socket, options, side.protocols);
      const held = stream;
      holdBack(held, socket);
      held.on("error", (cause) => refuse(refusedFor(cause, "server")));
      held.on("close", () => refuse({ trouble: "cut", detail: "" }));
      held.on("secure", () => {
        const known = options.clients ? identified(held, options.clients) : {};
        if ("trouble" in known) return refuse(known);
        if (over()) resolve({ stream: held, known, review: () => reviewed(held, peer, known, side) });
      });
    } catch (cause) {
      refuse(refusedFor(cause, "server"));
    }
  });
}

function serverStream(
  socket: Socket,
  options: ServerTls,
  protocols: readonly string[] = [],
): tls.TLSSocket {
  const { names = {}, clients } = options;
  const hasNames = Object.keys(names).length > 0;
  return new tls.TLSSocket(socket, {
    isServer: true,
    secureContext: serverContext(options),
    requestCert: clients !== undefined,
    rejectUnauthorized: clients !== undefined,
    ...(protocols.length > 0 ? { ALPNProtocols: [...protocols] } : {}),
    ...(hasNames
      ? {
        SNICallback: (name: string, give: (cause: Error | null, context: tls.SecureContext) => void) =>
          give(null, serverContext(options, name)),
      }
      : {}),
  } as tls.TLSSocketOptions);
}

function serverContext(options: ServerTls, name = ""): tls.SecureContext {
  const { certificate, key, names = {}, versionMin } = options;
  // Any other name is answered as none is.
  const asked = Object.hasOwn(names, name.toLowerCase()) ? name.toLowerCase() : "";
  return contextOf(options, asked, () => ({
    cert: names[asked]?.certificate ?? certificate,
    key: names[asked]?.key ?? key,
    minVersion: versionOf(versionMin),
  }));
}

/** To read a certificate and its key takes longer than all else of a handshake: they are read once for the same options. */
function contextOf(
  options: ServerTls | ClientTls,
  name: string,
  read: () => tls.SecureContextOptions,
): tls.SecureContext {
  const byName = contexts.get(options) ?? new Map<string, tls.SecureContext>();
  contexts.set(options, byName);
  const context = byName.get(name) ?? tls.createSecureContext(read());
  byName.set(name, context);
  return context;
}

/** By options, which are another object once a file has changed, and the name that is asked for. */
const contexts = new WeakMap<ServerTls | ClientTls, Map<string, tls.SecureContext>>();

/** What of the platform's handle of a socket stops and starts its reading. */
interface Handle {
  readStop(): unknown;
  readStart(): unknown;
}

/**
 * Holds the peer back where nobody takes what it says. Under Deno TLS goes on reading the socket below it all the same,
 * and keeps what it reads without bound: whoever stops the one must stop the other.
 */
function holdBack(stream: tls.TLSSocket, socket: Socket): void {
  const handleOf = (one: unknown) => (one as { _handle?: Handle })._handle;
  const above = handleOf(stream), below = handleOf(socket);
  if (!above || !below) return;
  for (const act of ["readStop", "readStart"] as const) {
    const own = above[act].bind(above);
    above[act] = () => {
      below[act]();
      return own();
    };
  }
}

/** Whose certificate a client has shown, or why it is not let in. */
function identified(stream: tls.TLSSocket, clients: ClientCheck): Known | Refused {
  const shown = shownBy(stream);
  if (!shown) return { trouble: "missing", detail: "" };
  const { certificate } = shown;
  const trouble = troubleWith(shown, Date.now());
  if (trouble) return { trouble, detail: "", certificate };
  const partner = clients.admit(certificate);
  return partner === undefined ? { trouble: "unknown", detail: "", certificate } : { certificate, partner };
}

function reviewed(
  stream: tls.TLSSocket,
  peer: string,
  { certificate, partner }: Known,
  side: ServerSide,
): boolean {
  if (!certificate) return true;
  const isExpired = certificate.validUntilMs < Date.now();
  if (!isExpired && side.tls().clients?.admit(certificate) === partner) return true;
  if (stream.destroyed) return false;
  stream.destroy();
  side.refused?.({ peer, trouble: isExpired ? "expired" : "unknown", detail: "", certificate });
  return false;
}

/** TLS that a server has spoken with success. */
export interface SecuredClient {
  readonly stream: tls.TLSSocket;
  readonly known: Known;
}

/** What else a client may say. */
interface ClientSide {
  readonly signal?: AbortSignal;
  /** RFC 7301. */
  readonly protocols?: readonly string[];
}

/**
 * Speaks TLS as a client over a socket that `dial` connects. Rejects with the platform's error of that, a `TlsFailure`, or
 * the signal's reason. A chain that is not trusted is looked at a second time, on a connection of its own that nothing is
 * said on: the platform does not tell a certificate that has expired from one of a stranger.
 */
export async function secureClient(
  dial: () => Promise<Socket>,
  host: string,
  options: ClientTls,
  side: ClientSide = {},
): Promise<SecuredClient> {
  try {
    return await shakeHands(await dial(), host, options, side);
  } catch (cause) {
    if (!isTlsFailure(cause) || cause.trouble !== "untrusted") throw cause;
    throw await seenAgain(cause, dial, host, options, side);
  }
}

async function seenAgain(
  failure: TlsFailure,
  dial: () => Promise<Socket>,
  host: string,
  { identity: _, ...options }: ClientTls,
  side: ClientSide,
): Promise<unknown> {
  let seen: PeerCertificate | undefined;
  const look = (certificate: PeerCertificate) => {
    seen = certificate;
    return false;
  };
  const again = await dial().then((socket) => shakeHands(socket, host, { ...options, admit: look }, side))
    .catch((cause) => cause);
  side.signal?.throwIfAborted();
  if (isTlsFailure(again) && again.certificate && again.trouble !== "unknown") return again;
  return seen ? tlsFailure({ ...failure, certificate: seen }) : failure;
}

function shakeHands(
  socket: Socket,
  host: string,
  options: ClientTls,
  { signal, protocols = [] }: ClientSide,
): Promise<SecuredClient> {
  const { anchors, admit, serverName = host, identity, versionMin } = options;
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      signal?.removeEventListener("abort", stop);
      stream?.destroy();
      socket.destroy();
      reject(cause);
    };
    const stop = () => fail(signal!.reason);
    let stream: tls.TLSSocket | undefined;
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      stream = tls.connect({
        socket,
        secureContext: contextOf(options, "", () => ({
          minVersion: versionOf(versionMin),
          ...(anchors ? { ca: [...anchors] } : {}),
          ...(identity ? { cert: identity.certificate, key: identity.key } : {}),
        })),
        // RFC 6066 section 3: an address is no name to ask for.
        ...(isAddress(serverName) ? { servername: "" } : { servername: serverName }),
        ...(protocols.length > 0 ? { ALPNProtocols: [...protocols] } : {}),
        // Known by its own certificate: the guard below looks that up, and the platform checks the proof in any case.
        rejectUnauthorized: !admit,
        checkServerIdentity: (_name, shown) =>
          admit ? undefined : tls.checkServerIdentity(bare(serverName), shown),
      });
    } catch (cause) {
      return fail(tlsFailure(refusedFor(cause, "client")));
    }
    const made = stream;
    holdBack(made, socket);
    made.on("error", (cause) => {
      if (!losses.has(made)) losses.set(made, cause);
      fail(tlsFailure(refusedFor(cause, "client")));
    });
    made.once("close", () => fail(tlsFailure({ trouble: "cut", detail: "" })));
    made.once("secureConnect", () => {
      const known = acknowledged(made, admit);
      if ("trouble" in known) return fail(tlsFailure(known));
      signal?.removeEventListener("abort", stop);
      made.removeAllListeners("close");
      resolve({ stream: made, known });
    });
  });
}

/** What a server has shown, or why it is not believed. */
function acknowledged(stream: tls.TLSSocket, admit: ClientTls["admit"]): Known | Refused {
  const shown = shownBy(stream);
  if (!shown) return { trouble: "missing", detail: "" };
  const { certificate } = shown;
  const trouble = troubleWith(shown, Date.now());
  if (trouble) return { trouble, detail: "", certificate };
  if (admit ? !admit(certificate) : !stream.authorized) {
    return { trouble: "unknown", detail: "", certificate };
  }
  return { certificate };
}

function shownBy(stream: tls.TLSSocket) {
  return readCertificate(() => stream.getPeerX509Certificate());
}

/** What `connect` and `fetch` reject with. */
export function tlsFailure({ trouble, detail, certificate }: Refused): TlsFailure {
  const message = `TLS did not come about: ${trouble}${detail && ` (${detail})`}`;
  return Object.assign(new Error(message), {
    code: "ETLS" as const,
    trouble,
    detail,
    ...(certificate ? { certificate } : {}),
  });
}

/** What the connections of clients were lost by, also before somebody listened. */
const losses = new WeakMap<object, unknown>();

/** What a connection by TLS was lost by, as the platform said it; `undefined` where it said nothing. */
export function lossOf(stream: object): unknown {
  return losses.get(stream);
}

/** A later error of a connection: in TLS 1.3 a server refuses a client's certificate after the handshake. */
export function explained(cause: unknown): unknown {
  const refused = refusedFor(cause, "client");
  return refused.trouble === "refused" ? tlsFailure(refused) : cause;
}

/** The platform's error in our words. */
function refusedFor(cause: unknown, side: "client" | "server"): Refused {
  const { code = "", message = "" } = cause as { code?: string; message?: string };
  const found = TROUBLES.find(({ says }) => says.test(code) || says.test(message));
  const trouble = found === undefined
    ? code === "ECONNRESET" || code === "EPIPE" ? "cut" : "other"
    : found.is;
  // Whoever checks a chain is the client; a server finds that a proof is not that of the key.
  return { trouble: side === "server" && trouble === "untrusted" ? "unfit" : trouble, detail: code };
}

/** By what the platform says, the first that fits. */
const TROUBLES: readonly { readonly says: RegExp; readonly is: TlsTrouble }[] = [
  { says: /ALTNAME_INVALID/, is: "named" },
  { says: /DID_NOT_RETURN_A_CERTIFICATE/, is: "missing" },
  { says: /WRONG_VERSION_NUMBER|InvalidContentType|corrupt message/, is: "foreign" },
  { says: /PROTOCOL_VERSION|peer is incompatible|received fatal alert: HandshakeFailure/, is: "version" },
  {
    says: /received fatal alert: (\w*Certificate\w*|UnknownCA|AccessDenied|DecryptError)/,
    is: "refused",
  },
  { says: /CERT_HAS_EXPIRED/, is: "expired" },
  { says: /CERT_NOT_YET_VALID/, is: "early" },
  { says: /VERIFY_LEAF|SELF_SIGNED|ISSUER_CERT/, is: "untrusted" },
];

function versionOf(version: TlsVersion): tls.SecureVersion {
  return version === "1.3" ? "TLSv1.3" : "TLSv1.2";
}

function isAddress(host: string): boolean {
  return /^\d+(\.\d+){3}$/.test(host) || host.includes(":");
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
