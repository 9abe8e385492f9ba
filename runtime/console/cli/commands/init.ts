import { join } from "node:path";
import { exitCodes } from "../exit_codes.ts";
import { makeMasterKey, masterKeyAdvice } from "../master_key.ts";
import { type AddCommand, examples } from "../session.ts";
import { schemaText } from "../schema.ts";
import { starter, starterMasterKey, starterOutbox, starterSchema, starterTest } from "../starter.ts";

const utf8 = new TextEncoder();

/** `mitral init` */
export const addInit: AddCommand = (parent, session) => {
  parent.command("init [dir]")
    .description(
      "write a gateway file to start from, which runs as it is, a test of it, its master key, and its schema for editors",
    )
    .addHelpText("after", examples("mitral init my-gateway"))
    .action(session.act(async (folder = ".") => {
      const file = join(folder, "gateway.yaml");
      const schema = join(folder, starterSchema);
      const test = join(folder, "gateway_test.yaml");
      const masterKey = join(folder, starterMasterKey);
      await session.mustBeFree(schema);
      await session.mustBeFree(test);
      await session.mustBeFree(masterKey);
      await session.writeNew(file, utf8.encode(starter));
      await session.writeNew(test, utf8.encode(starterTest));
      await session.writeNew(schema, utf8.encode(await schemaText(session)));
      await makeMasterKey(masterKey, session);
      await session.makeFolder(join(folder, starterOutbox));
      session.print(`wrote ${file}`);
      session.print(`wrote ${test}`);
      session.print(`wrote ${masterKey}, the key the journal is sealed under. ${masterKeyAdvice}`);
      session.print(`next: mitral test ${file}, then mitral run ${file}`);
      return exitCodes.ok;
    }));
};
