import type { Acts } from "./acts.ts";
import type { Blinds } from "./blinds.ts";
import type { Bodies } from "./bodies.ts";
import type { BodyFiles } from "./body_files.ts";
import type { DisclosureWriter } from "./disclosures/disclosure_writer.ts";
import type { FoundIndex } from "./found.ts";
import type { Story } from "./ledger/story.ts";
import type { Names } from "./names.ts";
import type { PatientWriter } from "./patients/patient_writer.ts";
import type { Owner, Sealing } from "./sealing.ts";
import type { Sequences } from "./sequences.ts";
import type { Writes } from "./writes.ts";

/** What everything that is written is made with. */
export interface WriterParts {
  readonly sql: Writes;
  readonly names: Names;
  readonly sealing: Sealing;
  readonly blinds: Blinds;
  readonly bodies: Bodies;
  readonly found: FoundIndex;
  readonly sequences: Sequences;
  readonly acts: Acts;
  readonly disclosures: DisclosureWriter;
  readonly patients: PatientWriter;
  readonly story: Story;
  readonly files: BodyFiles;
}

/** Whose key seals what belongs to a message. */
export function ownerOf(sql: Writes, seq: number): Owner {
  const { channel, day } = sql.messageBySeq.get(seq)!;
  return { channel: Number(channel), day: Number(day) };
}

/** Name of the channel of a message. */
export function channelOf({ sql, names }: Pick<WriterParts, "sql" | "names">, seq: number): string {
  return names.textOf(Number(sql.messageBySeq.get(seq)!.channel));
}
