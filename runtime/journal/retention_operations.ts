/**
 * What must stay of a day is sealed under the key of a later one: what is not through, what is in quarantine, what is
 * under a legal hold. A slice of it.
 */
export interface Carry {
  readonly op: "carry";
  readonly channel: string;
  /** In days since 1970-01-01, UTC. */
  readonly day: number;
  readonly toDay: number;
  readonly limit: number;
}

/** How many messages were carried: fewer than the limit where none is left. */
export interface Carried {
  readonly messages: number;
}

/** Deletes the data keys of a channel and a day: from this commit on nothing of that day can be read, here or in a copy. */
export interface DropKeys {
  readonly op: "dropKeys";
  readonly channel: string;
  readonly day: number;
}

/** False where something must stay again: nothing was done. */
export interface Dropped {
  readonly dropped: boolean;
}

/** Removes the rows of a day whose keys are gone. A slice of them. */
export interface Prune {
  readonly op: "prune";
  readonly channel: string;
  readonly day: number;
  readonly limit: number;
}

/** How many messages were removed: fewer than the limit where none is left. */
export interface Pruned {
  readonly messages: number;
  /** Body files that nothing names any more, now removed. */
  readonly files: number;
}

/** Gives some of the space that nothing is in back to the disk, and says how much there was. */
export interface GiveBack {
  readonly op: "giveBack";
}

/** Before it. */
export interface GivenBack {
  readonly freePages: number;
}

/** So many pages are given back at once: a commit waits for it. */
export const GIVE_BACK_PAGES = 1_000;

/** Removes rows of the index of what messages say, whose messages are gone. */
export interface SweepFound {
  readonly op: "sweepFound";
  readonly rows: readonly FoundPlace[];
}

/** A row of that index: field, blind number, message. */
export type FoundPlace = readonly [field: number, blind: number, seq: number];

/** A channel's day that is over, or being removed. */
export interface KeptDay {
  readonly channel: string;
  readonly day: number;
  /** Its keys are gone, its rows not yet all. */
  readonly isDropped: boolean;
}

/** A slice of a channel's day. */
export interface Ageing {
  readonly messages: number;
  /** Of them: must stay, whatever their age. */
  readonly staying: number;
  /** Where it ends; `null`: with the day. */
  readonly last: number | null;
}
