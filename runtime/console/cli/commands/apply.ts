import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { type AddCommand, examples } from "../session.ts";
import { tell } from "./plan.ts";

interface ApplyOptions extends GatewayOptions {
  readonly rollback?: boolean;
  readonly channelsOnly?: boolean;
  readonly json?: boolean;
}

/** `mitral apply` */
export const addApply: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("apply [file]"))
    .description("put a changed gateway file in place, only the channels that differ; all of it or nothing")
    .option("--rollback", "put the file before the last that was applied back, instead of a file")
    .option("--channels-only", "leave what needs a restart of the gateway for its next start")
    .option("--json", "print the changes as JSON")
    .addHelpText(
      "after",
      examples("mitral apply gateway.yaml", "mitral apply --rollback --file gateway.yaml"),
    )
    .action(session.act(async (file: string | undefined, options: ApplyOptions) => {
      const { rollback, channelsOnly = false } = options;
      if (rollback && file === undefined) {
        const planned = await ask(session, options, "rollback", { channelsOnly });
        return tell(planned, undefined, options, session, "rolled back");
      }
      if (rollback || file === undefined) {
        return errors.fail("CONSOLE_USAGE_WRONG", { reason: "name a gateway file, or say --rollback" });
      }
      const params = { file: session.path(file), channelsOnly };
      return tell(
        await ask(session, { file, ...options }, "apply", params),
        file,
        options,
        session,
        "applied",
      );
    }));
};
