import { exitCodes } from "../exit_codes.ts";
import { bytesText } from "../figures.ts";
import { type AddCommand, examples } from "../session.ts";
import { table } from "../table.ts";

/** `mitral relay list` */
export const addRelayList: AddCommand = (parent, session) => {
  parent.command("list <folder>")
    .description("list a relay's partners, and who may write to whom")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("mitral relay list relay"))
    .action(session.act(async (folder: string, { json }: { readonly json?: boolean }) => {
      const [{ readFolder }, { peersOf }] = await Promise.all([
        import("../relay/relay_folder.ts"),
        import("../relay/relay_file.ts"),
      ]);
      const relay = await readFolder(folder, session);
      const partners = relay.partners.map((partner) => ({
        ...partner,
        with: peersOf(partner, relay).map(({ name }) => name),
      }));
      if (json) session.printJson({ name: relay.name, url: relay.url, partners });
      else if (partners.length === 0) session.print("no partners");
      else {
        const rows = partners.map(({ name, mailbox, mailboxBytesMax, with: peers }) => [
          name,
          mailbox,
          bytesText(mailboxBytesMax),
          peers.join(", "),
        ]);
        session.terminal.out(table(["partner", "mailbox", ">at most", "with"], rows, session.paint));
      }
      return exitCodes.ok;
    }));
};
