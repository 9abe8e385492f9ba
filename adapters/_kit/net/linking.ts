/** One connection that a sender sends over. */
export interface Linked {
  /** The other end. */
  readonly peer: string;
  /** False once it is closed. */
  readonly isOpen: boolean;
  /** Resolves when it is closed. */
  readonly done: Promise<void>;
  /** For how long nothing has been sent or answered. */
  readonly idleMs: number;
  /** Closes. What is under way rejects with `reason`. May be called twice. */
  close(reason?: unknown): void;
}

/** A link being made, or waited for. */
export interface Linking<L> {
  readonly link: Promise<L>;
  /** Gives up at once: `link` rejects with `reason`. Nothing happens once it is there. */
  abandon(reason: unknown): void;
}
