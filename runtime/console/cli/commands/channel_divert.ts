import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface DivertOptions extends GatewayOptions, ReasonOption {
  readonly off?: boolean;
}

/** `mitral channel divert` */
export const addDivert: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("divert <name> <from> [to]")), "wanted")
    .description("send what is queued for one destination by the sender of another, until that ends by --off")
    .option("--off", "send it by its own again")
    .addHelpText(
      "after",
      examples(
        "mitral channel divert lab-results ehr ehr-standby --reason 'the EHR is down'",
        "mitral channel divert lab-results ehr --off",
      ),
    )
    .action(
      session.act(async (name: string, from: string, to: string | undefined, options: DivertOptions) => {
        const { off = false, reason } = options;
        if (off === (to !== undefined)) wrong("name where to, or --off");
        if (!off && reason === undefined) wrong("--reason TEXT says why");
        await ask(session, options, "channel.divert", { name, destination: from, to, reason });
        session.print(
          to === undefined ? `${from} sends by its own sender` : `${from} sends by the sender of ${to}`,
        );
        return exitCodes.ok;
      }),
    );
};

function wrong(reason: string): never {
  return errors.fail("CONSOLE_USAGE_WRONG", { reason });
}
