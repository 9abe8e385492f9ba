import { MitralError } from "../../contract/error.ts";
import type { Connection, World } from "../../contract/world.ts";
import { claimSocket, type LocalAcceptor } from "./_claim.ts";
import { readLines } from "./_lines.ts";
import { Feed } from "./_feed.ts";
import { errors } from "./errors.ts";
import { answer, type ControlService, errorOf } from "./methods.ts";
import {
  readRequest,
  type Reply,
  type Request,
  requestBytesMax,
  runEnd,
  saidError,
  socketPath,
  toLine,
} from "./protocol.ts";

/** One request, as it is worth a line in a log: who did what to what. */
export interface ControlRequest {
  readonly person: string;
  readonly method: string;
  /** The message, channel or file it was about; empty where it was about none. */
  readonly subject: string;
  /** True where message content was asked for. */
  readonly content: boolean;
  /** `ok`, or the code of the error it got. */
  readonly outcome: string;
}

/** What a {@linkcode ControlServer} is given. */
export interface ControlServerOptions {
  readonly world: World;
  /** Data folder, absolute; it exists. */
  readonly folder: string;
  /** Called after each request, before its answer is sent. MUST NOT throw. */
  answered(request: ControlRequest): void;
  /** Called for what is no request: nobody knows who it is from. MUST NOT throw. */
  refused?(code: string): void;
}

const utf8 = new TextEncoder();

/**
 * The gateway's end of the control socket. To hold the socket is to hold the data folder: open it before the journal.
 * Requests that come before {@linkcode ControlServer.serve} get CONTROL_GATEWAY_STARTING.
 */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #path: string;
  readonly #acceptor: LocalAcceptor;
  readonly #connections = new Set<Connection>();
  #service: ControlService | undefined;
  #accepting: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: ControlServerOptions, path: string, acceptor: LocalAcceptor) {
    this.#options = options;
    this.#path = path;
    this.#acceptor = acceptor;
  }

  /** Takes the socket of a data folder. Errors: CONTROL_FOLDER_BUSY, CONTROL_PATH_TOO_LONG. */
  static async open(options: ControlServerOptions): Promise<ControlServer> {
    const path = socketPath(options.folder);
    const acceptor = await claimSocket(options.world, path, options.folder);
    const server = new ControlServer(options, path, acceptor);
    server.#accepting = server.#accept();
    return server;
  }

  /** Where it listens. */
  get path(): string {
    return this.#path;
  }

  /** From now on requests are answered by `service`. */
  serve(service: ControlService): void {
    this.#service = service;
  }

  /** Accepts no more, drops what is open, gives the data folder back. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return await this.#accepting;
    this.#closed = true;
    // Closing takes the file away too, in one step: removed a moment later it could already be another gateway's.
    this.#acceptor.close();
    for (const connection of this.#connections) connection.close();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const conversations = new Set<Promise<void>>();
    for await (const connection of this.#acceptor) {
      this.#connections.add(connection);
      const conversation = this.#converse(connection).finally(() => {
        this.#connections.delete(connection);
        conversations.delete(conversation);
        connection.close();
      });
      conversations.add(conversation);
    }
    await Promise.all(conversations);
  }

  /** A peer that breaks the rules, or leaves in the middle, ends its own conversation only. */
  async #converse(connection: Connection): Promise<void> {
    const lines = readLines(connection, requestBytesMax);
    try {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const { reply, feed, run } = await this.#reply(line.value);
        if (run) {
          await this.#run(connection, reply, run);
          continue;
        }
        if (feed) return await this.#feed(connection, reply, feed, lines);
        await this.#send(connection, reply);
      }
    } catch (cause) {
      if (cause instanceof MitralError) await this.#send(connection, refusal(0, cause)).catch(() => {});
    }
  }

  /** Tells, after `reply`, what a feed brings, until the peer leaves or says anything at all. */
  async #feed(
    connection: Connection,
    reply: Reply,
    feed: Feed<unknown>,
    lines: AsyncIterator<string>,
  ): Promise<void> {
    const close = () => feed.close();
    lines.next().then(close, close);
    try {
      await this.#send(connection, reply);
      for await (const batch of feed) {
        await this.#send(connection, ...batch.map((result) => ({ id: reply.id, result })));
      }
    } finally {
      close();
    }
  }

  /** Tells, after `reply`, what a run does, one by one. It goes on no faster than the peer reads, and ends when it leaves. */
  async #run(connection: Connection, reply: Reply, run: AsyncGenerator<unknown>): Promise<void> {
    const { id } = reply;
    await this.#send(connection, reply);
    let last: Reply = { id, result: runEnd };
    try {
      for await (const result of run) await this.#send(connection, { id, result });
    } catch (cause) {
      last = refusal(id, errorOf(cause));
    }
    await this.#send(connection, last);
  }

  async #reply(line: string): Promise<Answered> {
    let request: Request | undefined;
    try {
      request = readRequest(line);
      const service = this.#service ?? errors.fail("CONTROL_GATEWAY_STARTING");
      const result = await answer(service, request);
      this.#answered(request, "ok");
      const { id } = request;
      if (result instanceof Feed) return { reply: { id, result: null }, feed: result };
      if (isRun(result)) return { reply: { id, result: null }, run: result };
      return { reply: { id, result } };
    } catch (cause) {
      const error = errorOf(cause);
      if (request) this.#answered(request, error.code);
      else this.#options.refused?.(error.code);
      return { reply: refusal(request?.id ?? 0, error) };
    }
  }

  #answered({ person, method, params }: Request, outcome: string): void {
    const subject = params.id ?? params.name ?? params.file ?? params.to;
    this.#options.answered({
      person,
      method,
      subject: typeof subject === "string" ? subject : "",
      content: params.content === true,
      outcome,
    });
  }

  async #send(connection: Connection, ...replies: readonly Reply[]): Promise<void> {
    await connection.write(utf8.encode(replies.map((reply) => toLine(reply) + "\n").join("")));
  }
}

/** What is said first, and what goes on after it. */
interface Answered {
  readonly reply: Reply;
  readonly feed?: Feed<unknown>;
  readonly run?: AsyncGenerator<unknown>;
}

function isRun(result: unknown): result is AsyncGenerator<unknown> {
  return typeof result === "object" && result !== null && Symbol.asyncIterator in result;
}

function refusal(id: number, error: MitralError): Reply {
  return { id, error: saidError(error) };
}
