import type { Command } from "commander";
import { dirname, resolve } from "node:path";
import type { Outside } from "../outside.ts";
import type { Terminal } from "../terminal.ts";
import { toLine } from "../control/protocol.ts";
import { errors } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit_codes.ts";
import { explain, kindOf } from "./explain.ts";
import { type Paint, paintFor } from "./paint.ts";
import { plain } from "./plain.ts";

/** One start of the command line: who asked, from where, and with what it ends. */
export class Session {
  readonly terminal: Terminal;
  readonly outside: Outside;
  readonly paint: Paint;
  #exitCode: ExitCode = exitCodes.ok;

  constructor(terminal: Terminal, outside: Outside) {
    this.terminal = terminal;
    this.outside = outside;
    this.paint = paintFor(terminal);
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  /** One line, or several, on standard output. */
  print(text: string): void {
    this.terminal.out(text + "\n");
  }

  /** An error on standard error: `CODE message`, and what to do about it. Returns the exit code it stands for. */
  noteError(cause: unknown, command: string): ExitCode {
    const { code, message, hint, exitCode } = explain(cause, command);
    this.note(`${this.paint.bad(code)} ${plain(message)}`);
    if (hint !== undefined) this.note(`  hint: ${hint}`);
    return exitCode;
  }

  /** One line, or several, on standard error: what is not the output that was asked for. */
  note(text: string): void {
    this.terminal.err(text + "\n");
  }

  /** A value as one line of JSON; bytes as `{"base64": "…"}`. */
  printJson(value: unknown): void {
    this.print(toLine(value));
  }

  /** A path as typed, made absolute. */
  path(typed: string): string {
    return resolve(this.terminal.cwd, typed);
  }

  /** Reads a file. Errors: CONSOLE_FILE_UNREADABLE. */
  async read(typed: string): Promise<Uint8Array> {
    try {
      return await this.outside.world.disk.read(this.path(typed));
    } catch (cause) {
      return errors.fail("CONSOLE_FILE_UNREADABLE", { path: typed, reason: reasonOf(cause) }, cause);
    }
  }

  /** Makes a folder where there is none. Errors: CONSOLE_FILE_UNWRITABLE. */
  async makeFolder(typed: string, mode = 0o755): Promise<void> {
    try {
      await this.outside.world.disk.makeFolder(this.path(typed), { mode });
    } catch (cause) {
      errors.fail("CONSOLE_FILE_UNWRITABLE", { path: typed, reason: reasonOf(cause) }, cause);
    }
  }

  /** Fails where something is in the way of a file that is to be new. Errors: CONSOLE_FILE_EXISTS. */
  async mustBeFree(typed: string): Promise<void> {
    const found = await this.outside.world.disk.facts(this.path(typed));
    if (found) errors.fail("CONSOLE_FILE_EXISTS", { path: typed });
  }

  /** Writes a file that must not be there yet. Errors: CONSOLE_FILE_EXISTS, CONSOLE_FILE_UNWRITABLE. */
  async writeNew(typed: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
    await this.makeFolder(dirname(typed));
    try {
      await this.outside.world.disk.writeAtomic(this.path(typed), bytes, { mode, mustBeNew: true });
    } catch (cause) {
      if ((cause as { code?: unknown })?.code === "EEXIST") {
        errors.fail("CONSOLE_FILE_EXISTS", { path: typed }, cause);
      }
      errors.fail("CONSOLE_FILE_UNWRITABLE", { path: typed, reason: reasonOf(cause) }, cause);
    }
  }

  /** Adds bytes at the end of a file. Errors: CONSOLE_FILE_UNWRITABLE. */
  async append(typed: string, bytes: Uint8Array, mode: number): Promise<void> {
    try {
      await this.outside.world.disk.append(this.path(typed), bytes, { mode });
    } catch (cause) {
      errors.fail("CONSOLE_FILE_UNWRITABLE", { path: typed, reason: reasonOf(cause) }, cause);
    }
  }

  /** Turns a command's action, which returns its exit code, into one for the parser. */
  act<A extends unknown[]>(action: (...args: A) => Promise<ExitCode>): (...args: A) => Promise<void> {
    return async (...args) => {
      this.#exitCode = await action(...args);
    };
  }
}

/** A command: adds itself, its options and its help to `parent`. */
export type AddCommand = (parent: Command, session: Session) => void;

/** The lines under a command's help that show it in use. */
export function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** Why the system gives no file, in words where it has some. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is none",
  EACCES: "this user may not",
  EISDIR: "it is a folder",
  ENOTDIR: "a file is where a folder must be",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
};

function reasonOf(cause: unknown): string {
  return REASONS[String((cause as { code?: unknown } | null)?.code)] ?? kindOf(cause);
}
