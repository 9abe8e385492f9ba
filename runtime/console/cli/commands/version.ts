import { exitCodes } from "../exit_codes.ts";
import type { AddCommand } from "../session.ts";

/** `mitral version` */
export const addVersion: AddCommand = (parent, session) => {
  parent
    .command("version")
    .description("print the version of Mitral")
    .action(session.act(async () => {
      session.print(session.outside.version);
      return exitCodes.ok;
    }));
};
