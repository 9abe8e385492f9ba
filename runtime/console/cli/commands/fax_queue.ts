import type { ReviewState, ReviewSummary } from "../../../engine/review/review_api.ts";
import { reviewStates } from "../../../journal/review/operations.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { integerReader, wordReader } from "../values.ts";

interface QueueOptions extends GatewayOptions {
  readonly channel?: string;
  readonly state?: ReviewState;
  readonly limit: number;
  readonly json?: boolean;
}

/** `mitral fax queue` */
export const addQueue: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("queue"))
    .description("documents that wait for people, the oldest first")
    .option("--channel <name>", "only of this channel")
    .option(
      "--state <state>",
      "waiting (the default), approved or rejected",
      wordReader("--state", reviewStates),
    )
    .option("--limit <n>", "at most so many", integerReader("--limit", 1, 1000), 50)
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("mitral fax queue --channel faxes"))
    .action(session.act(async ({ channel, state, limit, ...options }: QueueOptions) => {
      const found = await ask(session, options, "fax.queue", {
        limit,
        ...(channel === undefined ? {} : { channel }),
        ...(state === undefined ? {} : { state }),
      });
      if (options.json) session.printJson(found);
      else session.terminal.out(table(HEADINGS, found.map(row), session.paint));
      return exitCodes.ok;
    }));
};

const HEADINGS = [
  "id",
  "received",
  "channel",
  "kind",
  "template",
  ">pages",
  ">doubts",
  ">approvals",
  "state",
];

function row(document: ReviewSummary): Cell[] {
  const { id, receivedAtMs, channel, kind, template, pages, doubts, state, disposition } = document;
  const said = disposition === undefined ? state : `${state}: ${disposition}`;
  return [
    id,
    timeText(receivedAtMs),
    channel,
    kind,
    template,
    pages,
    doubts,
    `${document.approvals} of ${document.approvalsNeeded}`,
    { text: said, tone: state === "waiting" ? "warn" : state === "approved" ? "good" : "faint" },
  ];
}
