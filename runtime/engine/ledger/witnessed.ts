import { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import { type ReadCheckpoint, readOrigin } from "../../trust/ledger/checkpoint.ts";
import { verifyCosignature, witnessNameOf } from "../../trust/ledger/cosignature.ts";
import { type TreeHead, verifyConsistency } from "../../trust/ledger/tree.ts";
import type { PartnerBook } from "../../trust/partner_book.ts";
import type { ControlFeed, Told } from "../exchange/control.ts";
import type { Unstamped } from "../line.ts";
import { backoffMs } from "../supervisor.ts";
import type { LedgerAlarms } from "./alarms.ts";
import type { Checkpoints, SignedHead } from "./checkpoints.ts";
import { errors } from "./errors.ts";
import type { WitnessAnswer, WitnessState } from "./state.ts";
import { APART_MS_MAX, type CheckpointTold, type Objection, readCosignatureTold, refusalBy } from "./told.ts";
import { Turnstile } from "../turnstile.ts";

/** What our witnesses are asked with. */
export interface WitnessedParts {
  readonly control: Pick<ControlFeed, "tell" | "handle">;
  readonly book: PartnerBook;
  readonly keyring: Pick<GatewayKeyring, "gateway">;
  readonly world: Pick<World, "clock" | "random">;
  readonly alarms: Pick<LedgerAlarms, "raise">;
  readonly checkpoints: Pick<Checkpoints, "last" | "make">;
  /** The journal there is now: another one after a failure. */
  journal(): Pick<Journal, "ask" | "write">;
  /** The checkpoint, where one of our ledger keys has signed it, also one that we have no more. */
  verified(note: string): Promise<ReadCheckpoint | undefined>;
  /** What our ledger of an epoch is called. */
  originOf(epoch: number): string;
  report(event: Unstamped): void;
}

/** A witness is asked no more often, but by a person. */
const EVERY_MS = 60_000;
const RETRY_MS_MAX = 3_600_000;
/** How long somebody who asked waits for the witnesses. */
const ANSWER_MS_MAX = 10_000;
/** Whoever answers more often than it is asked is not heard. */
const ANSWERS_MAX = 30;
/** Heads whose answer may still come. */
const SENT_MAX = 4;
/** How often in a row a witness is shown what it wants to see. */
const ROUNDS_MAX = 3;
/** So many heads are looked through for who has signed them. */
const HEADS_MAX = 200;

/** A partner that witnesses our ledger. */
interface Witness {
  /** What it was shown, by size. */
  readonly sent: Map<number, SignedHead>;
  /** The last head it has signed as far as we know. */
  known: { readonly epoch: number; readonly size: number };
  signed: WitnessState["signed"];
  askedMs: number;
  failures: number;
  rounds: number;
  trouble: string | undefined;
  forget: (() => void) | undefined;
  /** Who waits for its answer. */
  readonly waiting: Set<() => void>;
}

/**
 * The partners as witnesses of our ledger: each active one whose file has a ledger key is shown our newest signed head, at
 * most once a minute while the ledger grows. What it signs is kept; what it holds against us is looked at here, by what we
 * have signed ourselves.
 */
export class Witnessed {
  readonly #parts: WitnessedParts;
  readonly #turnstile: Turnstile;
  readonly #witnesses = new Map<string, Witness>();
  readonly #unwatch: () => void;
  #isOver = false;

  constructor(parts: WitnessedParts) {
    this.#parts = parts;
    this.#turnstile = new Turnstile(ANSWERS_MAX, parts.world.clock);
    parts.control.handle("cosignature", (partner, told) => this.#heard(partner, told));
    this.#unwatch = parts.book.watch(() => this.grown());
  }

  /** Remembers who has signed what before the start. */
  async load(): Promise<void> {
    const heads = await this.#parts.journal().ask({ ask: "checkpoints", limit: HEADS_MAX });
    for (const partner of this.#partners) {
      const { gateway } = this.#parts.book.find(partner)!;
      const head = heads.find(({ witnesses }) => witnesses.includes(gateway));
      if (!head) continue;
      const { epoch, size, atMs } = head;
      const witness = this.#of(partner);
      witness.signed ??= { epoch, size, atMs };
      if (witness.known.size === 0) witness.known = { epoch, size };
    }
  }

  /** There is a newer head: whoever has not signed it is shown it when it is time. */
  grown(): void {
    for (const partner of this.#partners) this.#plan(partner);
  }

  stop(): void {
    this.#isOver = true;
    this.#unwatch();
    for (const { forget, waiting } of this.#witnesses.values()) {
      forget?.();
      for (const tell of waiting) tell();
    }
  }

  /** How it stands with each, by the partners' names. */
  get states(): readonly WitnessState[] {
    return this.#partners.map((partner) => {
      const { signed, trouble } = this.#of(partner);
      return { partner, ...(signed ? { signed } : {}), ...(trouble === undefined ? {} : { trouble }) };
    });
  }

  /** Shows every witness our head as it is now; resolves once all have signed it, or after ten seconds. Errors: JOURNAL_…. */
  async askNow(): Promise<readonly WitnessAnswer[]> {
    const head = await this.#parts.checkpoints.make();
    if (!head) return [];
    return await Promise.all(this.#partners.map((partner) => this.#askNow(partner, head)));
  }

  async #askNow(partner: string, head: SignedHead): Promise<WitnessAnswer> {
    const witness = this.#of(partner);
    const hasSigned = () => witness.signed?.epoch === head.epoch && witness.signed.size >= head.size;
    const answered = Promise.withResolvers<void>();
    const look = () => {
      if (hasSigned() || witness.trouble !== undefined || this.#isOver) answered.resolve();
    };
    const forget = this.#parts.world.clock.after(ANSWER_MS_MAX, () => answered.resolve());
    witness.waiting.add(look);
    witness.trouble = undefined;
    witness.rounds = 0;
    try {
      if (!hasSigned()) {
        void this.#try(partner);
        await answered.promise;
      }
    } finally {
      forget();
      witness.waiting.delete(look);
    }
    const { signed, trouble } = witness;
    return {
      partner,
      hasSigned: hasSigned(),
      ...(signed ? { signed } : {}),
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  /** Active partners whose file has a ledger key. */
  get #partners(): readonly string[] {
    const { book } = this.#parts;
    return book.names.filter((name) => book.find(name)?.ledger !== undefined);
  }

  #of(partner: string): Witness {
    const witness = this.#witnesses.get(partner) ?? {
      sent: new Map(),
      known: { epoch: 0, size: 0 },
      signed: undefined,
      askedMs: -Infinity,
      failures: 0,
      rounds: 0,
      trouble: undefined,
      forget: undefined,
      waiting: new Set(),
    };
    this.#witnesses.set(partner, witness);
    return witness;
  }

  #plan(partner: string): void {
    const { world: { clock, random } } = this.#parts;
    const witness = this.#of(partner);
    const { askedMs, failures } = witness;
    if (witness.forget || !this.#isBehind(witness)) return;
    const waitMs = failures > 1 ? backoffMs(failures, EVERY_MS, RETRY_MS_MAX, random) : EVERY_MS;
    const dueMs = Math.max(0, askedMs + waitMs - clock.elapsedMs());
    witness.forget = clock.after(dueMs, () => {
      witness.forget = undefined;
      witness.rounds = 0;
      if (this.#isBehind(witness)) void this.#try(partner);
    });
  }

  /** True where it has not signed our newest head. */
  #isBehind({ signed }: Witness): boolean {
    const { last } = this.#parts.checkpoints;
    return !this.#isOver && last !== undefined && !(signed?.epoch === last.epoch && signed.size >= last.size);
  }

  /** Shows it our newest head; where it does not take it, that is told and tried again. */
  async #try(partner: string): Promise<void> {
    const witness = this.#of(partner);
    witness.forget?.();
    witness.forget = undefined;
    witness.askedMs = this.#parts.world.clock.elapsedMs();
    try {
      if (this.#isOver || !this.#partners.includes(partner)) return;
      await this.#show(partner, witness);
      witness.failures = 0;
    } catch (cause) {
      witness.failures++;
      this.#fail(partner, cause);
    }
    // Until it has signed this or a later one.
    this.#plan(partner);
  }

  async #show(partner: string, { known, sent }: Witness): Promise<void> {
    const { checkpoints: { last }, control, journal, world: { clock } } = this.#parts;
    if (!last) return;
    const { epoch, size, note } = last;
    const from = known.epoch === epoch && known.size <= size ? known.size : 0;
    const proof = from > 0 ? await journal().ask({ ask: "consistency", epoch, from, size }) : [];
    const told: CheckpointTold = {
      type: "checkpoint",
      note,
      atMs: clock.nowMs(),
      from,
      proof: proof.map((hash) => hash.toBase64()),
      ...(epoch > 1 && from === 0 ? await this.#began(epoch, size) : {}),
    };
    sent.set(size, last);
    for (const old of [...sent.keys()].slice(0, -SENT_MAX)) sent.delete(old);
    const { outcome } = await control.tell(partner, { ...told });
    if (outcome.kind === "failed" || outcome.kind === "rejected") throw outcome.error;
  }

  /** What says, of an epoch that a restore began, how much of the one before it goes on from. */
  async #began(epoch: number, size: number): Promise<Pick<CheckpointTold, "began">> {
    const journal = this.#parts.journal();
    const { entries: [first] } = await journal.ask({ ask: "entries", epoch, from: 0, limit: 1 });
    if (!first) return {};
    const proof = await journal.ask({ ask: "inclusion", epoch, number: 0, size });
    return { began: { entry: first.bytes.toBase64(), proof: proof.map((hash) => hash.toBase64()) } };
  }

  #fail(partner: string, cause: unknown): void {
    const error = cause instanceof MitralError
      ? cause
      : errors.error("LEDGER_WITNESS_CRASHED", { partner }, cause);
    const witness = this.#of(partner);
    const isNews = witness.trouble !== error.code;
    // A partner that is off for a night is told of once.
    if (isNews && !this.#isOver) this.#parts.report({ name: "witnessFailed", partner, error });
    this.#trouble(witness, error.code);
  }

  async #heard(partner: string, told: Told): Promise<void> {
    if (!this.#turnstile.passes(partner)) {
      errors.fail("LEDGER_WITNESS_BUSY", { partner, most: ANSWERS_MAX });
    }
    const refuse = refusalBy(errors.fail, "LEDGER_COSIGNATURE_STRANGE", partner);
    try {
      const { origin, size, said } = readCosignatureTold(told, refuse);
      const { last } = this.#parts.checkpoints;
      if (origin !== this.#parts.originOf(readOrigin(origin)?.epoch ?? 0)) refuse("origin");
      if (!last) return;
      if (typeof said === "string") await this.#signed(partner, size, said, refuse);
      else await this.#objected(partner, said, last, refuse);
    } catch (cause) {
      this.#fail(partner, cause);
      throw cause;
    }
  }

  async #signed(partner: string, size: number, line: string, refuse: (part: string) => never): Promise<void> {
    const { book, journal, report, world: { clock } } = this.#parts;
    const witness = this.#of(partner);
    const head = witness.sent.get(size);
    // Asked for before the last start: it is asked again.
    if (!head) return;
    const { gateway, root, ledger } = book.find(partner) ?? refuse("gateway");
    const name = witnessNameOf({ gateway, root: root.keyId });
    const isOne = line.indexOf("\n") === line.length - 1;
    const atMs = isOne && ledger ? verifyCosignature(head.note + line, name, ledger.publicBytes) : undefined;
    if (atMs === undefined) return refuse("line");
    // By any other time it would say that entries were there before they were written, or long after.
    if (atMs < head.atMs - APART_MS_MAX || atMs > clock.nowMs() + APART_MS_MAX) refuse("line");
    const { epoch, note } = head;
    // It may have been forgotten meanwhile, since nobody had signed it.
    const kept = journal().write({ op: "keepCheckpoint", epoch, size, atMs: head.atMs, note }, "patient");
    const signed = { op: "keepCosignature", epoch, size, witness: gateway, atMs, line } as const;
    await Promise.all([kept, journal().write(signed, "patient")]);
    witness.trouble = undefined;
    if (witness.signed?.epoch !== epoch || witness.signed.size < size) {
      witness.signed = { epoch, size, atMs };
      witness.known = { epoch, size };
    }
    report({ name: "ledgerWitnessed", partner, size });
    for (const tell of witness.waiting) tell();
  }

  /** What it holds against us counts by our own signature under it. */
  async #objected(
    partner: string,
    { note, isConflict, shown }: Objection,
    last: SignedHead,
    refuse: (part: string) => never,
  ): Promise<void> {
    const { alarms, keyring: { gateway }, originOf, verified } = this.#parts;
    const theirs = await verified(note) ?? refuse("note");
    const signedEpoch = readOrigin(theirs.origin)?.epoch ?? refuse("note");
    if (theirs.origin !== originOf(signedEpoch)) refuse("note");
    const witness = this.#of(partner);
    const { epoch, size } = last, { size: signed } = theirs;
    const isBack = signedEpoch > epoch || signedEpoch === epoch && signed > size;
    const isGrown = signedEpoch < epoch || !isBack && await this.#grewOutOf(theirs, last);
    const copy = shown === undefined ? undefined : await this.#copyIn(shown, last);
    if (isGrown && isConflict && !copy) errors.fail("LEDGER_WITNESS_MISTAKEN", { partner, signed });
    if (isGrown && copy) {
      const facts = { gateway, epoch, size: copy.size, signed, signedEpoch };
      const notes = [note, shown!];
      await alarms.raise(errors.error("LEDGER_VIEW_SPLIT", facts), { gateway, partner, notes });
      if (isConflict) return;
    }
    if (!isGrown) {
      const code = isBack ? "LEDGER_ROLLED_BACK" : "LEDGER_VIEW_SPLIT";
      const error = errors.error(code, { gateway, epoch, size, signed, signedEpoch });
      await alarms.raise(error, { gateway, partner, notes: [note, last.note] });
      if (isConflict || isBack) return this.#trouble(witness, code);
    }
    // Also what it will not sign: it is to see that, too.
    witness.known = copy && copy.size <= size
      ? { epoch, size: copy.size }
      : { epoch: signedEpoch, size: signed };
    if (++witness.rounds <= ROUNDS_MAX) void this.#try(partner);
  }

  /** The head, where our key has signed it and our ledger did not grow out of it: a copy of our data goes on elsewhere. */
  async #copyIn(note: string, last: SignedHead): Promise<ReadCheckpoint | undefined> {
    const { verified, originOf } = this.#parts;
    const head = await verified(note);
    if (head?.origin !== originOf(last.epoch)) return undefined;
    return head.size <= last.size && await this.#grewOutOf(head, last) ? undefined : head;
  }

  async #grewOutOf(from: TreeHead, { epoch, size, root }: SignedHead): Promise<boolean> {
    const proof = await this.#parts.journal().ask({ ask: "consistency", epoch, from: from.size, size });
    return verifyConsistency({ from, to: { size, root }, proof });
  }

  #trouble(witness: Witness, code: string): void {
    witness.trouble = code;
    for (const tell of witness.waiting) tell();
  }
}
