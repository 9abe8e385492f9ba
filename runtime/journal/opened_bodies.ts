import { type BodyHead, openBody } from "./bodies.ts";
import type { BodyFiles } from "./body_files.ts";
import type { Database, Row, Statement } from "./database.ts";
import { isLarge, readLarge } from "./large_bodies.ts";
import type { Sealing } from "./sealing.ts";

/** A body that was looked at; `bytes` are `null` where they can no longer be read. */
export interface Opened {
  readonly head: BodyHead;
  readonly bytes: Uint8Array | null;
}

/** Bodies as whoever reads them gets them, wherever they lie. */
export class OpenedBodies {
  readonly #find: Statement;
  readonly #sealing: Sealing;
  readonly #files: BodyFiles;

  constructor(database: Database, sealing: Sealing, files: BodyFiles) {
    this.#find = database.prepare("SELECT sealed FROM body WHERE id = ?");
    this.#sealing = sealing;
    this.#files = files;
  }

  /** The body of a row that has its number, `body`, and what is `sealed`. */
  of({ body, sealed }: Row): Opened {
    const opened = openBody(this.#sealing, Number(body), sealed);
    if (!opened) return { head: UNREADABLE, bytes: null };
    const { head, stored } = opened;
    return { head, bytes: isLarge(stored) ? readLarge(stored, this.#files) : stored };
  }

  /** By its number. */
  byId(id: number): Opened {
    return this.of({ body: id, sealed: this.#sealed(id) });
  }

  /** Of a body only what is sealed beside it: a large one stays where it is. */
  headOf(id: number): BodyHead {
    return openBody(this.#sealing, id, this.#sealed(id))?.head ?? UNREADABLE;
  }

  #sealed(id: number): Row[string] {
    return this.#find.get(id)?.sealed ?? null;
  }
}

/** What is known of a body that can no longer be read. */
const UNREADABLE: BodyHead = { contentType: "", controlId: "" };
