import { cellAt } from "../../../../../runtime/contract/document.ts";
import { moneyReader, numberReader } from "./amounts.ts";
import { isLoinc } from "./check_digits.ts";
import { icd10Reader, loincReader, npiReader, procedureReader } from "./codes.ts";
import { dateReader, datetimeReader } from "./dates.ts";
import type { TypeReader } from "./match.ts";

/** Years without a century are of the last hundred years, as people write dates of birth. */
const PIVOT = 30;
const date = dateReader("mdy", PIVOT);

/** What the fields of every document are, whatever template it was read by. */
const TYPES: Readonly<Record<string, TypeReader>> = {
  invoiceDate: date,
  dob: date,
  collected: datetimeReader("mdy", PIVOT),
  npi: npiReader,
  subtotal: moneyReader,
  adjustments: moneyReader,
  total: moneyReader,
  "lines.date": date,
  "lines.code": procedureReader,
  "lines.dx": icd10Reader,
  "lines.qty": numberReader,
  "lines.price": moneyReader,
  "lines.amount": moneyReader,
  "lines.loinc": loincReader,
};

/**
 * What a person typed, in the normal form of the field: of `10/02/1981`, `19811002`; of `1,234.5`, `1234.50`. `null` where it
 * can be no such value. Nothing is repaired: people are taken at their word.
 */
export function normalise(path: string, text: string): string | null {
  const typed = text.trim(), cell = cellAt(path);
  const name = cell ? `${cell.table}.${cell.column}` : path;
  const type = TYPES[name];
  if (!type || typed === "") return typed;
  const match = type.read(
    type === moneyReader ? withCents(typed) : type === date ? withDashes(typed) : typed,
  );
  if (!match || match.notes.some((note) => note === "repaired" || note === "joined")) return null;
  return type === loincReader && !isLoinc(match.value) ? null : match.value;
}

/** The normal form itself. */
function withDashes(text: string): string {
  return text.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
}

/** People leave out the cents of whole amounts, or a zero. */
function withCents(text: string): string {
  if (/\.\d$/.test(text)) return `${text}0`;
  return /^[-$\s]*[\d,]+$/.test(text) ? `${text}.00` : text;
}
