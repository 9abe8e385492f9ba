import { exitCodes } from "../exit_codes.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples } from "../session.ts";

/** `mitral relay remove` */
export const addRelayRemove: AddCommand = (parent, session) => {
  parent.command("remove <folder> <name>")
    .description("let a partner in no more; what waits in its mailbox stays until it is pruned")
    .option("--json", "print what was removed as JSON")
    .addHelpText("after", examples("mitral relay remove relay st-elsewhere"))
    .action(session.act(async (folder: string, name: string, { json }: { readonly json?: boolean }) => {
      const [{ applyHint, partnerNamed, readFolder, saveFolder }, { withoutPartner }] = await Promise.all([
        import("../relay/relay_folder.ts"),
        import("../relay/relay_file.ts"),
      ]);
      const relay = await readFolder(folder, session);
      const { mailbox } = partnerNamed(name, folder, relay);
      await saveFolder(folder, withoutPartner(relay, name), session);
      if (json) session.printJson({ name, mailbox });
      else session.print(`removed ${plain(name)}, mailbox ${mailbox}\n${applyHint(folder)}`);
      return exitCodes.ok;
    }));
};
