import type { PathBody } from "../contract/message.ts";

/** A body seen by somebody who stands at one place of it: paths are relative to that, and changes are changes of the whole. */
export class Focused implements PathBody {
  /** What is there no more since somebody stands here: nothing, the place itself, or something else. */
  readonly lost: "nothing" | "place" | "more";

  constructor(readonly whole: PathBody, readonly place: string, lost: Focused["lost"] = "nothing") {
    this.lost = lost;
  }

  get contentType(): string {
    return this.whole.contentType;
  }
  toBytes(): Uint8Array {
    return this.whole.toBytes();
  }
  freeze(): void {
    this.whole.freeze?.();
  }
  get(path: string): string | undefined {
    return this.whole.get(this.#there(path));
  }
  getAll(path: string): readonly string[] {
    return this.whole.getAll(this.#there(path));
  }
  with(path: string, value: string): PathBody {
    return new Focused(this.whole.with(this.#there(path), value), this.place, this.lost);
  }
  without(path: string): PathBody {
    const gone = this.#there(path);
    return new Focused(this.whole.without(gone), this.place, this.#lostWith(gone));
  }
  places(path: string): readonly string[] {
    return this.whole.places(this.#there(path));
  }
  /** What does not depend on the inner place may still depend on this one: it is resolved when it is used. */
  resolve(path: string, place: string): string {
    return this.whole.resolve(path, place);
  }
  split(path: string): readonly PathBody[] {
    return this.whole.split(this.#there(path));
  }
  leaves(): Iterable<readonly [path: string, value: string]> {
    return this.whole.leaves();
  }

  #lostWith(gone: string): Focused["lost"] {
    if (this.lost !== "nothing") return "more";
    if (gone === this.place) return "place";
    // What is in the place, `OBX[2]-14`, is none of the other places.
    const isWithin = gone.startsWith(this.place) && /^[^\p{L}\p{N}_]/u.test(gone.slice(this.place.length));
    return isWithin ? "nothing" : "more";
  }

  #there(path: string): string {
    return this.whole.resolve(path, this.place);
  }
}
