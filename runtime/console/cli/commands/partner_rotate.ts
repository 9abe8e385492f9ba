import { relative } from "node:path";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { actIn, addPartnerOptions, ownActIn, type PartnerOptions } from "../partners/acting.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

/** `mitral partner rotate` */
export const addPartnerRotate: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("rotate <name> [file]"), "name and serial")
    .description(
      "take a partner's newer file, with its new keys, ways or certificates; or show ours to hand to it",
    )
    .addHelpText(
      "after",
      "\nA partner's file must be signed by the root key that was confirmed, and be newer than the one we have. Gateways that\n" +
        "reach each other send it by themselves.\n" +
        examples(
          "mitral partner rotate registry state-registry.partner.json",
          "mitral partner rotate registry",
        ),
    )
    .action(session.act(async (name: string, file: string | undefined, options: PartnerOptions) => {
      if (file === undefined) return await showOurs(name, options, session);
      const { takePartnerFile } = await import("../../../trust/take_partner_file.ts");
      const { folder } = await actIn(options, session);
      const isNew = await takePartnerFile(name, await session.read(file), file, folder);
      const serial = (await folder.get(name)).held?.partner.serial;
      if (options.json) session.printJson({ partner: name, serial, isNew });
      else {session.print(
          isNew ? `took ${file}, serial ${serial}, of ${name}` : `${name} has that file already`,
        );}
      return exitCodes.ok;
    }));
};

/** Our own file, brought up to date, for a partner that no message reaches now. */
async function showOurs(name: string, options: PartnerOptions, session: Session): Promise<ExitCode> {
  const own = await ownActIn(options, session);
  if (typeof own === "number") return own;
  await own.act.folder.get(name);
  const { ours: { partner: { serial, issuedAtMs } } } = own.act;
  const file = relative(session.terminal.cwd, own.file);
  if (options.json) session.printJson({ partner: name, file, serial, issuedAtMs });
  else {session.print(
      `our own file is ${file}, serial ${serial}, issued ${timeText(issuedAtMs)}: hand it to ${name}`,
    );}
  return exitCodes.ok;
}
