import type { CorrectionFigures } from "../../../engine/review/review_api.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";

interface FiguresOptions extends GatewayOptions {
  readonly json?: boolean;
}

/** `mitral fax figures` */
export const addFigures: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("figures"))
    .description("what people corrected, by template and field, the most corrected first")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("mitral fax figures"))
    .action(session.act(async (options: FiguresOptions) => {
      const figures = await ask(session, options, "fax.figures", {});
      if (options.json) session.printJson(figures);
      else session.terminal.out(table(HEADINGS, figures.map(row), session.paint));
      return exitCodes.ok;
    }));
};

const HEADINGS = ["template", "field", ">read", ">accepted", ">confirmed", ">corrected", ">corrected %"];

function row({ template, field, read, accepted, confirmed, corrected }: CorrectionFigures): Cell[] {
  return [template, field, read, accepted, confirmed, corrected, (corrected / read * 100).toFixed(1)];
}
