import type { PartnerRecord } from "../../../trust/partner_record.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { addPartnerOptions, ownActIn, type PartnerOptions } from "../partners/acting.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface AcceptOptions extends PartnerOptions {
  readonly name?: string;
  readonly out?: string;
}

/** `mitral partner accept` */
export const addPartnerAccept: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("accept <file>"), "partner, words and file")
    .description("accept an invitation, which writes the answer to it; or take the answer to ours")
    .option("--name <name>", "our name for whoever invites (default: what its gateway calls itself)")
    .option("--out <file>", "where the answer to an invitation goes (default: OUR-GATEWAY.acceptance.json)")
    .addHelpText(
      "after",
      "\nEither way eight words are shown. The partner counts once both sides have read them to each other, and\n" +
        "mitral partner confirm says so.\n" +
        examples(
          "mitral partner accept registry.invitation.json --name hospital",
          "mitral partner accept state-registry.acceptance.json",
        ),
    )
    .action(session.act(async (file: string, options: AcceptOptions) => {
      const bytes = await session.read(file);
      switch (formatOf(bytes)) {
        case "mitral-invitation":
          return await acceptInvitation(bytes, file, options, session);
        case "mitral-acceptance":
          return await takeAcceptance(bytes, file, options, session);
        default:
          return errors.fail("CONSOLE_FILE_UNFIT", { path: file });
      }
    }));
};

async function acceptInvitation(
  bytes: Uint8Array,
  file: string,
  options: AcceptOptions,
  session: Session,
): Promise<ExitCode> {
  const [{ parseInvitation }, { CHANCE_BYTES }, onboarding] = await Promise.all([
    import("../../../trust/invitation.ts"),
    import("../../../trust/acceptance.ts"),
    import("../../../trust/onboarding.ts"),
  ]);
  const invitation = await parseInvitation(bytes, file);
  const { name = invitation.inviter.partner.gateway } = options;
  const own = await ownActIn(options, session);
  if (typeof own === "number") return own;
  const { out = `${own.act.ours.partner.gateway}.acceptance.json` } = options;
  await session.mustBeFree(out);
  const { bytes: acceptance, record } = await onboarding.acceptInvitation(
    name,
    invitation,
    file,
    own.act,
    session.outside.world.random.bytes(CHANCE_BYTES),
  );
  await session.writeNew(out, acceptance, 0o600);
  const words = onboarding.wordsFor(record) ?? [];
  if (!options.json) session.print(`wrote ${out}  send it back to ${name}`);
  tell(record, words, { acceptance: out }, options, session);
  return exitCodes.ok;
}

async function takeAcceptance(
  bytes: Uint8Array,
  file: string,
  options: AcceptOptions,
  session: Session,
): Promise<ExitCode> {
  const [{ parseAcceptance }, onboarding] = await Promise.all([
    import("../../../trust/acceptance.ts"),
    import("../../../trust/onboarding.ts"),
  ]);
  if (options.name !== undefined || options.out !== undefined) {
    errors.fail("CONSOLE_USAGE_WRONG", { reason: "--name and --out are for accepting an invitation" });
  }
  const acceptance = await parseAcceptance(bytes, file);
  const own = await ownActIn(options, session);
  if (typeof own === "number") return own;
  const record = await onboarding.takeAcceptance(acceptance, file, own.act);
  tell(record, onboarding.wordsFor(record) ?? [], {}, options, session);
  return exitCodes.ok;
}

function tell(
  { name, state, held }: PartnerRecord,
  words: readonly string[],
  also: Readonly<Record<string, string>>,
  { json }: AcceptOptions,
  session: Session,
): void {
  const gateway = held?.partner.gateway ?? "";
  if (json) return session.printJson({ partner: name, gateway, state, words, ...also });
  session.print(`partner ${session.paint.bold(name)}, whose gateway calls itself ${plain(gateway)}`);
  session.print(`words   ${session.paint.bold(words.join(" "))}`);
  session.print(
    `next: call them by a number you know, read each other the words, then mitral partner confirm ${name}`,
  );
}

/** What kind of file it says it is. */
function formatOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))?.format;
  } catch {
    return undefined;
  }
}
