import type { Command } from "commander";
import type { DeliveryState, MessageQuery, MessageState } from "../../journal/records.ts";
import { fieldReader, timeReader, wordReader } from "./values.ts";

const states = [
  "received",
  "processed",
  "filtered",
  "quarantined",
  "gathering",
  "queued",
  "delivered",
  "cancelled",
  "reviewing",
] as const;

/** Which messages a person means. */
export interface FilterOptions {
  readonly channel?: string;
  readonly state?: MessageState | DeliveryState;
  readonly type?: string;
  readonly controlId?: string;
  readonly patient?: string;
  readonly field?: Readonly<Record<string, string>>;
  readonly since?: number;
  readonly until?: number;
}

/** Adds the options that say which messages are meant: those that match every one given. */
export function addFilters(command: Command, nowMs: () => number): Command {
  return command
    .option("--channel <name>", "of this channel")
    .option(
      "--state <state>",
      `a message's or a delivery's state: ${states.join(", ")}`,
      wordReader("--state", states),
    )
    .option("--type <type>", "of this type, such as ORU^R01")
    .option("--control-id <id>", "with this control id of the sender (HL7 MSH-10)")
    .option("--patient <id>", "of this patient (HL7 PID-3.1)")
    .option(
      "--field <name=value>",
      "with this value in a field its channel has under search; may be repeated",
      fieldReader("--field"),
    )
    .option(
      "--since <time>",
      "received at or after: 2026-01-31T08:00Z, or 15m, 2h, 3d ago",
      timeReader("--since", nowMs),
    )
    .option("--until <time>", "received before", timeReader("--until", nowMs));
}

/** The query that options stand for. */
export function queryOf(options: FilterOptions): MessageQuery {
  const { channel, state, type, controlId, patient, field, since, until } = options;
  const fields = { ...field, ...(patient === undefined ? {} : { patient }) };
  return {
    channel,
    state,
    type,
    controlId,
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    sinceMs: since,
    untilMs: until,
  };
}

/** True where nothing says which messages are meant. */
export function meansAll(options: FilterOptions): boolean {
  return Object.values(queryOf(options)).every((word) => word === undefined);
}
