import type { Places } from "./_provenance.ts";
import type { Write } from "./_writes.ts";

/** What a kind of document becomes. */
export interface Made {
  /** In front of the document's own OBX. */
  readonly before: readonly Write[];
  /** Number of the document's own OBX. */
  readonly documentObx: number;
  /** Behind it. */
  readonly after: readonly Write[];
  /** Where the values went. */
  readonly places: Places;
}

/** Writes values of a document and remembers where each went. */
export class Placed {
  readonly writes: Write[] = [];
  readonly places: Map<string, string> = new Map();

  /** Writes the value of a path of the document to a place of the message; one without a value is not written. */
  value(path: string, place: string, value: string): void {
    if (value === "") return;
    this.writes.push([place, value]);
    if (!this.places.has(path)) this.places.set(path, place);
  }

  /** Writes what comes from elsewhere. */
  add(writes: readonly Write[]): void {
    this.writes.push(...writes);
  }
}
