import type { AddCommand } from "../session.ts";
import { addActs } from "./journal_acts.ts";
import { addJournalBackup } from "./journal_backup.ts";
import { addJournalHold } from "./journal_hold.ts";
import { addJournalPrune } from "./journal_prune.ts";
import { addJournalRekey } from "./journal_rekey.ts";
import { addJournalRelease } from "./journal_release.ts";
import { addJournalRestore } from "./journal_restore.ts";
import { addJournalStats } from "./journal_stats.ts";
import { addJournalVerify } from "./journal_verify.ts";

/** `mitral journal stats|verify|backup|restore|release|prune|hold|acts|rekey` */
export const addJournal: AddCommand = (parent, session) => {
  const journal = parent.command("journal").description("look after a gateway's journal");
  addJournalStats(journal, session);
  addJournalVerify(journal, session);
  addJournalBackup(journal, session);
  addJournalRestore(journal, session);
  addJournalRelease(journal, session);
  addJournalPrune(journal, session);
  addJournalHold(journal, session);
  addActs(journal, session);
  addJournalRekey(journal, session);
};
