import type { NumberedEntry } from "../../../journal/ledger/operations.ts";
import { timeText } from "../figures.ts";
import type { Cell } from "../table.ts";

export const headings = [">entry", "time", "kind", "what", "by", "where", "message"];

/** An entry as a row; hashes are left to `--json`. */
export function entryRow({ number, entry }: Omit<NumberedEntry, "bytes">): Cell[] {
  const { kind, atMs, act, outcome, code, by = "", channel, destination, gateway, serial, message = "" } =
    entry;
  const what = [act, outcome, code, serial === undefined ? undefined : `serial ${serial}`];
  const where = [channel, destination].filter((name) => name !== undefined).join("/");
  return [
    String(number),
    timeText(atMs),
    kind === "alarm" || kind === "quarantined" ? { text: kind, tone: "bad" } : kind,
    what.filter((word) => word !== undefined).join(" "),
    by,
    [where, gateway].filter(Boolean).join(" "),
    message,
  ];
}
