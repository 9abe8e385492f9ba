import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface FlushOptions extends GatewayOptions, ReasonOption {
  readonly json?: boolean;
}

/** `mitral channel flush` */
export const addFlush: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("flush <name> [destination]")), "wanted")
    .description("send what has gathered for a destination that collects, or for all of them, now")
    .option("--json", "print what was sent as JSON")
    .addHelpText(
      "after",
      examples("mitral channel flush billing", "mitral channel flush billing clearing-house"),
    )
    .action(session.act(async (name: string, destination: string | undefined, options: FlushOptions) => {
      const flushed = await ask(session, options, "channel.flush", {
        name,
        destination,
        reason: options.reason,
      });
      if (options.json) session.printJson(flushed);
      else {
        for (const { destination, messages } of flushed) {
          session.print(
            messages === 0
              ? `nothing had gathered for ${destination}`
              : `queued ${plural(messages, "message")} as a batch for ${destination}`,
          );
        }
      }
      return exitCodes.ok;
    }));
};
