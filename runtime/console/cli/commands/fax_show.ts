import { type ReadValue, valuesOf } from "../../../contract/document.ts";
import type { Doubt } from "../../../engine/review/doubt.ts";
import type { ReviewItem, ReviewStep } from "../../../engine/review/review_api.ts";
import { verdictWords } from "../../portal/views/words.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural, timeText } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { integerReader } from "../values.ts";

interface ShowOptions extends GatewayOptions, ReasonOption {
  readonly page?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `mitral fax show` */
export const addShow: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("show <id>")), "wanted")
    .description(
      "what was read of a document, what is doubtful first: PATIENT DATA; the gateway records who asked",
    )
    .option("--page <n>", "only what stands on this page", integerReader("--page", 1))
    .option("--out <dir>", "write pages, and the parts where doubtful values stand, as PNG files")
    .option("--json", "print the document as JSON")
    .addHelpText("after", examples("mitral fax show 0192f0c1 --out ./look"))
    .action(session.act(async (id: string, { page, out, reason, ...options }: ShowOptions) => {
      const { item, pictures } = await ask(session, options, "fax.show", {
        id,
        pictures: out !== undefined,
        ...(page === undefined ? {} : { page }),
        ...(reason === undefined ? {} : { reason }),
      });
      for (const { name, bytes } of pictures) {
        await session.writeNew(`${out}/${name}.png`, bytes, PRIVATE);
      }
      if (options.json) session.printJson(item);
      else session.terminal.out(documentText(item, page, session.paint));
      if (out !== undefined) session.note(`${plural(pictures.length, "picture")} in ${plain(out)}`);
      return exitCodes.ok;
    }));
};

/** Pictures of patients' documents are for whoever asked alone. */
const PRIVATE = 0o600;

function documentText(item: ReviewItem, page: number | undefined, paint: Paint): string {
  const { document: { patient, pages }, verdict, disposition } = item;
  const about = patient
    ? `${patient.family}, ${patient.given}, born ${patient.birthDate}, number ${patient.mrn} (${patient.source})`
    : `not known. ${verdictWords(verdict)}`;
  const facts: [string, string][] = [
    ["id", item.id],
    ["channel", item.channel],
    ["received", timeText(item.receivedAtMs)],
    ["kind", item.template === "" ? item.kind : `${item.kind}, by template ${item.template}`],
    ["pages", `${pages.length}`],
    ["state", disposition === undefined ? item.state : `${item.state}: ${disposition}`],
    ["approvals", `${item.approvals} of ${item.approvalsNeeded}`],
    ["doubts", `${item.open.length}`],
    ["revision", `${item.revision}`],
    ["patient", about],
  ];
  const lines = facts.map(([name, value]) => `${paint.faint(name.padEnd(11))} ${plain(value)}\n`).join("");
  const others = item.open.filter(({ code }) => code !== "VALUE_UNSURE");
  return lines +
    section(["doubt", "about", "why"], others.map(doubtRow), paint) +
    section(VALUE_HEADINGS, valueRows(item, page), paint) +
    section(["time", "person", "did", "reason"], item.steps.map(stepRow), paint);
}

function section(headings: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  return rows.length === 0 ? "" : `\n${table(headings, rows, paint)}`;
}

function doubtRow({ code, path, page, why = "" }: Doubt): Cell[] {
  const about = path ?? (page === undefined ? "" : `page ${page}`);
  return [{ text: code, tone: "warn" }, about, why];
}

const VALUE_HEADINGS = ["path", "value", ">sure", "from", ">page", "notes"];

/** What is doubtful first. */
function valueRows({ document, open }: ReviewItem, page: number | undefined): Cell[][] {
  const doubtful = new Set(open.flatMap(({ path }) => path ?? []));
  const values = [...valuesOf(document)].filter(([, value]) => page === undefined || value.page === page);
  const isDoubtful = ([path]: readonly [string, ReadValue]) => doubtful.has(path);
  return [...values.filter(isDoubtful), ...values.filter((value) => !isDoubtful(value))]
    .map(([path, value]) => valueRow(path, value, doubtful.has(path)));
}

function valueRow(
  path: string,
  { value, confidence, source, page, notes = [] }: ReadValue,
  isDoubtful: boolean,
): Cell[] {
  const says = value ?? "(not read)", tone = isDoubtful ? "warn" : "good";
  return [
    path,
    { text: says, tone },
    `${Math.floor(confidence * 100)} %`,
    source,
    page ?? "",
    notes.join(", "),
  ];
}

function stepRow({ atMs, by: { person, reason = "" }, did, path, despite, disposition }: ReviewStep): Cell[] {
  const what = path ?? disposition ?? (despite ? `despite ${despite.join(", ")}` : "");
  return [timeText(atMs), person, `${did} ${what}`.trimEnd(), reason];
}
