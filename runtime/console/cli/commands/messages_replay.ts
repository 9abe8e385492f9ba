import { addGatewayOptions, ask, askEach, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { addFilters, type FilterOptions, meansAll, queryOf } from "../message_filters.ts";
import { plain } from "../plain.ts";
import { openProgress, type Progress } from "../progress.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface ReplayOptions extends GatewayOptions, FilterOptions, ReasonOption {
  readonly to?: string;
  readonly toAll?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `mitral messages replay` */
export const addReplay: AddCommand = (parent, session) => {
  const command = addReason(addGatewayOptions(parent.command("replay [ids...]")), "wanted");
  addFilters(command, session.outside.world.clock.nowMs)
    .description(
      "send the stored payloads of messages again, to the destinations where they failed; oldest first",
    )
    .option("--to <destination>", "to this destination, whatever became of them there")
    .option("--to-all", "to every destination, whatever became of them there")
    .option("--force", "even where a newer message of the same patient was delivered since")
    .option("--yes", "more than 20 messages at once, which needs a reason, too")
    .option("--json", "print a line of JSON for each message")
    .addHelpText(
      "after",
      examples(
        "mitral messages replay 0192f0c1 --to registry",
        "mitral messages replay --channel lab --state quarantined --since 2h",
      ),
    )
    .action(session.act(async (ids: string[], options: ReplayOptions) => {
      if ((ids.length === 0) === meansAll(options)) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "name messages by their ids, or say which by filters" });
      }
      if (options.to !== undefined && options.toAll) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "--to and --to-all exclude each other" });
      }
      return ids.length === 1
        ? await replayOne(ids[0], options, session)
        : await replayAll(ids, options, session);
    }));
};

async function replayOne(id: string, options: ReplayOptions, session: Session): Promise<ExitCode> {
  const params = { id, ...howOf(options) };
  const { destinations } = await ask(session, options, "messages.replay", params);
  if (options.json) session.printJson({ destinations });
  else if (destinations.length > 0) session.print(`queued again for ${destinations.join(", ")}`);
  else session.print("queued again from the beginning of its channel");
  return exitCodes.ok;
}

async function replayAll(
  ids: readonly string[],
  options: ReplayOptions,
  session: Session,
): Promise<ExitCode> {
  const which = ids.length > 0 ? { ids } : { query: queryOf(options) };
  const params = { ...which, ...howOf(options), confirmed: options.yes ?? false };
  let progress: Progress | undefined;
  let replayed = 0, refused = 0;
  try {
    for await (const line of askEach(session, options, "messages.replayAll", params)) {
      const { id, destinations, error, total } = line;
      progress ??= await openProgress(session.terminal, total, "messages");
      progress.step();
      if (options.json) session.printJson(error ? { id, error } : { id, destinations });
      if (!error) replayed++;
      else {
        refused++;
        progress.makeRoom();
        session.note(`${id} ${session.paint.bad(error.code)} ${plain(error.message)}`);
      }
    }
  } finally {
    progress?.[Symbol.dispose]();
  }
  if (!options.json) session.print(`queued again: ${plural(replayed, "message")}`);
  if (refused > 0) session.note(`not queued: ${plural(refused, "message")}`);
  return refused > 0 || replayed === 0 ? exitCodes.no : exitCodes.ok;
}

function howOf({ to: destination, toAll: everywhere, force, reason }: ReplayOptions) {
  return { destination, everywhere, force, reason };
}
