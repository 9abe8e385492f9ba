import { changes } from "../../../contract/differences.ts";
import { type Change, hasPaths, type PathBody } from "../../../contract/message.ts";
import { format as boundFormat } from "../components.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { shortPath } from "../short_path.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface DiffOptions {
  readonly format?: string;
  readonly json?: boolean;
}

/** `mitral diff` */
export const addDiff: AddCommand = (parent, session) => {
  parent.command("diff")
    .argument("<before>", "file of one message")
    .argument("<after>", "file of another")
    .description("show what changes from one message to another, by path: PATIENT DATA")
    .option("--format <name>", "how both are parsed (default: json, xml or csv by the ending, else hl7v2)")
    .option("--json", "a line of JSON for each change")
    .addHelpText("after", examples("mitral diff received.hl7 sent.hl7", "mitral diff old.json new.json"))
    .action(
      session.act(async (before: string, after: string, options: DiffOptions) => {
        const name = options.format ?? formatOf(before);
        const found = changes(await readBody(before, name, session), await readBody(after, name, session));
        for (const change of found) {
          if (options.json) session.printJson(change);
          else session.print(lineOf(change, name, session.paint));
        }
        return found.length === 0 ? exitCodes.ok : exitCodes.no;
      }),
    );
};

function formatOf(file: string): string {
  return /\.(json|xml|csv)$/i.exec(file)?.[1].toLowerCase() ?? "hl7v2";
}

async function readBody(file: string, name: string, session: Session): Promise<PathBody> {
  const format = await boundFormat(session, name);
  const body = format.parse(await session.read(file));
  return hasPaths(body) ? body : errors.fail("CONSOLE_PATHS_MISSING", { path: file, format: name });
}

/** Longer values, documents above all, would push everything else off the screen; `--json` has them whole. */
const SHOWN_MAX = 200;

/** `~ PID-5.1  DOE -> Doe`, `+ OBX[2]  OBX|2|…`, `- PID-8  F`. */
function lineOf({ path, pathBefore, before, after }: Change, format: string, paint: Paint): string {
  const name = paint.bold(plain(shortPath(path, format)));
  if (before === undefined) return `${paint.good("+")} ${name}  ${paint.good(shown(after))}`;
  if (after === undefined) return `${paint.bad("-")} ${name}  ${paint.bad(shown(before))}`;
  const moved = pathBefore === undefined
    ? ""
    : `  ${paint.faint(`(was ${plain(shortPath(pathBefore, format))})`)}`;
  return `${paint.warn("~")} ${name}  ${paint.bad(shown(before))} -> ${paint.good(shown(after))}${moved}`;
}

function shown(value = ""): string {
  return plain(value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value);
}
