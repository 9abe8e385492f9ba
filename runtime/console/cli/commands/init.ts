import { join } from "node:path";
import { exitCodes } from "../exit_codes.ts";
import { type AddCommand, examples } from "../session.ts";
import { starter, starterOutbox, starterTest } from "../starter.ts";

/** `mitral init` */
export const addInit: AddCommand = (parent, session) => {
  parent.command("init [dir]")
    .description("write a gateway file to start from, with a test; it runs as it is")
    .addHelpText("after", examples("mitral init my-gateway"))
    .action(session.act(async (folder = ".") => {
      const file = join(folder, "gateway.yaml");
      const test = join(folder, "gateway_test.yaml");
      await session.writeNew(file, new TextEncoder().encode(starter));
      await session.writeNew(test, new TextEncoder().encode(starterTest));
      await session.makeFolder(join(folder, starterOutbox));
      session.print(`wrote ${file}`);
      session.print(`wrote ${test}`);
      session.print(`next: mitral test ${file}, then mitral run ${file}`);
      return exitCodes.ok;
    }));
};
