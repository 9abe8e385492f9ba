import type { PathBody } from "../contract/message.ts";

/** A body seen by somebody who stands at one place of it: paths are relative to that, and changes are changes of the whole. */
export class Focused implements PathBody {
  constructor(readonly whole: PathBody, readonly place: string) {}

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
    return new Focused(this.whole.with(this.#there(path), value), this.place);
  }
  without(path: string): PathBody {
    return new Focused(this.whole.without(this.#there(path)), this.place);
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

  #there(path: string): string {
    return this.whole.resolve(path, this.place);
  }
}
