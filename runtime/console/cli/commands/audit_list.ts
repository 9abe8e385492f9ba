import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { addEntryFilters, addEpoch } from "../audit/entry_filters.ts";
import { entryRow, headings } from "../audit/entry_text.ts";
import { exitCodes } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { table } from "../table.ts";
import { integerReader } from "../values.ts";
import type { EntryQuery, ListedEntries } from "../../control/audit.ts";
import { errors } from "../errors.ts";

interface ListOptions extends GatewayOptions, Omit<EntryQuery, "sinceMs" | "untilMs" | "from"> {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** How often a ledger is looked at that is followed. */
const FOLLOW_MS = 1_000;

/** `mitral audit list` */
export const addAuditList: AddCommand = (parent, session) => {
  const { nowMs } = session.outside.world.clock;
  const command = addGatewayOptions(parent.command("list"))
    .description(
      "entries of the ledger that match every filter given, newest first; never what a message says",
    )
    .option("--channel <name>", "about this channel, or messages of it")
    .option("--destination <name>", "about this destination")
    .option("--message <id>", "about this message; the start of its id is enough");
  addEntryFilters(command, nowMs);
  addEpoch(command)
    .option("--limit <n>", "at most so many", integerReader("--limit", 1, 10_000), 50)
    .option(
      "--before <n>",
      "older than the entry of this number: the next page",
      integerReader("--before", 1),
    )
    .option("--follow", "then those that come, until SIGINT")
    .option("--json", "print a line of JSON for each")
    .addHelpText(
      "after",
      examples("mitral audit list --since 1d --person ann", "mitral audit list --message 0192f0c1 --json"),
    )
    .action(session.act(async (options: ListOptions) => {
      if (options.follow && (options.before !== undefined || options.epoch !== undefined)) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "--follow goes with neither --before nor --epoch" });
      }
      const query = queryOf(options);
      const { entries, next, size } = await ask(session, options, "audit.list", query);
      print(session, options, options.follow ? entries.toReversed() : entries);
      if (options.follow) await follow(session, options, size);
      else if (next !== null && !options.json) session.note(`more may follow: --before ${next}`);
      return exitCodes.ok;
    }));
};

/** Prints what comes behind the first `from` entries. */
async function follow(session: Session, options: ListOptions, from: number): Promise<void> {
  using interrupts = listenForInterrupts(session.terminal);
  const { clock } = session.outside.world;
  session.note("following until SIGINT");
  while (!interrupts.signal.aborted) {
    await clock.sleep(FOLLOW_MS, interrupts.signal).catch(() => {});
    if (interrupts.signal.aborted) return;
    for (let next: number | null = from; next !== null;) {
      const page: ListedEntries = await ask(session, options, "audit.list", {
        ...queryOf(options),
        from: next,
      });
      if (page.entries.length > 0) print(session, options, page.entries);
      from = Math.max(from, page.size);
      next = page.next;
    }
  }
}

function queryOf(options: ListOptions): EntryQuery {
  const { epoch, channel, destination, message, person, kind, since, until, limit, before } = options;
  return {
    epoch,
    channel,
    destination,
    message,
    person,
    kind,
    sinceMs: since,
    untilMs: until,
    limit,
    before,
  };
}

function print(
  session: Session,
  { json }: ListOptions,
  entries: ListedEntries["entries"],
): void {
  if (json) { for (const entry of entries) session.printJson(entry); }
  else session.terminal.out(table(headings, entries.map(entryRow), session.paint));
}
