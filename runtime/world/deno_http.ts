import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { HttpOptions, HttpServer, RequestFacts } from "../contract/world.ts";
import { type Entered, listenOn, portOf } from "./deno_listening.ts";

type Handler = (request: Request, facts: RequestFacts) => Response | Promise<Response>;

/** Serves HTTP/1.1, by TLS where the options have it. */
export async function serveHttp(options: HttpOptions, handler: Handler): Promise<HttpServer> {
  const { headMsMax = 10_000, idleMsMax = 60_000, stallMsMax = 30_000, headBytesMax = 16 * 1024 } = options;
  const visits = new Map<Duplex, Visit>();
  const limits = { headMsMax, idleMsMax, stallMsMax };
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const visit = visits.get(incoming.socket);
    if (visit) visit.answer(incoming, outgoing, handler);
    else incoming.socket.destroy();
  };
  const parser = http.createServer(
    { maxHeaderSize: headBytesMax, keepAlive: true, requireHostHeader: false },
    answer,
  );
  // Under Deno a server that does not listen itself ends each connection it is handed after the first answer.
  Object.defineProperty(parser, "listening", { value: true });
  // The deadlines are ours: those of the platform look at sockets only now and then.
  Object.assign(parser, { keepAliveTimeout: idleMsMax, headersTimeout: 0, requestTimeout: 0 });
  // Who wants to be asked for the body is asked when somebody reads it.
  parser.on("checkContinue", answer);
  parser.on("clientError", ({ code = "unknown" }: { code?: string }, socket: Duplex) => {
    visits.get(socket)?.refuse(code);
  });
  parser.on("connect", (_incoming, socket: Duplex) => {
    visits.get(socket)?.break("METHOD_UNSERVED");
    refuse(socket, 400);
  });
  parser.on("checkExpectation", ({ socket }: IncomingMessage, outgoing: ServerResponse) => {
    visits.get(socket)?.break("EXPECTATION_UNKNOWN");
    outgoing.writeHead(417, { connection: "close" }).end();
  });
  const listening = await listenOn(options, ["http/1.1"], (entered) => {
    const visit = new Visit(entered, limits, options);
    visits.set(entered.stream, visit);
    entered.stream.on("close", () => {
      visit.end();
      visits.delete(entered.stream);
    });
    parser.emit("connection", entered.stream);
  });
  return {
    port: portOf(listening.server),
    review: () => listening.review(),
    async shutdown() {
      listening.close();
      await Promise.all([...visits.values()].map((visit) => visit.leave()));
    },
  };
}

