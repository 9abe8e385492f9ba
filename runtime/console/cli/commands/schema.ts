import { exitCodes } from "../exit_codes.ts";
import { schemaText } from "../schema.ts";
import { type AddCommand, examples } from "../session.ts";

/** `mitral schema` */
export const addSchema: AddCommand = (parent, session) => {
  parent.command("schema")
    .description("print the JSON Schema of a gateway file, by which editors complete and check it")
    .addHelpText("after", examples("mitral schema > gateway.schema.json"))
    .action(session.act(async () => {
      session.terminal.out(await schemaText(session));
      return exitCodes.ok;
    }));
};
