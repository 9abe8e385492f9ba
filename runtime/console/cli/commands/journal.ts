import { addJournalRekey } from "./journal_rekey.ts";
import type { AddCommand } from "../session.ts";

/** `mitral journal rekey` */
export const addJournal: AddCommand = (parent, session) => {
  const journal = parent.command("journal").description("look after a gateway's journal");
  addJournalRekey(journal, session);
};
