import type { MitralError } from "../contract/error.ts";
import type { Format, Identity } from "../contract/format.ts";
import { untilAborted } from "../contract/signal.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { InboxRow } from "../journal/rows.ts";
import type { JoinPieces } from "../journal/pieces.ts";
import { type Accepted, declared } from "./arrival.ts";
import { type Chain, Chains, type WaitingPiece } from "./chains.ts";
import { errors } from "./errors.ts";
import type { LineState } from "./events.ts";
import { flawed } from "./flawed.ts";
import { limits } from "./limits.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan } from "./plan.ts";
import { troubleOf } from "./trouble.ts";

/** What an assembler is made of. */
export interface AssemblerParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  readonly journal: Journal;
  readonly world: World;
  /** How many pieces waited when the channel was made. */
  readonly found: number;
  newId(): string;
  /** True where the sender of a message hears later what became of it. */
  isAnsweredLater(received: Uint8Array): boolean;
  /** A message is in the inbox whose last piece nobody waits to be answered. */
  accepted(message: Accepted): void;
  report(event: Unstamped): void;
}

/** What became of pieces that are all there: a message in the inbox, or quarantine for all of them. */
export type Joined =
  | { readonly kind: "joined"; readonly message: Accepted }
  | { readonly kind: "refused"; readonly error: MitralError };

/** A piece that is durable. */
export type DurablePiece = Pick<InboxRow, "seq" | "id" | "size" | "origin">;

/**
 * Puts messages together that come in pieces. A piece waits in the journal; here is only its place. When all are there,
 * one commit makes them one message in the inbox. Where the next does not come in time, those that wait go into
 * quarantine. The wait begins anew when the channel starts: while it stood still, none could come.
 */
export class Assembler {
  readonly #parts: AssemblerParts;
  readonly #chains = new Chains();
  readonly #working = new Set<Promise<unknown>>();
  /** Pieces that wait; `undefined` before they are known. */
  #waiting: Set<number> | undefined;
  #isRunning = false;

  constructor(parts: AssemblerParts) {
    this.#parts = parts;
  }

  /** How many pieces wait. */
  get count(): number {
    return this.#waiting?.size ?? this.#parts.found;
  }

  /** The work line's state, with the pieces that wait before it; as it was where none are put together. */
  state(line: LineState): LineState {
    return this.#waitMsMax > 0 || this.count > 0 ? { ...line, gathering: this.count } : line;
  }

  /** Learns which pieces wait. */
  async start(): Promise<void> {
    const { journal, plan: { name: channel } } = this.#parts;
    this.#isRunning = true;
    this.#waiting = new Set();
    for (let after = 0;;) {
      const rows = await journal.ask({ ask: "pieces", channel, after, limit: limits.pageMax });
      for (const row of rows) await this.#put(row);
      if (rows.length === 0) return;
      after = rows[rows.length - 1].seq;
    }
  }

  /** Waits for what is being put together; the rest waits in the journal. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isRunning = false;
    this.#chains.clear();
    await untilAborted(Promise.all(this.#working), deadline);
  }

  /**
   * A piece has become durable. Resolves with what it completes: a message in the inbox, which the caller hands on, or
   * nothing that could be joined; `undefined` where others are still to come.
   */
  async take(piece: DurablePiece, identity: Identity): Promise<Joined | undefined> {
    this.#parts.journal.countPending(piece.size);
    let joining;
    try {
      joining = this.#add(piece, identity);
    } catch (cause) {
      const error = declared(cause);
      await this.#refuse([piece], error);
      return { kind: "refused", error };
    }
    return joining && (await joining ?? errors.fail("ENGINE_LINE_STOPPED"));
  }

  /** True for a piece; for what may as well be whole, where the piece before it waits, or may wait without being known yet. */
  isPiece({ sender, piece }: Identity, { partner }: DurablePiece["origin"]): boolean {
    if (!piece?.mayBeWhole) return piece !== undefined;
    return !this.#isRunning || this.#chains.isAwaited(senderOf(sender, partner), piece.after!);
  }

  /**
   * A piece waits from here on, durably. Returns what it completes; `undefined` where others are still to come. Errors:
   * ENGINE_PIECE_MISPLACED, and it is then no piece that waits.
   */
  #add(piece: DurablePiece, { sender, piece: place }: Identity): Promise<Joined | undefined> | undefined {
    const { seq, id, size, origin } = piece;
    // It may be found in the journal, and put back there, at once.
    if (!this.#isRunning || this.#waiting?.has(seq)) return undefined;
    this.#waiting?.add(seq);
    const from = senderOf(sender, origin.partner);
    const chain = this.#chains.add({ seq, id, size, sender: from, place: place! });
    if (!chain) return errors.fail("ENGINE_PIECE_MISPLACED");
    chain.stopWaiting();
    if (chain.after !== undefined || chain.until !== undefined) {
      this.#await(chain);
      return undefined;
    }
    return this.#work(this.#join(chain));
  }

