import { type Blame, MitralError } from "../../contract/error.ts";
import type { Clock, Connection, World } from "../../contract/world.ts";
import { isNobody } from "./_claim.ts";
import { readLines } from "./_lines.ts";
import { errors } from "./errors.ts";
import {
  answerBytesMax,
  fromLine,
  isRecord,
  type Method,
  type Methods,
  protocolVersion,
  type Request,
  type Run,
  type Runs,
  type SaidError,
  socketPath,
  type Stream,
  type Streams,
  toLine,
} from "./protocol.ts";

const utf8 = new TextEncoder();

/** A gateway that is stuck says nothing; a search through all it holds may take some seconds. */
const answerMsMax = 30_000;

/** These wait until channels are drained, or an attempt is over. */
const patient: ReadonlySet<string> = new Set([
  "channel.stop",
  "channel.reload",
  "channel.skip",
  "channel.divert",
  "journal.prune",
  "apply",
  "rollback",
]);
const patientAnswerMsMax = 600_000;

/** How something is followed. */
export interface FollowOptions {
  readonly signal: AbortSignal;
  begun(): void;
}

/** A command's end of the control socket. One request at a time. */
export class ControlClient {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #lines: AsyncGenerator<string>;
  readonly #person: string;
  #lastId = 0;

  private constructor(connection: Connection, clock: Clock, person: string) {
    this.#connection = connection;
    this.#clock = clock;
    this.#lines = readLines(connection, answerBytesMax);
    this.#person = person;
  }

  /** Connects to the gateway that runs on a data folder. Errors: CONTROL_GATEWAY_MISSING, CONTROL_PATH_TOO_LONG. */
  static async connect(
    options: { readonly world: World; readonly folder: string; readonly person: string },
  ): Promise<ControlClient> {
    const { world, folder, person } = options;
    const path = socketPath(folder);
    try {
      return new ControlClient(await world.net.connectLocal(path), world.clock, person);
    } catch (cause) {
      if (!isNobody(cause)) throw cause;
      return errors.fail("CONTROL_GATEWAY_MISSING", { folder }, cause);
    }
  }

  /** Asks and waits for the answer. Errors: the gateway's own, CONTROL_GATEWAY_SILENT, CONTROL_CONNECTION_LOST. */
  async ask<M extends Method>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["result"]> {
    return await this.#request(method, params as Request["params"]) as Methods[M]["result"];
  }

  /**
   * Asks to follow something, until `signal` is aborted; the client is of no use after that. From when `begun` is called
   * nothing is missed. Errors as of {@linkcode ControlClient.ask}, at any time.
   */
  async *follow<S extends Stream>(
    stream: S,
    params: Streams[S]["params"],
    { signal, begun }: FollowOptions,
  ): AsyncGenerator<Streams[S]["line"]> {
    const leave = () => this.#connection.close();
    signal.addEventListener("abort", leave);
    try {
      await this.#request(stream, params as Request["params"]);
      begun();
      while (!signal.aborted) yield await this.#result() as Streams[S]["line"];
    } catch (cause) {
      if (!signal.aborted) throw cause;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** Asks for something to be done one by one, and yields what became of each. Errors as of {@linkcode ControlClient.ask}. */
  async *run<R extends Run>(run: R, params: Runs[R]["params"]): AsyncGenerator<Runs[R]["line"]> {
    await this.#request(run, params as unknown as Request["params"]);
    for (;;) {
      const line = await this.#result();
      if (isRecord(line) && line.end === true) return;
      yield line as Runs[R]["line"];
    }
  }

  async #request(method: string, params: Request["params"]): Promise<unknown> {
    const request: Request = {
      version: protocolVersion,
      id: ++this.#lastId,
      method,
      person: this.#person,
      params,
    };
    const waitMs = patient.has(method) ? patientAnswerMsMax : answerMsMax;
    let silent = false;
    const forget = this.#clock.after(waitMs, () => {
      silent = true;
      this.#connection.close();
    });
    try {
      await this.#connection.write(utf8.encode(toLine(request) + "\n")).catch(lost);
      return await this.#result();
    } catch (cause) {
      if (silent) return errors.fail("CONTROL_GATEWAY_SILENT", { answerMsMax: waitMs }, cause);
      throw cause;
    } finally {
      forget();
    }
  }

  /** What the next line holds. */
  async #result(): Promise<unknown> {
    const { value, done } = await this.#lines.next().catch(lost);
    const reply = done ? undefined : fromLine(value);
    if (!isRecord(reply)) return errors.fail("CONTROL_CONNECTION_LOST");
    if (isRecord(reply.error)) throw rebuilt(reply.error as unknown as SaidError);
    return reply.result;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function lost(cause: unknown): never {
  throw cause instanceof MitralError ? cause : errors.error("CONTROL_CONNECTION_LOST", {}, cause);
}

/** The gateway's error as this process would have made it. */
export function rebuilt(said: Readonly<Record<keyof SaidError, unknown>>): MitralError {
  return new MitralError(String(said.code), {
    blame: said.blame as Blame,
    retry: said.retry === "later" ? "later" : "never",
    says: String(said.message),
  });
}
