import type { NumberedEntry } from "../../../journal/ledger/operations.ts";
import type { LedgerEntry } from "../../../trust/ledger/entry.ts";
import { countText, plural, timeText } from "../figures.ts";
import type { Cell } from "../table.ts";

export const headings = [">entry", "time", "kind", "what", "by", "where", "message"];

/** An entry as a row; hashes are left to `--json`. */
export function entryRow({ number, entry }: Omit<NumberedEntry, "bytes">): Cell[] {
  const { kind, atMs, act, outcome, code, by = "", channel, destination, gateway, message = "" } = entry;
  const what = [act, outcome, code, kind === "began" ? beginning(entry) : serialText(entry)];
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

/** How far the ledger before had come, or how many messages came before all ledgers. */
function beginning({ before, serial: messages = 0 }: LedgerEntry): string | undefined {
  if (before !== undefined) {
    const [origin, size] = before.split(" ");
    return `after ${countText(Number(size))} of epoch ${origin.split("/").at(-1)}`;
  }
  return messages === 0 ? undefined : `after ${plural(messages, "message")}`;
}

function serialText({ serial }: LedgerEntry): string | undefined {
  return serial === undefined ? undefined : `serial ${serial}`;
}
