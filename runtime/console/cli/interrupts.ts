import type { Terminal } from "../terminal.ts";

/** The signals of one command: the first asks it to stop in order, the second to stop at once. */
export interface Interrupts extends Disposable {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  /** Aborted by the first. */
  readonly signal: AbortSignal;
}

/** From now on signals no longer end the process, until this is disposed of. */
export function listenForInterrupts(terminal: Terminal): Interrupts {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const end = terminal.onInterrupt(() => {
    if (stopping.signal.aborted) return second.resolve();
    stopping.abort();
    first.resolve();
  });
  return { first: first.promise, second: second.promise, signal: stopping.signal, [Symbol.dispose]: end };
}