/** What a request is refused with that could not be read. */
function refuse(socket: Duplex, status: 400 | 408 | 431): void {
  if (socket.writable) {
    socket.end(
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
  }
  discard(socket);
}

/** Closes a connection that nothing more is said on; by TLS the peer hears that it was closed, and not cut. */
function close(socket: Duplex): void {
  discard(socket.end(() => socket.destroy()));
}

/** Closes a connection once its peer had a moment to read: closed at once, what was written last would be lost. */
function discard(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  Deno.unrefTimer(timer as unknown as number);
  socket.once("close", () => clearTimeout(timer));
}

const LINGER_MS = 1_000;

/** How long a client may take, in milliseconds. */
interface Deadlines {
  readonly headMsMax: number;
  readonly idleMsMax: number;
  readonly stallMsMax: number;
}

/** One connection of a client, from request to request. */
class Visit {
  readonly #entered: Entered;
  readonly #limits: Deadlines;
  readonly #scheme: string;
  readonly #broken: HttpOptions["broken"];
  readonly #left = Promise.withResolvers<void>();
  /** Ends when the requests that came so far are answered. */
  #turn = Promise.resolve();
  #underWay = 0;
  #isLeaving = false;
  #isRefused = false;
  /** The last request that came. */
  #last: IncomingMessage | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(entered: Entered, limits: Deadlines, { tls, broken }: HttpOptions) {
    this.#entered = entered;
    this.#limits = limits;
    this.#scheme = tls ? "https" : "http";
    this.#broken = broken;
    // By TLS its first bytes may have come with the end of the handshake.
    this.#expect(limits.headMsMax, 0);
  }

  /** Tells of a request that is refused here. */
  break(detail: string): void {
    this.#broken?.(this.#entered.peer, detail);
  }

  /** Refuses what cannot be read, once what could be read is answered. */
  refuse(code: string): void {
    // Nobody is there any more; and each further piece of what is broken is broken, too.
    if (GONE.has(code) || this.#isRefused) return;
    this.#isRefused = true;
    this.break(code);
    const act = () => refuse(this.#entered.stream, code === "HPE_HEADER_OVERFLOW" ? 431 : 400);
    if (this.#underWay > 0 && this.#last?.complete) this.#turn = this.#turn.then(act);
    else act();
  }

  /** Answers requests one after the other, in the order they came: a client may send the next before it is answered. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse, handler: Handler): void {
    clearTimeout(this.#timer);
    this.#last = incoming;
    if (++this.#underWay > UNANSWERED_MAX) {
      if (!this.#entered.stream.destroyed) this.break("UNANSWERED_MANY");
      return void this.#entered.stream.destroy();
    }
    this.#turn = this.#turn.then(() => this.#answerNext(incoming, outgoing, handler));
  }

  async #answerNext(incoming: IncomingMessage, outgoing: ServerResponse, handler: Handler): Promise<void> {
    const { peer, known, stream } = this.#entered;
    const gone = new AbortController();
    outgoing.once("close", () => {
      // Once it is answered nobody listens, and each abort makes an error with its trace.
      if (!outgoing.writableFinished) gone.abort();
    });
    try {
      // Where nothing can be answered any more, nothing is taken.
      if (stream.destroyed || stream.writableEnded) return;
      // What the partner registry says now is what counts, whatever it said when the connection was made.
      if (!this.#entered.review()) return;
      const trouble = troubleOf(incoming);
      if (trouble) {
        this.break(trouble);
        outgoing.setHeader("connection", "close");
        return await this.#send(incoming, outgoing, new Response(null, { status: 400 }));
      }
      const request = requestOf(incoming, outgoing, this.#scheme, gone.signal);
      await this.#send(incoming, outgoing, await handler(request, { peer, ...known }));
    } catch {
      stream.destroy();
    } finally {
      this.#underWay--;
      if (this.#isLeaving && this.#underWay === 0) discard(stream.end());
      else if (this.#underWay === 0) this.#expect(this.#limits.idleMsMax);
    }
  }

  /** Resolves once what is under way is answered and the connection is gone. */
  leave(): Promise<void> {
    this.#isLeaving = true;
    if (this.#underWay === 0) close(this.#entered.stream);
    return this.#left.promise;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#left.resolve();
  }

  /** Cuts the connection where the head of a request is not there in time. */
  #expect(ms: number, bytesRead = (this.#entered.stream as Socket).bytesRead): void {
    clearTimeout(this.#timer);
    const stream = this.#entered.stream as Socket;
    // Its timer would keep all of it for as long.
    if (stream.destroyed) return;
    this.#timer = setTimeout(() => {
      // Where nothing has come there is no request to refuse.
      if (stream.bytesRead === bytesRead) return close(stream);
      this.break("HEAD_LATE");
      refuse(stream, 408);
    }, ms);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  async #send(incoming: IncomingMessage, outgoing: ServerResponse, response: Response): Promise<void> {
    const body = new Uint8Array(await response.arrayBuffer());
    const { stream } = this.#entered;
    if (stream.destroyed) return;
    outgoing.statusCode = response.status;
    for (const [name, value] of response.headers) outgoing.setHeader(name, value);
    // What is left of a body that was not read must not be taken for the next request.
    const isCut = !incoming.complete;
    const isLast = this.#isLeaving && this.#underWay === 1;
    if (isCut || isLast) outgoing.setHeader("connection", "close");
    // Destroyed while there is something to read, a connection is reset, and the answer lost with it.
    if (isCut) (stream as Socket).destroySoon = () => discard(stream.end());
    const stalled = setTimeout(() => {
      this.break("ANSWER_UNREAD");
      stream.destroy();
    }, this.#limits.stallMsMax);
    await new Promise<void>((resolve) => {
      outgoing.once("finish", resolve);
      outgoing.once("close", resolve);
      outgoing.end(body);
    });
    clearTimeout(stalled);
    if (!isCut) return;
    incoming.removeAllListeners("data").resume();
    discard(stream);
  }
}

/** Requests on one connection that have come and are not answered. More are read by nobody who waits for answers. */
const UNANSWERED_MAX = 100;

/** What the platform says where the client has left. */
const GONE = new Set(["ECONNRESET", "EPIPE"]);

/** Why a request is not answered by an origin server, or may be read as another by whoever stands in front of us. */
function troubleOf({ method = "", url = "", headers, rawHeaders, httpVersion }: IncomingMessage) {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host");
  const coding = headers["transfer-encoding"];
  if (/^(CONNECT|TRACE|TRACK)$/.test(method)) return "METHOD_UNSERVED";
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || httpVersion !== "1.1")) {
    return "CODING_UNKNOWN";
  }
  if (hosts.length !== 1 || !/^[A-Za-z0-9.:[\]_-]+$/.test(headers.host ?? "")) return "HOST_AMBIGUOUS";
  const target = url.startsWith("/") ? URL.parse(`http://${headers.host}${url}`) : null;
  if (!target) return "TARGET_UNSERVED";
  // Dots that lead up, backslashes and the like: whoever guards a path in front of us may have seen another.
  return target.pathname === url.split("?", 1)[0] && !url.includes("#") ? undefined : "TARGET_AMBIGUOUS";
}

/** The request as the web platform has it. */
function requestOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  scheme: string,
  signal: AbortSignal,
): Request {
  const { method = "", url, headers, rawHeaders } = incoming;
  const target = `${scheme}://${headers.host}${url}`;
  const given: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) given.push([rawHeaders[at], rawHeaders[at + 1]]);
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(target, {
    method,
    headers: given,
    signal,
    ...(hasBody ? { body: bodyOf(incoming, outgoing), duplex: "half" } : {}),
  } as RequestInit);
}

/** The body, read only as fast as it is asked for. Who waits to be told so sends none before (RFC 9110 section 10.1.1). */
function bodyOf(incoming: IncomingMessage, outgoing: ServerResponse): ReadableStream<Uint8Array> {
  let isOver = false, isWanted = incoming.headers.expect === undefined || incoming.httpVersion !== "1.1";
  const once = (act: () => void) => () => {
    if (isOver) return;
    isOver = true;
    act();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.pause();
      incoming.on("data", (piece: Uint8Array) => {
        if (isOver) return;
        incoming.pause();
        controller.enqueue(new Uint8Array(piece));
      });
      const broken = once(() => controller.error(new Error("The body broke off")));
      incoming.on("end", once(() => controller.close()));
      incoming.on("error", broken);
      incoming.on("close", broken);
    },
    pull() {
      if (!isWanted) outgoing.writeContinue();
      isWanted = true;
      incoming.resume();
    },
    cancel() {
      isOver = true;
      incoming.pause();
    },
  }, { highWaterMark: 0 });
}
