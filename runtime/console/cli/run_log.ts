import { getLogger, type Logger, type LogLevel } from "@logtape/logtape";
import type { MitralError } from "../../contract/error.ts";
import type { Clock } from "../../contract/world.ts";
import type { GatewayEvent } from "../../engine/events.ts";
import { logEvents, writeLogs } from "../../telemetry/logs.ts";
import type { ControlRequest } from "../control/server.ts";
import type { Terminal } from "../terminal.ts";
import { errors } from "./errors.ts";
import { kindOf } from "./explain.ts";

/** How a running gateway logs, as the command line was told. */
export interface RunLogOptions {
  /** Left out: text for a person, JSON lines for a machine. */
  readonly as?: "json" | "text";
  readonly level: LogLevel;
}

/** What `mitral run` logs: the gateway's events, who asked what of it, and its own coming and going. */
export class RunLog {
  readonly #logger: Logger = getLogger("mitral");
  readonly #clock: Clock;
  #observer: (event: GatewayEvent) => void = () => {};

  /** Sets up logging for the whole process, to standard error. */
  constructor(terminal: Terminal, clock: Clock, { as, level }: RunLogOptions) {
    this.#clock = clock;
    writeLogs({
      write: terminal.err,
      as: as ?? (terminal.isTerminal ? "text" : "json"),
      colours: terminal.colour,
      level,
    });
    // The gateway takes its observer before it is open, so that nothing it reports while it opens is lost.
    logEvents({
      observe: (listener) => {
        this.#observer = listener;
        return () => {};
      },
    });
  }

  /** Logs an event of the gateway. */
  readonly observer = (event: GatewayEvent): void => this.#observer(event);

  /** Logs who asked what. A mere look, which a monitoring script repeats all day, only at `debug`. */
  readonly answered = (request: ControlRequest): void => {
    const isLook = request.outcome === "ok" && !request.content &&
      ["status", "messages.list", "messages.show", "events.follow"].includes(request.method);
    this.#emit(isLook ? "debug" : "info", "control request answered", {
      name: "controlAnswered",
      ...request,
    });
  };

  /** Logs an error that nothing caught, as of a custom actor that forgot an `await`. Its text may quote a message. */
  readonly strayed = (cause: unknown): void => {
    const { code, blame, message } = errors.error("CONSOLE_ERROR_STRAYED", { kind: kindOf(cause) }, cause);
    this.#emit("error", "error strayed", { name: "errorStrayed", code, blame, error: message });
  };

  /** Logs that the review page could not answer. The error's cause may quote a document, and is left out. */
  readonly pageFailed = ({ code, blame, message }: MitralError): void => {
    this.#emit("error", "review page failed", { name: "pageFailed", code, blame, error: message });
  };

  /** Logs that a signal asked the gateway to stop. */
  stopping(gateway: string): void {
    const says = "gateway stopping: what is under way is finished first, a second signal stops at once";
    this.#emit("info", says, { name: "gatewayStopping", gateway });
  }

  #emit(level: LogLevel, says: string, properties: Record<string, unknown>): void {
    if (!this.#logger.isEnabledFor(level)) return;
    this.#logger.emit({
      level,
      timestamp: this.#clock.nowMs(),
      message: [says],
      rawMessage: says,
      properties,
    });
  }
}
