import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface ReleaseOptions extends GatewayOptions, ReasonOption {
  readonly to?: string;
  readonly json?: boolean;
}

/** `mitral messages release` */
export const addRelease: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("release <id>")), "wanted")
    .description("let later messages of the same patient go on, without sending this one again")
    .option("--to <destination>", "at this destination only")
    .option("--json", "print the destinations as JSON")
    .addHelpText("after", examples("mitral messages release 0192f0c1"))
    .action(session.act(async (id: string, options: ReleaseOptions) => {
      const { to: destination } = options;
      const { destinations } = await ask(session, options, "messages.release", {
        id,
        destination,
        reason: options.reason,
      });
      if (options.json) session.printJson({ destinations });
      else if (destinations.length > 0) session.print(`released at ${destinations.join(", ")}`);
      else session.print("nothing waited for it");
      return exitCodes.ok;
    }));
};
