import { MitralError } from "../contract/error.ts";
import { errors } from "./cli/errors.ts";
import { type ExitCode, exitCodes } from "./cli/exit_codes.ts";
import { addCommands } from "./cli/program.ts";
import { Session } from "./cli/session.ts";
import type { Outside } from "./outside.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The command line. Does what the terminal's arguments say and resolves with the exit code; never rejects. The codes
 * are listed in `cli/exit_codes.ts`.
 */
export async function main(terminal: Terminal, outside: Outside): Promise<ExitCode> {
  const { Command, CommanderError } = await import("commander");
  const session = new Session(terminal, outside);
  try {
    const program = addCommands(new Command("mitral"), session);
    await program.parseAsync([...terminal.args], { from: "user" });
    return session.exitCode;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) return report(session, cause);
    // Help that was asked for is no error; help that shows for want of a command is.
    if (cause.exitCode === 0) return exitCodes.ok;
    if (cause.code === "commander.help") return exitCodes.usage;
    const reason = cause.message.replace(/^error: /, "").replace(/\s+/g, " ");
    return report(session, errors.error("CONSOLE_USAGE_WRONG", { reason }));
  }
}

function report(session: Session, cause: unknown): ExitCode {
  const { args } = session.terminal;
  const exitCode = session.noteError(cause, args.find((arg) => !arg.startsWith("-")) ?? "mitral");
  // Only here, where the person asked for it, is the text of a cause shown: it may quote a message.
  if (args.includes("--debug")) session.note(traceOf(cause));
  return exitCode;
}

function traceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const trace = cause.stack ?? String(cause);
  return cause instanceof MitralError && cause.cause !== undefined
    ? `${trace}\ncaused by ${traceOf(cause.cause)}`
    : trace;
}
