import type { Command } from "commander";
import { ask } from "../ask.ts";
import { changesText } from "../deploy/changes_text.ts";
import { exitCodes } from "../exit_codes.ts";
import { namedAs, problemLines, problemsCode } from "../gateway_file.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import type { Planned } from "../../control/protocol.ts";

interface PlanOptions {
  readonly data?: string;
  readonly json?: boolean;
}

/** `mitral plan` */
export const addPlan: AddCommand = (parent, session) => {
  addDataOption(parent.command("plan <file>"))
    .description("what a changed gateway file would do to the running gateway; nothing is done")
    .option("--json", "print the changes as JSON")
    .addHelpText("after", examples("mitral plan gateway.yaml"))
    .action(session.act(async (file: string, options: PlanOptions) => {
      const planned = await ask(session, { file, ...options }, "plan", { file: session.path(file) });
      return tell(planned, file, options, session);
    }));
};

/** The data folder is mostly the one that the file names. */
export function addDataOption(command: Command): Command {
  return command.option("--data <dir>", "data folder of the running gateway (default: the file's)");
}

/** Prints what a file changes, or what is wrong with it; `done` where that has happened. */
export function tell(
  { problems, changes }: Planned,
  file: string | undefined,
  { json }: PlanOptions,
  session: Session,
  done?: string,
) {
  const named = file === undefined ? problems : namedAs(file, session.path(file), problems);
  if (json) session.printJson({ problems: named, changes });
  else if (changes) {
    session.terminal.out(changesText(changes, session.paint));
    if (done !== undefined) session.print(session.paint.good(done));
  } else session.note(problemLines(named, session));
  return changes ? exitCodes.ok : problemsCode(named);
}
