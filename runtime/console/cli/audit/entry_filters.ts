import type { Command } from "commander";
import { ENTRY_KINDS } from "../../../trust/ledger/entry_bytes.ts";
import { integerReader, timeReader, wordReader } from "../values.ts";

/** Adds filters by who, what and when, for a command that picks entries of the ledger. */
export function addEntryFilters(command: Command, nowMs: () => number): Command {
  return command
    .option("--person <name>", "by this person")
    .option("--kind <kind>", `of this kind: ${ENTRY_KINDS.join(", ")}`, wordReader("--kind", ENTRY_KINDS))
    .option(
      "--since <time>",
      "at or after: 2026-01-31T08:00Z, or 15m, 2h, 3d ago",
      timeReader("--since", nowMs),
    )
    .option("--until <time>", "before", timeReader("--until", nowMs));
}

/** Adds the choice of another ledger than the one that counts now. */
export function addEpoch(command: Command): Command {
  return command.option(
    "--epoch <n>",
    "of the ledger before a restore from a backup, counted from 1 (default: the one that counts now)",
    integerReader("--epoch", 1),
  );
}
