import { dirname, join } from "node:path";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import {
  addFileArgument,
  addRenderingOptions,
  NETWORK_FILE,
  NETWORK_FOLDER,
  renderFile,
  type RenderingOptions,
} from "../network/network_file.ts";
import { type AddCommand, examples } from "../session.ts";
import { plain } from "../plain.ts";

interface RenderOptions extends RenderingOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** `mitral network render` */
export const addNetworkRender: AddCommand = (parent, session) => {
  addRenderingOptions(addFileArgument(parent.command("render")))
    .description("write all documents of a network file anew: firewall tables, IKEv2 sheets, configuration")
    .option("--out <dir>", `folder for them (default: ${NETWORK_FOLDER}, beside the network file)`)
    .option("--json", "print what was written, and what is to be settled, as JSON")
    .addHelpText(
      "after",
      examples("mitral network render", "mitral network render network.yaml --out sheets"),
    )
    .action(session.act(async (file: string = NETWORK_FILE, options: RenderOptions) => {
      const [{ readRendered, writeRendered }, { compareDocuments }] = await Promise.all([
        import("../network/rendered_folder.ts"),
        import("../../../network/differences.ts"),
      ]);
      const folder = options.out ?? join(dirname(file), NETWORK_FOLDER);
      const rendering = await renderFile(file, options, session);
      if (typeof rendering === "number") return rendering;
      const { documents, remarks, us } = rendering;
      const before = await readRendered(folder, session);
      const changes = new Map(
        compareDocuments(before, documents).documents.map(({ path, what }) => [path, what]),
      );
      await writeRendered(folder, documents, before, session);
      if (options.json) {
        const written = documents.map(({ path }) => ({ path, what: changes.get(path) ?? "same" }));
        const gone = [...changes].filter(([, what]) => what === "gone").map(([path]) => path);
        session.printJson({ folder, documents: written, gone, remarks });
        return exitCodes.ok;
      }
      for (const { path } of documents) session.print(`wrote ${join(folder, path)}`);
      for (const [path, what] of changes) if (what === "gone") session.print(`removed ${join(folder, path)}`);
      if (remarks.length > 0) {
        session.print(session.paint.warn(`${plural(remarks.length, "thing")} to settle:`));
      }
      for (const { partner, says } of remarks) session.print(`  ${plain(partner ?? us)}: ${plain(says)}`);
      return exitCodes.ok;
    }));
};
