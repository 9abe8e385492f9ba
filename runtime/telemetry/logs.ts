import {
  configureSync,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  type LogLevel,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import type { GatewayEvent } from "../engine/events.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import { entryOf, levelOf, type LogEntry } from "./_log_entry.ts";
import { Troubles } from "./_troubles.ts";

/** How logs are written. */
export interface LogOptions {
  /** Takes one line, its line end included. */
  write(line: string): void;
  /** `json`: one object a line, for machines. `text`: for a person; with `colours`, on a terminal. */
  readonly as: "json" | "text";
  readonly colours?: boolean;
  /** The least that is written; `info` where left out. Single messages are at `debug`. */
  readonly level?: LogLevel;
}

/**
 * Has everything logged under the category `mitral` written. Sets up LogTape for the whole process: for the command
 * line. A service that embeds a gateway sets LogTape up its own way and only calls {@linkcode logEvents}.
 */
export function writeLogs({ write, as, colours = false, level = "info" }: LogOptions): void {
  const format = formatter(as, colours);
  configureSync({
    reset: true,
    sinks: { lines: (record) => write(format(record)) },
    loggers: [
      { category: "mitral", sinks: ["lines"], lowestLevel: level },
      // LogTape's own trouble, such as a sink that throws.
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "warning" },
    ],
  });
}

/**
 * Logs what a gateway reports: a fixed message for each kind of event, with codes, ids, names and numbers as
 * properties. Never message content, and never an error's cause. A row of failures at one place is one warning for
 * each code, and one all-clear.
 *
 * @returns what ends it
 */
export function logEvents(
  gateway: Pick<RunningGateway, "observe">,
  logger: Logger = getLogger("mitral"),
): () => void {
  const troubles = new Troubles();
  return gateway.observe((event) => {
    if (troubles.ends(event)) emit(logger, event, allClear(event));
    const level = troubles.begins(event) ? "warning" : levelOf(event);
    if (logger.isEnabledFor(level)) emit(logger, event, entryOf(event, level));
  });
}

function allClear(event: GatewayEvent): LogEntry {
  return { ...entryOf(event, "info"), says: "trouble over" };
}

/** Emits with the event's own time, which is the injected clock's. */
function emit(logger: Logger, { name, atMs }: GatewayEvent, { level, says, properties }: LogEntry): void {
  logger.emit({
    level,
    timestamp: atMs,
    message: [says],
    rawMessage: says,
    properties: { name, ...properties },
  });
}

function formatter(as: LogOptions["as"], colours: boolean): TextFormatter {
  if (as === "json") return getJsonLinesFormatter();
  const options = {
    timestamp: "time",
    level: "FULL",
    format: ({ timestamp, level, message, record }: {
      timestamp: string | null;
      level: string;
      message: string;
      record: LogRecord;
    }) => `${timestamp} ${level} ${message}${shown(record.properties)}`,
  } as const;
  return colours ? getAnsiColorFormatter(options) : getTextFormatter(options);
}

/** Properties as `name=value`, quoted where they could be taken for something else. */
function shown(properties: Readonly<Record<string, unknown>>): string {
  let line = "";
  for (const [name, value] of Object.entries(properties)) {
    if (name === "name") continue;
    if (typeof value === "object" && value !== null) line += shown(value as Record<string, unknown>);
    else line += ` ${name}=${/^[\w.:/^@+-]+$/.test(String(value)) ? value : JSON.stringify(value)}`;
  }
  return line;
}
