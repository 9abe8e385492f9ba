import { type FeedComparison, isDispute } from "../../../engine/accounts/compare.ts";
import { count, rangesText } from "../../../engine/accounts/ranges.ts";
import { disputeText, type Reckoned } from "../../../engine/accounts/reckoning.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { table } from "../table.ts";

interface AccountOptions extends GatewayOptions {
  readonly now?: boolean;
  readonly day?: string;
  readonly json?: boolean;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `mitral partner account` */
export const addPartnerAccount: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("account <name>"))
    .description(
      "what both gateways say was exchanged, as compared last: who has receipts for what, which numbers are missing",
    )
    .option("--now", "tell the partner's gateway our account now, and ask for its own")
    .option("--day <date>", "both accounts of a day, 2026-01-31, as JSON, with what the partner signed")
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      examples("mitral partner account registry --now", "mitral partner account registry --day 2026-01-31"),
    )
    .action(session.act(async (name: string, options: AccountOptions) => {
      const { now = false, day } = options;
      if (day !== undefined && !DAY.test(day)) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "--day is a date such as 2026-01-31" });
      }
      const asked = { name, now, ...(day === undefined ? {} : { day }) };
      const { isAnswered, reckoned, evidence } = await ask(session, options, "partner.account", asked);
      if (day !== undefined) return showDay(evidence, day, session);
      if (!isAnswered) {
        session.note(`${plain(name)} was asked and has not answered yet: what was compared before follows`);
      }
      if (options.json) session.printJson(reckoned);
      else session.print(reckoned ? accountText(name, reckoned, session) : "nothing has been compared yet");
      return !isAnswered || reckoned?.feeds.some(isDispute) ? exitCodes.no : exitCodes.ok;
    }));
};

function showDay(evidence: string | null, day: string, session: Session): ExitCode {
  if (evidence === null) {
    session.print(`no accounts were compared on ${day}`);
    return exitCodes.no;
  }
  session.print(evidence);
  return exitCodes.ok;
}

function accountText(name: string, { atMs, epoch, feeds }: Reckoned, { paint }: Session): string {
  const head = `${paint.bold(plain(name))} compared ${timeText(atMs)}, in our epoch ${epoch}`;
  if (feeds.length === 0) return `${head}\nnothing was exchanged`;
  const rows = feeds.map((each) => [
    each.way,
    each.feed,
    each.epoch,
    each.agreedUpTo,
    count(each.unreceipted),
    gapsOf(each),
    isDispute(each)
      ? { text: disputeText(each), tone: "bad" as const }
      : { text: "agreed", tone: "good" as const },
  ]);
  const headings = ["way", "feed", ">epoch", ">agreed up to", ">under way", "gaps", "result"];
  return `${head}\n${table(headings, rows, paint)}`.trimEnd();
}

function gapsOf({ gaps }: FeedComparison): string {
  return gaps.length === 0 ? "none" : rangesText(gaps, 3);
}
