import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { actIn, addPartnerOptions, type PartnerOptions } from "../partners/acting.ts";
import { type AddCommand, examples } from "../session.ts";

interface ConfirmOptions extends PartnerOptions {
  readonly words?: string;
}

/** `mitral partner confirm` */
export const addPartnerConfirm: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("confirm <name>"), "name and state")
    .description("make a partner count, once its people have read out the eight words")
    .option("--words <words>", "the words that were heard; asked for where left out")
    .addHelpText(
      "after",
      "\nType what you hear, not what your own screen shows: nothing else proves that nobody stands between you.\n" +
        examples("mitral partner confirm registry"),
    )
    .action(session.act(async (name: string, options: ConfirmOptions) => {
      const { confirm } = await import("../../../trust/onboarding.ts");
      const act = await actIn(options, session);
      // Nobody is called for a partner that cannot be confirmed.
      const { state } = await act.folder.get(name);
      const heard = options.words ??
        (state === "unconfirmed" ? session.terminal.ask?.(`the eight words that ${name} reads out:`) : "") ??
        errors.fail("CONSOLE_WORDS_MISSING", { partner: name });
      const { confirmed, held } = await confirm(name, heard, act);
      if (options.json) {
        session.printJson({ partner: name, gateway: held?.partner.gateway, state: "active", confirmed });
      } else {
        session.print(
          `${session.paint.good(name)} is a partner; a gateway that runs sees it within ten seconds`,
        );
      }
      return exitCodes.ok;
    }));
};