  /** A piece that was in quarantine waits again. */
  async putBack(seq: number): Promise<void> {
    if (!this.#isRunning) return;
    const row = await this.#read(seq);
    if (row) await this.#put(row);
  }

  /** Into quarantine with pieces that wait. */
  async #refuse(
    pieces: readonly Pick<WaitingPiece, "seq" | "id" | "size">[],
    error: MitralError,
  ): Promise<void> {
    const { plan, journal, world, report } = this.#parts;
    const trouble = troubleOf(error, world.clock.nowMs());
    await Promise.all(pieces.map(({ seq }) => journal.write({ op: "quarantine", seq, trouble })));
    for (const { id, seq, size } of pieces) {
      this.#leave(seq, size);
      report({ name: "messageQuarantined", channel: plan.name, id, error });
    }
  }

  /** A piece that is only in the journal takes its place. */
  async #put(row: InboxRow): Promise<void> {
    const { format, journal, accepted } = this.#parts;
    const { body, seq, contentType } = row;
    try {
      if (!body) return errors.fail("ENGINE_BODY_DAMAGED");
      const identity = format.identify(body, contentType);
      if (identity.piece && format.pieces) {
        // Before anybody can give the last of them again: what that is answered depends on the whole.
        await this.#offer(this.#add(row, identity));
        return;
      }
      // Nobody puts pieces together any more: it goes on by itself.
      await journal.write({ op: "unpiece", seq });
      accepted({ ...row, type: identity.type, bytes: body });
    } catch (cause) {
      if (journal.condition !== "open") throw cause;
      await this.#refuse([row], declared(cause));
    }
  }

  async #offer(joining: Promise<Joined | undefined> | undefined): Promise<void> {
    const joined = await joining?.catch(() => undefined);
    if (joined?.kind === "joined") this.#parts.accepted(joined.message);
  }

  #await(chain: Chain): void {
    const { world } = this.#parts, waitMsMax = this.#waitMsMax;
    chain.stopWaiting = world.clock.after(waitMsMax, () => {
      this.#chains.remove(chain);
      const { length: pieces } = chain.pieces;
      this.#work(this.#refuse(chain.pieces, errors.error("ENGINE_PIECES_INCOMPLETE", { pieces, waitMsMax })));
    });
  }

  /** What is under way is waited for, and may fail: its pieces wait in the journal, and are found again. */
  #work<T>(work: Promise<T>): Promise<T> {
    const ended = work.then(() => {}, () => {}).finally(() => this.#working.delete(ended));
    this.#working.add(ended);
    return work;
  }

  async #join({ pieces }: Chain): Promise<Joined | undefined> {
    try {
      const message = await this.#commit(pieces);
      return message && { kind: "joined", message };
    } catch (cause) {
      if (this.#parts.journal.condition !== "open") throw cause;
      const error = declared(cause);
      await this.#refuse(pieces, error);
      return { kind: "refused", error };
    }
  }

  async #commit(pieces: readonly WaitingPiece[]): Promise<Accepted | undefined> {
    const { plan, format, journal, world, newId, isAnsweredLater, report } = this.#parts;
    const { messageBytesMax, acknowledge } = plan;
    const size = pieces.reduce((sum, { size }) => sum + size, 0);
    if (size > messageBytesMax) errors.fail("ENGINE_MESSAGE_TOO_LARGE", { messageBytesMax });
    const rows = await Promise.all(pieces.map(({ seq }) => this.#read(seq)));
    const bodies = rows.map((row) => row?.body ?? errors.fail("ENGINE_BODY_DAMAGED"));
    const { origin, contentType } = rows[0]!;
    const body = format.pieces!.join(bodies);
    const { controlId, type, sender } = format.identify(body, contentType);
    const flaws = await format.check(body, contentType);
    const message: JoinPieces = {
      op: "joinPieces",
      pieces: pieces.map(({ seq }) => seq),
      channel: plan.name,
      id: newId(),
      receivedAtMs: world.clock.nowMs(),
      origin,
      controlId,
      type,
      sender,
      contentType,
      body,
      ...(acknowledge === "received" && !isAnsweredLater(body) ? { answered: "positively" } : {}),
    };
    const joined = await journal.write({ ...message, body: await journal.keep(body) });
    if (!joined) return undefined;
    for (const { seq, size } of pieces) this.#leave(seq, size);
    journal.countPending(body.length);
    const { id, receivedAtMs } = message;
    if (flaws.length > 0) report(flawed(plan.name, id, flaws));
    report({ name: "piecesJoined", channel: plan.name, id, pieces: pieces.length, bytes: body.length });
    return { seq: joined.seq, id, receivedAtMs, origin, contentType, type, bytes: body };
  }

  async #read(seq: number): Promise<InboxRow | undefined> {
    const { journal, plan: { name: channel } } = this.#parts;
    const [row] = await journal.ask({ ask: "pieces", channel, after: seq - 1, limit: 1 });
    return row?.seq === seq ? row : undefined;
  }

  get #waitMsMax(): number {
    return this.#parts.format.pieces?.waitMsMax ?? 0;
  }

  #leave(seq: number, size: number): void {
    this.#waiting?.delete(seq);
    this.#parts.journal.countPending(-size);
  }
}

function senderOf(sender: string, partner: string | undefined): string {
  return partner === undefined ? sender : `${partner}/${sender}`;
}
