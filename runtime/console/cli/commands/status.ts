import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { Screen } from "../screen.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { statusLine, statusText } from "../status_text.ts";

interface StatusOptions extends GatewayOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** `mitral status` */
export const addStatus: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("status"))
    .description("lines, queues, quarantine, commits and disk of the running gateway, trouble first")
    .option("--watch", "again every second, until SIGINT: in place on a terminal, elsewhere a line each")
    .option("--json", "print the snapshot, with its statistics, as JSON")
    .addHelpText("after", examples("mitral status --file gateway.yaml", "mitral status --watch"))
    .action(session.act(async (options: StatusOptions) => {
      if (options.watch) return await watch(session, options);
      const status = await ask(session, options, "status", {});
      if (options.json) session.printJson(status);
      else session.terminal.out(statusText(status, session.paint));
      return exitCodes.ok;
    }));
};

const EVERY_MS = 1_000;

async function watch(session: Session, options: StatusOptions) {
  const { terminal, paint, outside: { world: { clock } } } = session;
  using interrupts = listenForInterrupts(terminal);
  const screen = new Screen(terminal);
  for (;;) {
    // Whoever presses Ctrl-C does not wait for a gateway that says nothing.
    const status = await Promise.race([ask(session, options, "status", {}), interrupts.first]);
    if (!status) return exitCodes.ok;
    if (options.json) session.printJson(status);
    else if (terminal.isTerminal) screen.draw(statusText(status, paint));
    else session.print(statusLine(status));
    await clock.sleep(EVERY_MS, interrupts.signal).catch(() => {});
    if (interrupts.signal.aborted) return exitCodes.ok;
  }
}
