import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface ReplayOptions extends GatewayOptions, ReasonOption {
  readonly to?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `mitral messages replay` */
export const addReplay: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("replay <id>")), "wanted")
    .description("send the stored payload of a message again, to the destinations where it failed")
    .option("--to <destination>", "to this destination, whatever became of it there")
    .option("--force", "even where a newer message of the same patient was delivered since")
    .option("--json", "print the destinations as JSON")
    .addHelpText("after", examples("mitral messages replay 0192f0c1 --to registry"))
    .action(session.act(async (id: string, options: ReplayOptions) => {
      const { to: destination, force } = options;
      const { destinations } = await ask(session, options, "messages.replay", {
        id,
        destination,
        force,
        reason: options.reason,
      });
      if (options.json) session.printJson({ destinations });
      else if (destinations.length > 0) session.print(`queued again for ${destinations.join(", ")}`);
      else session.print("queued again from the beginning of its channel");
      return exitCodes.ok;
    }));
};
