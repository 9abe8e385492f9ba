import { dirname, join } from "node:path";
import type { DraftFacts } from "../../../network/draft.ts";
import { exitCodes } from "../exit_codes.ts";
import {
  addEnvOption,
  type EnvOptions,
  problemLines,
  problemsCode,
  readGatewayFile,
} from "../gateway_file.ts";
import { addFileArgument, NETWORK_FILE } from "../network/network_file.ts";
import { type AddCommand, examples } from "../session.ts";

interface InitOptions extends EnvOptions {
  readonly file?: string;
}

/** What the schema beside a network file is called; editors find it by the file's first line. */
const SCHEMA = "network.schema.json";

/** `mitral network init` */
export const addNetworkInit: AddCommand = (parent, session) => {
  addEnvOption(addFileArgument(parent.command("init")))
    .description(
      "write a network file to start from: what a gateway file tells filled in, the rest as questions",
    )
    .option("--file <file>", "gateway file to take connections and partners from")
    .addHelpText("after", examples("mitral network init --file gateway.yaml"))
    .action(session.act(async (network: string | undefined, { file, ...options }: InitOptions) => {
      const [{ draftOf }, { draftFacts }, { networkSchema }] = await Promise.all([
        import("../../../network/draft.ts"),
        import("../network/draft_facts.ts"),
        import("../../../network/schema.ts"),
      ]);
      const path = network ?? NETWORK_FILE;
      const schema = join(dirname(path), SCHEMA);
      let facts: DraftFacts = {
        gateway: "a gateway",
        inside: [],
        doors: [],
        relays: [],
        partners: [],
        hidden: [],
      };
      if (file !== undefined) {
        const { plan, problems } = await readGatewayFile(file, session, {
          ...options,
          comingPartners: "any",
        });
        if (!plan) {
          session.note(problemLines(problems, session));
          return problemsCode(problems);
        }
        facts = await draftFacts(plan, session);
      }
      const encoder = new TextEncoder();
      await session.mustBeFree(schema);
      await session.writeNew(path, encoder.encode(draftOf(facts, SCHEMA)));
      await session.writeNew(schema, encoder.encode(JSON.stringify(networkSchema(), null, 2) + "\n"));
      session.print(`wrote ${path}`);
      session.print(`wrote ${schema}`);
      session.print(`next: answer each "?" in it, then mitral network render ${path}`);
      return exitCodes.ok;
    }));
};
