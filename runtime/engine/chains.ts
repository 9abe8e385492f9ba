import type { Piece } from "../contract/format.ts";

/** A piece that waits for others. */
export interface WaitingPiece {
  /** Its number in the journal. */
  readonly seq: number;
  readonly id: string;
  readonly size: number;
  /** Who sent it: pieces of different senders do not belong together, whatever their names. */
  readonly sender: string;
  readonly place: Piece;
}

/** Pieces that follow each other. */
export interface Chain {
  readonly pieces: WaitingPiece[];
  /** What the piece before the first is called; `undefined` where the first is there. */
  after: string | undefined;
  /** What the piece behind the last is called; `undefined` where the last is there. */
  until: string | undefined;
  /** Ends the wait for its next piece: it is part of another from now on, or nobody waits any more. */
  stopWaiting(): void;
}

/** Puts pieces that wait beside their neighbours, in whatever order they come. */
export class Chains {
  /** Chains that wait for the piece behind, and those that wait for the one before, by sender and name. */
  readonly #open = { behind: new Map<string, Chain>(), before: new Map<string, Chain>() };

  /** The chain that a piece is part of from now on; `undefined` where its place is taken, or leads round in a ring. */
  add(piece: WaitingPiece): Chain | undefined {
    const { sender, place: { after, until } } = piece;
    const { behind, before } = this.#open;
    const left = after === undefined ? undefined : behind.get(keyOf(sender, after));
    const right = until === undefined ? undefined : before.get(keyOf(sender, until));
    const isTaken = until !== undefined && behind.has(keyOf(sender, until)) ||
      after !== undefined && before.has(keyOf(sender, after));
    if (isTaken || after !== undefined && after === until || left !== undefined && left === right) {
      return undefined;
    }
    if (left) this.#close(left);
    if (right) this.#close(right);
    right?.stopWaiting();
    const chain = left ?? { pieces: [], after, until, stopWaiting: () => {} };
    chain.pieces.push(piece, ...right?.pieces ?? []);
    chain.until = right ? right.until : until;
    this.#note(chain);
    return chain;
  }

  /** True where a chain waits for what is behind the name. */
  isAwaited(sender: string, name: string): boolean {
    return this.#open.behind.has(keyOf(sender, name));
  }

  /** Its pieces wait no more. */
  remove(chain: Chain): void {
    this.#close(chain);
  }

  /** Nobody waits any more. */
  clear(): void {
    for (const open of [this.#open.behind, this.#open.before]) {
      for (const chain of open.values()) chain.stopWaiting();
      open.clear();
    }
  }

  #note(chain: Chain): void {
    const { sender } = chain.pieces[0];
    if (chain.until !== undefined) this.#open.behind.set(keyOf(sender, chain.until), chain);
    if (chain.after !== undefined) this.#open.before.set(keyOf(sender, chain.after), chain);
  }

  #close({ pieces: [{ sender }], after, until }: Chain): void {
    if (until !== undefined) this.#open.behind.delete(keyOf(sender, until));
    if (after !== undefined) this.#open.before.delete(keyOf(sender, after));
  }
}

function keyOf(sender: string, name: string): string {
  return `${sender}\n${name}`;
}
