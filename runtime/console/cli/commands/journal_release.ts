import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

/** `mitral journal release` */
export const addJournalRelease: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("release")), "wanted")
    .description("let destinations send again that are held since a restore")
    .option("--force", "also where accounts have not been compared with every partner since the restore")
    .addHelpText("after", examples("mitral journal release --reason 'partners have been asked'"))
    .action(session.act(async (options: GatewayOptions & ReasonOption & { readonly force?: boolean }) => {
      await ask(session, options, "journal.release", {
        reason: options.reason,
        force: options.force ?? false,
      });
      session.print("every destination may send");
      return exitCodes.ok;
    }));
};
