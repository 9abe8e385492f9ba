import { declareErrors } from "../../contract/error.ts";

/** Errors of looking after a journal: of backups and of what is put back. */
export const upkeepErrors = declareErrors("journal", {
  JOURNAL_BACKUP_PLACE_TAKEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot make backup: {folder} is not empty",
  },
  JOURNAL_BACKUP_PLACE_WITHIN: {
    blame: "operator",
    retry: "never",
    says: "Cannot make backup: {folder} lies inside the data folder",
  },
  JOURNAL_BACKUP_INCOMPLETE: {
    blame: "operator",
    retry: "never",
    says: "Cannot use backup: {folder} has no manifest.json, which is written last; it is no backup",
  },
  JOURNAL_BACKUP_MALFORMED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use backup: manifest.json has no {field}, or one that this program does not know",
  },
  JOURNAL_BACKUP_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use backup: {findings} things in it are not as they were; mitral journal verify lists them",
  },
  JOURNAL_BACKUP_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot make backup: {reason}",
  },
  JOURNAL_RESTORE_OCCUPIED: {
    blame: "operator",
    retry: "never",
    says: "Cannot restore: {folder} holds a journal; say --replace to move it aside",
  },
  JOURNAL_RESTORE_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot restore: {reason}",
  },
  JOURNAL_VERIFY_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot verify journal: {reason}",
  },
});
