import { exitCodes } from "../exit_codes.ts";
import { actIn, addPartnerOptions, type PartnerOptions } from "../partners/acting.ts";
import { type AddCommand, examples } from "../session.ts";

const SOON = "a gateway that runs sees it within ten seconds";

/** `mitral partner suspend` */
export const addPartnerSuspend: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("suspend <name>"), "name and state")
    .description("refuse a partner both ways for now: connections are cut, and messages for it wait")
    .addHelpText("after", examples("mitral partner suspend registry"))
    .action(session.act(async (name: string, options: PartnerOptions) => {
      const { suspend } = await import("../../../trust/onboarding.ts");
      const { state } = await suspend(name, await actIn(options, session));
      if (options.json) session.printJson({ partner: name, state });
      else session.print(`suspended ${name}; ${SOON}`);
      return exitCodes.ok;
    }));
};

/** `mitral partner resume` */
export const addPartnerResume: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("resume <name>"), "name and state")
    .description("take back a partner that was suspended: messages go on")
    .addHelpText("after", examples("mitral partner resume registry"))
    .action(session.act(async (name: string, options: PartnerOptions) => {
      const { resume } = await import("../../../trust/onboarding.ts");
      const { state } = await resume(name, await actIn(options, session));
      if (options.json) session.printJson({ partner: name, state });
      else session.print(`resumed ${name}; ${SOON}`);
      return exitCodes.ok;
    }));
};

/** `mitral partner remove` */
export const addPartnerRemove: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("remove <name>"), "name and state")
    .description("forget a partner or an invitation; to meet it again, it is invited anew")
    .addHelpText(
      "after",
      "\nMessages for it wait until one of that name is a partner again, or somebody cancels them.\n" +
        examples("mitral partner remove registry"),
    )
    .action(session.act(async (name: string, options: PartnerOptions) => {
      const { remove } = await import("../../../trust/onboarding.ts");
      await remove(name, await actIn(options, session));
      if (options.json) session.printJson({ partner: name, state: "removed" });
      else session.print(`removed ${name}; ${SOON}`);
      return exitCodes.ok;
    }));
};
