import type { Dice } from "./made_up.ts";

/** What is on a page, in the names and normal forms that documents have. */
export type Truth = Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>>;

/** A document before it is printed. */
export interface Paper {
  readonly html: string;
  readonly fields: Truth;
}

/** How somebody lays out a document. */
export interface Layout {
  /** Begins the names of its files. */
  readonly name: string;
  /** `invoice`, `lab_report`, `referral`, or anything else: then it is to stay unknown. */
  readonly type: string;
  /** Those for validation are looked at to measure, and for nothing else. */
  readonly set: "dev" | "validation";
  make(of: Dice): Paper;
}

/** Sheets of letter size; each of `sheets` is one. */
export function paper(font: string, points: number, ...sheets: string[]): string {
  return `<!doctype html><meta charset="utf-8"><style>
@page { size: 8.5in 11in; margin: 0 }
* { box-sizing: border-box }
body { margin: 0; color: #000; font: ${points}pt "${font}" }
section { width: 8.5in; height: 10.97in; padding: 0.7in 0.65in 0.4in; overflow: hidden; break-after: page }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: 2pt 5pt }
.grid td, .grid th { border: 1px solid #000 }
.right { text-align: right } .middle { text-align: center } .small { font-size: 80% } .big { font-size: 165% }
.beside { display: flex; justify-content: space-between; gap: 0.3in }
.box { border: 1.5px solid #000; padding: 4pt 7pt }
.under { border-bottom: 1.2px solid #000 } .over td { border-top: 1.2px solid #000 }
.cell { border: 1px solid #000; padding: 1pt 4pt 3pt; flex: 1 } .cell i { display: block; font: 7.5pt "Liberation Sans" }
.form { display: flex }
</style>${sheets.map((sheet) => `<section>${sheet}</section>`).join("")}`;
}

/** Rows of label and value: the label left of its value. */
export const pairs = (
  rows: readonly (readonly [label: string, value: string])[],
  width = "48%",
  bold = true,
) =>
  `<table style="width:${width}">${
    rows.map(([label, value]) => `<tr><td>${bold ? `<b>${label}</b>` : label}<td>${value}`).join("")
  }</table>`;

/** A row of a boxed form: the label above its value. */
export const boxes = (...cells: readonly (readonly [label: string, value: string])[]) =>
  `<div class="form">${
    cells.map(([label, value]) => `<div class="cell"><i>${label}</i>${value || "&nbsp;"}</div>`).join("")
  }</div>`;

/** A column: its heading, and what a row has in it. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => string, style?: "right" | "middle"];

export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: { readonly rules?: "grid" | "heading" | "none"; readonly after?: string } = {},
): string {
  const rules = style.rules ?? "grid";
  const head = columns.map(([heading, , align]) => `<th class="${align ?? ""}">${heading}`).join("");
  const body = rows.map((row) =>
    `<tr>${columns.map(([, cell, align]) => `<td class="${align ?? ""}">${cell(row)}`).join("")}`
  ).join("");
  return `<table class="${rules === "grid" ? "grid" : ""}"><tr class="${
    rules === "heading" ? "under" : ""
  }">${head}${body}${style.after ?? ""}</table>`;
}
