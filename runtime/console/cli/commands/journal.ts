import type { AddCommand } from "../session.ts";
import { addActs } from "./journal_acts.ts";
import { addJournalRekey } from "./journal_rekey.ts";
import { addJournalRelease } from "./journal_release.ts";

/** `mitral journal acts|release|rekey` */
export const addJournal: AddCommand = (parent, session) => {
  const journal = parent.command("journal").description("look after a gateway's journal");
  addActs(journal, session);
  addJournalRelease(journal, session);
  addJournalRekey(journal, session);
};
