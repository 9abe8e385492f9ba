import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

/** `mitral channel pause` */
export const addPause: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("pause <name> <destination>")), "needed")
    .description("let a destination send nothing until it is resumed, also after a restart")
    .addHelpText("after", examples("mitral channel pause lab-results ehr --reason 'update of the EHR'"))
    .action(session.act(async (name: string, destination: string, options: GatewayOptions & ReasonOption) => {
      await ask(session, options, "channel.pause", { name, destination, reason: options.reason });
      session.print(`paused ${destination} of ${name}`);
      return exitCodes.ok;
    }));
};

/** `mitral channel resume` */
export const addResume: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("resume <name> <destination>")), "wanted")
    .description("let a paused destination send again")
    .addHelpText("after", examples("mitral channel resume lab-results ehr"))
    .action(session.act(async (name: string, destination: string, options: GatewayOptions & ReasonOption) => {
      await ask(session, options, "channel.resume", { name, destination, reason: options.reason });
      session.print(`resumed ${destination} of ${name}`);
      return exitCodes.ok;
    }));
};
