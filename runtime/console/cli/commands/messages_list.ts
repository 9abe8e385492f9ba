import type { DeliveryState, MessageRecord, MessageState } from "../../../journal/records.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, timeText } from "../figures.ts";
import { countedText } from "../runs.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { integerReader, timeReader, wordReader } from "../values.ts";

const states = [
  "received",
  "processed",
  "filtered",
  "quarantined",
  "gathering",
  "queued",
  "delivered",
  "cancelled",
] as const;

interface ListOptions extends GatewayOptions {
  readonly channel?: string;
  readonly state?: MessageState | DeliveryState;
  readonly type?: string;
  readonly controlId?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  readonly before?: string;
  readonly json?: boolean;
}

/** `mitral messages list` */
export const addList: AddCommand = (parent, session) => {
  const { nowMs } = session.outside.world.clock;
  addGatewayOptions(parent.command("list"))
    .description("messages that match every filter given, newest first")
    .option("--channel <name>", "of this channel")
    .option(
      "--state <state>",
      `a message's or a delivery's state: ${states.join(", ")}`,
      wordReader("--state", states),
    )
    .option("--type <type>", "of this type, such as ORU^R01")
    .option("--control-id <id>", "with this control id of the sender (HL7 MSH-10)")
    .option(
      "--since <time>",
      "received at or after: 2026-01-31T08:00Z, or 15m, 2h, 3d ago",
      timeReader("--since", nowMs),
    )
    .option("--until <time>", "received before", timeReader("--until", nowMs))
    .option("--limit <n>", "at most so many", integerReader("--limit", 1, 1000), 50)
    .option("--before <id>", "older than this message: the next page")
    .option("--json", "print the records as JSON")
    .addHelpText("after", examples("mitral messages list --state quarantined --since 2h"))
    .action(session.act(async (options: ListOptions) => {
      const { channel, state, type, controlId, since, until, limit, before } = options;
      const query = { channel, state, type, controlId, sinceMs: since, untilMs: until, limit, before };
      const records = await ask(session, options, "messages.list", query);
      if (options.json) session.printJson(records);
      else session.terminal.out(table(headings, records.map(row), session.paint));
      if (!options.json && records.length === limit) {
        session.note(`more may follow: --before ${records[limit - 1].id}`);
      }
      return exitCodes.ok;
    }));
};

const headings = ["id", "received", "channel", "type", "control id", ">size", "state", "destinations"];

function row(record: MessageRecord): Cell[] {
  const troubled = [record.state, ...record.deliveries.map(({ state }) => state)].includes("quarantined");
  const destinations = countedText(
    record.deliveries.map(({ destination, state }) => `${destination}: ${state}`),
  );
  return [
    record.id,
    timeText(record.receivedAtMs),
    record.channel,
    record.type,
    record.controlId,
    bytesText(record.bytes),
    { text: record.state, tone: record.state === "quarantined" ? "bad" : "good" },
    troubled ? { text: destinations, tone: "bad" } : destinations,
  ];
}
