import type { Skipped } from "../../../engine/gateway_api.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface SkipOptions extends GatewayOptions, ReasonOption {
  readonly json?: boolean;
}

/** `mitral channel skip` */
export const addSkip: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("skip <name> <destination>")), "needed")
    .description("put the first message in a destination's queue into quarantine, so that the others go on")
    .option("--json", "print what became of it as JSON")
    .addHelpText(
      "after",
      examples("mitral channel skip lab-results ehr --reason 'the EHR cannot take it'"),
    )
    .action(session.act(async (name: string, destination: string, options: SkipOptions) => {
      const params = { name, destination, reason: options.reason };
      const skipped = await ask(session, options, "channel.skip", params);
      if (options.json) session.printJson(skipped);
      else session.print(WORDS[skipped.end](skipped.id));
      return skipped.end === "skipped" ? exitCodes.ok : exitCodes.no;
    }));
};

const WORDS: { readonly [end in Skipped["end"]]: (id: string) => string } = {
  skipped: (id) => `skipped ${id}: it is in quarantine`,
  delivered: (id) => `not skipped: ${id} was being sent, and has been delivered`,
  quarantined: (id) => `not skipped: ${id} was being sent, and is in quarantine now`,
  gone: (id) => `not skipped: ${id} has just left the queue`,
};
