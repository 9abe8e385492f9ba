import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface CancelOptions extends GatewayOptions, ReasonOption {
  readonly json?: boolean;
}

/** `mitral messages cancel` */
export const addCancel: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("cancel <id> [destination]")), "needed")
    .description("end a message that is queued or in quarantine for good: it is not sent, there or anywhere")
    .option("--json", "print the destinations as JSON")
    .addHelpText("after", examples("mitral messages cancel 0192f0c1 ehr --reason 'sent by mistake'"))
    .action(session.act(async (id: string, destination: string | undefined, options: CancelOptions) => {
      const params = { id, destination, reason: options.reason };
      const { destinations } = await ask(session, options, "messages.cancel", params);
      if (options.json) session.printJson({ destinations });
      else if (destinations.length > 0) session.print(`cancelled for ${destinations.join(", ")}`);
      else session.print("cancelled");
      return exitCodes.ok;
    }));
};
