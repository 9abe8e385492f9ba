import { dirname, join } from "node:path";
import type { Differences } from "../../../network/differences.ts";
import { exitCodes } from "../exit_codes.ts";
import {
  addFileArgument,
  addRenderingOptions,
  NETWORK_FILE,
  NETWORK_FOLDER,
  renderFile,
  type RenderingOptions,
} from "../network/network_file.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface DiffOptions extends RenderingOptions {
  readonly against?: string;
  readonly full?: boolean;
  readonly json?: boolean;
}

/** `mitral network diff` */
export const addNetworkDiff: AddCommand = (parent, session) => {
  addRenderingOptions(addFileArgument(parent.command("diff")))
    .description(
      "show what a changed network file changes in the documents that were rendered; nothing is written",
    )
    .option(
      "--against <dir>",
      `folder of those documents (default: ${NETWORK_FOLDER}, beside the network file)`,
    )
    .option("--full", "with every changed line of every document")
    .option("--json", "print the differences as JSON")
    .addHelpText(
      "after",
      "\nThe exit code is 1 where anything differs.\n" +
        examples("mitral network diff", "mitral network diff --full"),
    )
    .action(session.act(async (file: string = NETWORK_FILE, options: DiffOptions) => {
      const [{ readRendered }, { compareDocuments }] = await Promise.all([
        import("../network/rendered_folder.ts"),
        import("../../../network/differences.ts"),
      ]);
      const rendering = await renderFile(file, options, session);
      if (typeof rendering === "number") return rendering;
      const folder = options.against ?? join(dirname(file), NETWORK_FOLDER);
      const differences = compareDocuments(await readRendered(folder, session), rendering.documents);
      if (options.json) session.printJson(differences);
      else tell(differences, options, session);
      return differences.documents.length === 0 ? exitCodes.ok : exitCodes.no;
    }));
};

function tell({ rules, documents }: Differences, { full }: DiffOptions, session: Session): void {
  const { paint } = session;
  if (documents.length === 0) return session.print("nothing differs");
  for (const rule of rules.gone) session.print(`${paint.bad("gone:")} ${plain(rule)}`);
  for (const rule of rules.new) session.print(`${paint.good("new:")} ${plain(rule)}`);
  for (const { path, what, diff } of documents) {
    session.print(`${paint.bold(path)} ${what}`);
    if (full) { for (const line of diff.trimEnd().split("\n")) session.print(plain(line)); }
  }
}
