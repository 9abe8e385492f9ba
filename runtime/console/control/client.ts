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
  socketPath,
  toLine,
} from "./protocol.ts";

const utf8 = new TextEncoder();

/** A gateway that is stuck says nothing; a search through all it holds may take some seconds. */
const answerMsMax = 30_000;

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
    const request: Request = {
      version: protocolVersion,
      id: ++this.#lastId,
      method,
      person: this.#person,
      params: params as Request["params"],
    };
    const reply = await this.#exchange(toLine(request));
    if (isRecord(reply.error)) throw rebuilt(reply.error);
    return reply.result as Methods[M]["result"];
  }

  async #exchange(line: string): Promise<Record<string, unknown>> {
    let silent = false;
    const forget = this.#clock.after(answerMsMax, () => {
      silent = true;
      this.#connection.close();
    });
    try {
      await this.#connection.write(utf8.encode(line + "\n"));
      const { value, done } = await this.#lines.next();
      const reply: unknown = done ? undefined : fromLine(value);
      return isRecord(reply) ? reply : errors.fail("CONTROL_CONNECTION_LOST");
    } catch (cause) {
      if (silent) return errors.fail("CONTROL_GATEWAY_SILENT", { answerMsMax }, cause);
      throw cause instanceof MitralError ? cause : errors.error("CONTROL_CONNECTION_LOST", {}, cause);
    } finally {
      forget();
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** The gateway's error as this process would have made it. */
function rebuilt(said: Record<string, unknown>): MitralError {
  return new MitralError(String(said.code), {
    blame: said.blame as Blame,
    retry: said.retry === "later" ? "later" : "never",
    says: String(said.message),
  });
}
