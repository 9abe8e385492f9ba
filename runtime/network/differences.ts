import { readCsvRow } from "./csv.ts";
import type { Document } from "./document.ts";
import { CSV_COLUMNS } from "./firewall_sheet.ts";
import { unifiedDiff } from "./unified_diff.ts";

/** What becomes of one document. */
export interface DocumentChange {
  readonly path: string;
  readonly what: "new" | "changed" | "gone";
  /** In the unified format. */
  readonly diff: string;
}

/** What differs between two renderings. */
export interface Differences {
  /** Lines of the firewall table, as people say them; one that was changed is gone and new. */
  readonly rules: { readonly gone: readonly string[]; readonly new: readonly string[] };
  readonly documents: readonly DocumentChange[];
}

/** Compares what was rendered before with what would be now. */
export function compareDocuments(before: readonly Document[], after: readonly Document[]): Differences {
  const [old, now] = [before, after].map((documents) =>
    new Map(documents.map(({ path, text }) => [path, text]))
  );
  const paths = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  const documents = paths.flatMap((path): DocumentChange[] => {
    const one = old.get(path), other = now.get(path);
    if (one === other) return [];
    const what = one === undefined ? "new" : other === undefined ? "gone" : "changed";
    return [{ path, what, diff: unifiedDiff(one ?? "", other ?? "", path) }];
  });
  const [oldRules, newRules] = [old, now].map((texts) => ruleLines(texts.get("firewall.csv") ?? ""));
  return {
    rules: {
      gone: [...oldRules].filter(([row]) => !newRules.has(row)).map(([, said]) => said),
      new: [...newRules].filter(([row]) => !oldRules.has(row)).map(([, said]) => said),
    },
    documents,
  };
}

/** The rows of a firewall table, each with what it says. */
function ruleLines(csv: string): ReadonlyMap<string, string> {
  return new Map(
    csv.split("\n").slice(1).filter((row) => row !== "").map((row) => {
      const cells = readCsvRow(row);
      const cell = (column: typeof CSV_COLUMNS[number]) => cells[CSV_COLUMNS.indexOf(column)] ?? "";
      const party = (who: string, address: string, also: string) =>
        `${who} ${address}${also === "" ? "" : ` (${also})`}`;
      const from = party(cell("calls"), cell("from"), cell("from, also"));
      const to = party(cell("called"), cell("to"), cell("to, also"));
      const port = [cell("transport"), cell("port")].filter(Boolean).join(" ");
      const purpose = cell("purpose") === "" ? "" : `: ${cell("purpose")}`;
      return [
        row,
        `${cell("rule")}, ${from} to ${to}, ${port}, ${cell("protocol")}, ${cell("through")}${purpose}`,
      ];
    }),
  );
}
