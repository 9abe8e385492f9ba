import { errors } from "./errors.ts";
import type { Session } from "./session.ts";

/**
 * A password that is to be one: asked for twice on the terminal, or, with `isPiped`, the first line of standard input. It is
 * never an argument, which every process of the machine could read. Errors: CONSOLE_PASSWORD_MISSING, CONSOLE_PASSWORD_DIFFERS.
 */
export async function newPassword({ terminal }: Session, isPiped: boolean): Promise<string> {
  if (isPiped) {
    const given = new TextDecoder().decode(await terminal.readStdin?.()).split(/\r?\n/)[0];
    return given === "" ? errors.fail("CONSOLE_PASSWORD_MISSING") : given;
  }
  const first = terminal.askSecret?.("New password (not shown):") ?? errors.fail("CONSOLE_PASSWORD_MISSING");
  if (terminal.askSecret?.("The same again:") !== first) errors.fail("CONSOLE_PASSWORD_DIFFERS");
  return first;
}
