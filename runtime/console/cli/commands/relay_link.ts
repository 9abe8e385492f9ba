import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface LinkOptions {
  readonly json?: boolean;
}

/** `mitral relay link` */
export const addRelayLink: AddCommand = (parent, session) => {
  parent.command("link <folder> <name> <other>")
    .description("let two partners send each other messages and receipts")
    .option("--json", "print both as JSON")
    .addHelpText("after", examples("mitral relay link relay st-elsewhere state-registry"))
    .action(
      session.act((folder: string, name: string, other: string, options: LinkOptions) =>
        link([folder, name, other], true, options, session)
      ),
    );
};

/** `mitral relay unlink` */
export const addRelayUnlink: AddCommand = (parent, session) => {
  parent.command("unlink <folder> <name> <other>")
    .description("let two partners send each other nothing any more")
    .option("--json", "print both as JSON")
    .addHelpText("after", examples("mitral relay unlink relay st-elsewhere state-registry"))
    .action(
      session.act((folder: string, name: string, other: string, options: LinkOptions) =>
        link([folder, name, other], false, options, session)
      ),
    );
};

async function link(
  [folder, name, other]: readonly [string, string, string],
  isOn: boolean,
  { json }: LinkOptions,
  session: Session,
) {
  const [{ applyHint, partnerNamed, readFolder, saveFolder }, { withLink }] = await Promise.all([
    import("../relay/relay_folder.ts"),
    import("../relay/relay_file.ts"),
  ]);
  const relay = await readFolder(folder, session);
  for (const one of [name, other]) partnerNamed(one, folder, relay);
  if (name === other) errors.fail("CONSOLE_USAGE_WRONG", { reason: "name two partners" });
  await saveFolder(folder, withLink(relay, [name, other], isOn), session);
  if (json) session.printJson({ partners: [name, other], linked: isOn });
  else {
    const both = `${plain(name)} and ${plain(other)}`;
    session.print(isOn ? `${both} may send each other messages` : `${both} may send each other nothing`);
    session.print(applyHint(folder));
  }
  return exitCodes.ok;
}
