import { exitCodes } from "../exit_codes.ts";
import { makeMasterKey, masterKeyAdvice } from "../master_key.ts";
import { type AddCommand, examples } from "../session.ts";

/** `mitral keys master` */
export const addKeysMaster: AddCommand = (parent, session) => {
  parent.command("master <file>")
    .description("make the key everything in a gateway's journal is sealed under; outside its data folder")
    .option("--json", "print file and id as JSON")
    .addHelpText("after", examples("mitral keys master master.key"))
    .action(session.act(async (file: string, { json }: { readonly json?: boolean }) => {
      const { id } = await makeMasterKey(file, session);
      if (json) session.printJson({ id, file });
      else session.print(`${session.paint.bold(id)} ${file}\n${masterKeyAdvice}`);
      return exitCodes.ok;
    }));
};
