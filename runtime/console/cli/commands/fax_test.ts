import {
  isDocumentBody,
  type ReadValue,
  type RecognisedDocument,
  valuesOf,
} from "../../../contract/document.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { openFaxReader } from "../fax/reading.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";

interface Options {
  readonly json?: boolean;
  readonly below: number;
}

/** `mitral fax test` */
export const addFaxTest: AddCommand = (parent, session) => {
  parent.command("test <template> <images...>")
    .description("show what a template reads where on documents, and how surely: PATIENT DATA")
    .option("--below <share>", "values below this confidence are marked", shareOf, 0.95)
    .option("--json", "a line of JSON for each document")
    .addHelpText("after", examples("mitral fax test templates/harbour_clinic.yaml in/bill1.tif in/bill2.tif"))
    .action(
      session.act((template: string, images: string[], options: Options) =>
        test(template, images, options, session)
      ),
    );
};

/** Ends with 1 where a document is taken for something else, or has a value that a person would have to look at. */
async function test(template: string, images: readonly string[], options: Options, session: Session) {
  using interrupts = listenForInterrupts(session.terminal);
  await using reader = await openFaxReader(session, { templates: template });
  let isSure = true;
  for (const image of images) {
    const body = await reader.recognise(await session.read(image), undefined, interrupts.signal);
    if (!isDocumentBody(body)) {
      return errors.fail("CONSOLE_COMPONENT_MISSING", { name: "fax", kind: "recogniser" });
    }
    const { document } = body;
    const values = [...valuesOf(document)];
    isSure &&= document.kind !== "unknown" && values.every(([, value]) => !isUnsure(value, options.below)) &&
      document.checks.every(({ isMet }) => isMet !== false);
    if (options.json) session.printJson({ image, ...document });
    else session.terminal.out(shown(image, document, values, options.below, session));
  }
  return isSure ? exitCodes.ok : exitCodes.no;
}

type Values = readonly (readonly [path: string, value: ReadValue])[];

function shown(
  image: string,
  document: RecognisedDocument,
  values: Values,
  below: number,
  { paint }: Session,
): string {
  const { kind, template, pages, checks, hasSeveralPatients } = document;
  const by = template
    ? `${kind} by ${template.name} ${template.version}, fit ${template.score.toFixed(2)}`
    : "unknown: no template fits";
  const lines = [
    `${paint.bold(plain(image))}: ${by}`,
    ...pages.map(({ quality, isGated }, at) =>
      `page ${at + 1}: quality ${quality.toFixed(2)}${
        isGated ? paint.bad(", too bad to be read without a person") : ""
      }`
    ),
    ...hasSeveralPatients ? [paint.bad("it speaks of several patients")] : [],
    ...checks.map(({ rule, isMet }) => `check ${plain(rule)}: ${metText(isMet)}`),
  ];
  const rows = values.map(([path, value]) => rowOf(path, value, below));
  const read = rows.length === 0
    ? ""
    : table(["PATH", "VALUE", ">SURE", ">PAGE", "BOX", "NOTES"], rows, paint);
  return `${lines.join("\n")}\n${read}\n`;
}

function rowOf(path: string, value: ReadValue, below: number): Cell[] {
  const { box, page, confidence } = value;
  const place = box ? [box.x0, box.y0, box.x1, box.y1].join(",") : "";
  const sure = confidence.toFixed(3);
  return [
    path,
    value.value ?? "?",
    isUnsure(value, below) ? { text: sure, tone: "warn" } : sure,
    page ?? "",
    place,
    value.notes?.join(", ") ?? "",
  ];
}

const metText = (isMet: boolean | null) =>
  isMet === null ? "cannot be told" : isMet ? "holds" : "DOES NOT HOLD";

const isUnsure = ({ value, confidence }: ReadValue, below: number) => value === null || confidence < below;

function shareOf(typed: string): number {
  const share = Number(typed);
  if (typed.trim() !== "" && share >= 0 && share <= 1) return share;
  return errors.fail("CONSOLE_VALUE_WRONG", { name: "--below", wanted: "a number from 0 to 1" });
}
