import type { MessageRecord } from "../../../journal/records.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, timeText } from "../figures.ts";
import { addFilters, type FilterOptions, queryOf } from "../message_filters.ts";
import { countedText } from "../runs.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { integerReader } from "../values.ts";

interface ListOptions extends GatewayOptions, FilterOptions {
  readonly limit: number;
  readonly before?: string;
  readonly json?: boolean;
}

/** `mitral messages list` */
export const addList: AddCommand = (parent, session) => {
  addFilters(addGatewayOptions(parent.command("list")), session.outside.world.clock.nowMs)
    .description("messages that match every filter given, newest first")
    .option("--limit <n>", "at most so many", integerReader("--limit", 1, 1000), 50)
    .option("--before <id>", "older than this message: the next page")
    .option("--json", "print the records as JSON")
    .addHelpText(
      "after",
      examples("mitral messages list --state quarantined --since 2h", "mitral messages list --patient 4711"),
    )
    .action(session.act(async (options: ListOptions) => {
      const { limit, before } = options;
      const records = await ask(session, options, "messages.list", { ...queryOf(options), limit, before });
      printRecords(session, records, options);
      if (!options.json && records.length === limit) {
        session.note(`more may follow: --before ${records[limit - 1].id}`);
      }
      return exitCodes.ok;
    }));
};

/** `mitral messages search` */
export const addSearch: AddCommand = (parent, session) => {
  addFilters(addGatewayOptions(parent.command("search <word>")), session.outside.world.clock.nowMs)
    .description(
      "messages with this control id, of this patient, or with this value in any field, newest first",
    )
    .option("--limit <n>", "at most so many", integerReader("--limit", 1, 1000), 50)
    .option("--json", "print the records as JSON")
    .addHelpText("after", examples("mitral messages search 4711 --since 7d"))
    .action(session.act(async (word: string, options: ListOptions) => {
      const query = { ...queryOf(options), limit: options.limit };
      const records = await ask(session, options, "messages.search", { word, query });
      printRecords(session, records, options);
      return records.length > 0 ? exitCodes.ok : exitCodes.no;
    }));
};

function printRecords(
  session: Session,
  records: readonly MessageRecord[],
  { json }: { readonly json?: boolean },
): void {
  if (json) session.printJson(records);
  else session.terminal.out(table(headings, records.map(row), session.paint));
}

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
