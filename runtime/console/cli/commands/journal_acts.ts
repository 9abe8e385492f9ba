import type { ActRecord } from "../../../journal/acts.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { integerReader, timeReader } from "../values.ts";

interface ActsOptions extends GatewayOptions {
  readonly channel?: string;
  readonly destination?: string;
  readonly person?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  readonly before?: number;
  readonly json?: boolean;
}

/** `mitral journal acts` */
export const addActs: AddCommand = (parent, session) => {
  const { nowMs } = session.outside.world.clock;
  addGatewayOptions(parent.command("acts"))
    .description("what people did to messages and queues, and why, newest first")
    .option("--channel <name>", "to this channel, or to messages of it")
    .option("--destination <name>", "to this destination of the channel")
    .option("--person <name>", "by this person")
    .option(
      "--since <time>",
      "at or after: 2026-01-31T08:00Z, or 15m, 2h, 3d ago",
      timeReader("--since", nowMs),
    )
    .option("--until <time>", "before", timeReader("--until", nowMs))
    .option("--limit <n>", "at most so many", integerReader("--limit", 1, 1000), 50)
    .option(
      "--before <n>",
      "older than the act of this number: the next page",
      integerReader("--before", 1, Number.MAX_SAFE_INTEGER),
    )
    .option("--json", "print the acts as JSON")
    .addHelpText("after", examples("mitral journal acts --since 7d --person ann"))
    .action(session.act(async (options: ActsOptions) => {
      const { channel, destination, person, since, until, limit, before } = options;
      const query = { channel, destination, person, sinceMs: since, untilMs: until, limit, before };
      const acts = await ask(session, options, "journal.acts", query);
      if (options.json) session.printJson(acts);
      else session.terminal.out(table(headings, acts.map(row), session.paint));
      if (!options.json && acts.length === limit) {
        session.note(`more may follow: --before ${acts[limit - 1].id}`);
      }
      return exitCodes.ok;
    }));
};

const headings = ["time", "person", "act", "subject", "reason"];

function row({ atMs, person, act, channel, destination, message, reason = "" }: ActRecord): Cell[] {
  const place = [channel, destination].filter((name) => name !== undefined).join("/");
  const subject = [place, message].filter((name) => name !== undefined && name !== "").join(" ");
  return [timeText(atMs), person, act, subject || "gateway", reason];
}
