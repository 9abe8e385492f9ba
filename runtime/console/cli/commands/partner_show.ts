import { exitCodes } from "../exit_codes.ts";
import { actIn, addPartnerOptions, type PartnerOptions } from "../partners/acting.ts";
import { factsOf, factsText } from "../partners/partner_facts.ts";
import { type AddCommand, examples } from "../session.ts";

/** `mitral partner show` */
export const addPartnerShow: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("show <name>"), "the facts")
    .description(
      "what is known of a partner: its gateway, keys and ways, and the words while nobody has confirmed them",
    )
    .addHelpText("after", examples("mitral partner show registry"))
    .action(session.act(async (name: string, options: PartnerOptions) => {
      const { folder } = await actIn(options, session);
      const facts = await factsOf(await folder.get(name));
      if (options.json) session.printJson(facts);
      else session.print(factsText(facts));
      return exitCodes.ok;
    }));
};
