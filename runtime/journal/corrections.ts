import type { By } from "./acts.ts";
import type { Patient } from "../contract/patient.ts";
import type { Stored } from "./large_bodies.ts";
import type { KnownNewer } from "./replay_operations.ts";

/** A message in quarantine that another takes the place of. */
export interface Corrected {
  readonly seq: number;
  readonly id: string;
  readonly by: By;
}

/** A delivery in quarantine gets another payload, and is put back. */
export interface Correct {
  readonly op: "correct";
  readonly seq: number;
  readonly delivery: number;
  readonly payload: Stored;
  /** As it was. */
  readonly contentType: string;
  /** Of the corrected bytes. */
  readonly controlId: string;
  /** Whom those are about, where it matters; nobody: as it was. */
  readonly patients?: readonly Patient[];
  readonly force: boolean;
  readonly newer?: KnownNewer;
  readonly by: By;
  readonly atMs: number;
}
