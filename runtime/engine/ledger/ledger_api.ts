import type { By } from "../../journal/acts.ts";
import type { LedgerAnswer, LedgerHead, LedgerQuestion } from "../../journal/ledger/operations.ts";
import type { LedgerAlarm } from "./alarms.ts";
import type { Login } from "./gateway_entries.ts";
import type { PageUser } from "./page_users.ts";
import type { LedgerState, WitnessAnswer } from "./state.ts";

/** What can be asked of the ledger of a running gateway. */
export interface RunningLedger {
  /** Who signs it, who has seen it, and what is wrong. */
  state(): LedgerState;
  /** How large it is now, and the root of its tree. Errors: JOURNAL_…. */
  head(): Promise<LedgerHead>;
  /** Reads it: entries, proofs, signed heads, partner files. Errors: JOURNAL_…. */
  ask<Q extends LedgerQuestion>(question: Q): Promise<LedgerAnswer<Q>>;
  /** Alarms, also those that are settled, with the checkpoints that show them; oldest first. Errors: JOURNAL_…. */
  alarms(): Promise<readonly LedgerAlarm[]>;
  /**
   * A person has looked, and does not have to be told any more. What a partner's ledger contradicts it contradicts still: only
   * after a restore it is signed again. Errors: LEDGER_ALARM_UNKNOWN, JOURNAL_….
   */
  settleAlarm(id: string, by?: By): Promise<void>;
  /**
   * Signs the head as it is now, and shows it to every partner that witnesses it. Resolves once all have signed it, or have said
   * why not, or after ten seconds. Errors: JOURNAL_….
   */
  witnessNow(): Promise<readonly WitnessAnswer[]>;
  /** Writes down that somebody signed in to a console, or could not. */
  noteLogin(login: Login): void;
  /** Writes down what was done to the users of the page, all of whom these are, since it was last told of them. */
  noteUsers(users: readonly PageUser[]): void;
}
