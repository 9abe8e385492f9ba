import { exitCodes } from "../exit_codes.ts";
import {
  addEnvOption,
  type EnvOptions,
  problemLines,
  problemsCode,
  readGatewayFile,
} from "../gateway_file.ts";
import { graphMermaid } from "../graph/mermaid.ts";
import { pictureOf } from "../graph/picture.ts";
import { graphText } from "../graph/text.ts";
import { type AddCommand, examples } from "../session.ts";

interface GraphOptions extends EnvOptions {
  readonly mermaid?: boolean;
  readonly json?: boolean;
}

/** `mitral graph` */
export const addGraph: AddCommand = (parent, session) => {
  addEnvOption(parent.command("graph <file>"))
    .description("draw the channels of a gateway file: what a message goes through, and where to")
    .option("--mermaid", "as a Mermaid flowchart, for a page or a ticket")
    .option("--json", "as JSON")
    .addHelpText("after", examples("mitral graph gateway.yaml", "mitral graph gateway.yaml --mermaid"))
    .action(session.act(async (file: string, { mermaid, json, ...options }: GraphOptions) => {
      const { plan, problems } = await readGatewayFile(file, session, options);
      if (!plan) {
        session.note(problemLines(problems, session));
        return problemsCode(problems);
      }
      const picture = pictureOf(plan);
      if (json) session.printJson(picture);
      else session.terminal.out(mermaid ? graphMermaid(picture) : graphText(picture, session.paint));
      return exitCodes.ok;
    }));
};
