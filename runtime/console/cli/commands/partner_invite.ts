import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { addPartnerOptions, ownActIn, type PartnerOptions } from "../partners/acting.ts";
import { type AddCommand, examples } from "../session.ts";
import { integerReader } from "../values.ts";

interface InviteOptions extends PartnerOptions {
  readonly out?: string;
  readonly days: number;
}

const DAY_MS = 86_400_000;

/** `mitral partner invite` */
export const addPartnerInvite: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("invite <name>"), "name, file and end")
    .description("write an invitation for another organisation, under our name for it")
    .option("--out <file>", "where the invitation goes (default: NAME.invitation.json)")
    .option("--days <n>", "how long it is good for", integerReader("--days", 1, 90), 7)
    .addHelpText(
      "after",
      "\nIt can be answered once, and by whoever has it: send it to one person. That it was the right one, the\n" +
        "eight words will tell.\n" + examples("mitral partner invite registry"),
    )
    .action(session.act(async (name: string, options: InviteOptions) => {
      const { out = `${name}.invitation.json` } = options;
      const own = await ownActIn(options, session);
      if (typeof own === "number") return own;
      const [{ invite }, { TOKEN_BYTES }] = await Promise.all([
        import("../../../trust/onboarding.ts"),
        import("../../../trust/invitation.ts"),
      ]);
      await session.mustBeFree(out);
      const token = session.outside.world.random.bytes(TOKEN_BYTES);
      const expiresAtMs = own.act.nowMs + options.days * DAY_MS;
      const bytes = await invite(name, own.act, { root: own.identity.root, token, expiresAtMs });
      await session.writeNew(out, bytes, 0o600);
      if (options.json) session.printJson({ partner: name, invitation: out, expiresAtMs });
      else {
        session.print(
          `wrote ${out}  send it to ${name}; it is good for one answer, until ${timeText(expiresAtMs)}`,
        );
        session.print("next: mitral partner accept FILE, with the file they send back");
      }
      return exitCodes.ok;
    }));
};
