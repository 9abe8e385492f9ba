import type { LogLevel } from "@logtape/logtape";
import { exitCodes } from "../exit_codes.ts";
import {
  addEnvOption,
  type EnvOptions,
  problemLines,
  problemsCode,
  readGatewayFile,
} from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { serve } from "../serve.ts";
import { type AddCommand, examples } from "../session.ts";
import { wordReader } from "../values.ts";

const forms = ["json", "text"] as const;
const levels = ["debug", "info", "warning", "error"] as const satisfies readonly LogLevel[];

interface RunOptions extends EnvOptions {
  readonly watch?: boolean;
  readonly log?: typeof forms[number];
  readonly logLevel: typeof levels[number];
}

/** `mitral run` */
export const addRun: AddCommand = (parent, session) => {
  addEnvOption(parent.command("run <file>"))
    .description(
      "run the gateway of a gateway file until SIGINT or SIGTERM; a second signal stops it at once",
    )
    .option(
      "--log <form>",
      `${forms.join(" or ")} (default: text on a terminal, json elsewhere)`,
      wordReader("--log", forms),
    )
    .option(
      "--log-level <level>",
      `least that is logged: ${levels.join(", ")}`,
      wordReader("--log-level", levels),
      "info",
    )
    .option("--watch", "apply the file whenever it, or a file it names, has changed: to work on a channel")
    .addHelpText(
      "after",
      examples("mitral run gateway.yaml", "mitral run gateway.yaml --env test.env --watch"),
    )
    .action(session.act(async (file: string, options: RunOptions) => {
      // From the start, so that a signal never finds a gateway half open.
      using interrupts = listenForInterrupts(session.terminal);
      const { plan, settings, texts, paths, problems } = await readGatewayFile(file, session, options);
      if (!plan || !settings) {
        session.note(problemLines(problems, session));
        return problemsCode(problems);
      }
      const { RunLog } = await import("../run_log.ts");
      const { terminal, outside } = session;
      const log = new RunLog(terminal, outside.world.clock, { as: options.log, level: options.logLevel });
      // One forgotten await in a custom actor is no reason to end a gateway, nor to print what it was working on.
      using open = new DisposableStack();
      open.defer(terminal.onStrayError(log.strayed));
      return await Promise.race([
        serve({
          deployed: { plan, settings, texts, paths },
          file,
          log,
          stopped: interrupts.first,
          watch: options.watch ?? false,
        }, session).then(() => exitCodes.ok),
        interrupts.second.then(() => exitCodes.interrupted),
      ]);
    }));
};
