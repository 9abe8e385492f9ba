import type { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import { originOf, readOrigin } from "../../trust/ledger/checkpoint.ts";
import { cosignatureLine, witnessNameOf } from "../../trust/ledger/cosignature.ts";
import type { PartnerBook } from "../../trust/partner_book.ts";
import type { Partner } from "../../trust/partner_file.ts";
import type { ControlFeed, Told } from "../exchange/control.ts";
import { InTurn } from "../in_turn.ts";
import type { Unstamped } from "../line.ts";
import { listenerMemory } from "../listener_memory.ts";
import { type LedgerAlarms, MEMORY } from "./alarms.ts";
import { errors } from "./errors.ts";
import { judge, type Judgement, type Restored, type ShownHead, type WitnessedHead } from "./judge.ts";
import { verifiedBy } from "./ledger_keys.ts";
import { APART_MS_MAX, type CosignatureTold, readCheckpointTold, refusalBy } from "./told.ts";
import { Turnstile } from "../turnstile.ts";

/** What a witness is made of. */
export interface WitnessingParts {
  readonly control: Pick<ControlFeed, "tell" | "handle">;
  readonly book: PartnerBook;
  readonly keyring: Pick<GatewayKeyring, "gateway" | "identity">;
  readonly world: Pick<World, "clock">;
  readonly alarms: Pick<LedgerAlarms, "raise">;
  /** The journal there is now: another one after a failure. */
  journal(): Pick<Journal, "ask" | "write">;
  report(event: Unstamped): void;
}

/** A partner asks once a minute, and at once when a person wants it. */
const ASKED_MAX = 12;

/** Nobody restores more often unseen. Whoever stole keys could else leave no later epoch to the gateway that has new ones. */
const EPOCHS_APART_MAX = 1_000;

/** What is remembered of a partner's ledger, durably before it is signed. */
interface Remembered extends WitnessedHead {
  readonly note: string;
}

/**
 * This gateway as a witness of its partners' ledgers: it signs that each it was shown grew out of all it has signed before,
 * and nothing else, whoever settles what. What does not is an alarm here, and the partner is told. Nothing of it is an entry of
 * the ledger here, or two gateways would witness each other for ever.
 */
export class Witnessing {
  readonly #parts: WitnessingParts;
  readonly #turnstile: Turnstile;
  readonly #turns = new InTurn();
  /** By partner, a head that its key has signed, and that was not shown to have grown out of what was signed here. */
  readonly #claimed = new Map<string, Remembered>();
  #isOver = false;

  constructor(parts: WitnessingParts) {
    this.#parts = parts;
    this.#turnstile = new Turnstile(ASKED_MAX, parts.world.clock);
    parts.control.handle("checkpoint", async (partner, told) => {
      await this.#heard(partner, told).catch((error: MitralError) => {
        // Whoever asks all the time is told of once a minute.
        const isNews = error.code !== "LEDGER_WITNESS_BUSY" || this.#turnstile.isNews(partner);
        if (isNews && !this.#isOver) parts.report({ name: "checkpointRefused", partner, error });
        throw error;
      });
    });
  }

  stop(): void {
    this.#isOver = true;
  }

  get #memory() {
    return listenerMemory(this.#parts.journal(), MEMORY);
  }

  async #heard(partner: string, told: Told): Promise<void> {
    const { book, world: { clock }, keyring: { identity }, journal } = this.#parts;
    if (!this.#turnstile.passes(partner)) errors.fail("LEDGER_WITNESS_BUSY", { partner, most: ASKED_MAX });
    if (!identity?.ledger) return errors.fail("LEDGER_WITNESS_KEYLESS", { partner });
    const refuse = refusalBy(errors.fail, "LEDGER_CHECKPOINT_STRANGE", partner);
    const shown = readCheckpointTold(told, refuse);
    const nowMs = clock.nowMs();
    // Whatever is told later would come late.
    if (shown.atMs > nowMs + APART_MS_MAX) refuse("atMs");
    const file = book.find(partner) ?? refuse("gateway");
    const checkpoint = await verifiedBy(file, shown.note, journal(), nowMs) ??
      errors.fail("LEDGER_CHECKPOINT_UNSIGNED", { partner });
    const { origin, size, root } = checkpoint;
    const epoch = readOrigin(origin)?.epoch ?? refuse("origin");
    if (origin !== originOf({ gateway: file.gateway, root: file.root.keyId, epoch })) refuse("origin");
    const head = { epoch, size, root, shown };
    await this.#turns.begin(partner, () => this.#judge(partner, file, head, checkpoint, refuse));
  }

  async #judge(
    partner: string,
    file: Partner,
    head: ShownHead,
    { origin, text }: { readonly origin: string; readonly text: string },
    refuse: (part: string) => never,
  ): Promise<void> {
    const { world: { clock }, keyring: { gateway, identity } } = this.#parts;
    const { epoch, size, root, shown } = head;
    const answer = { type: "cosignature", origin, size } as const;
    const known = await this.#recall(file);
    if (known && epoch > known.epoch + EPOCHS_APART_MAX) refuse("origin");
    await this.#judgeClaimed(partner, file, head);
    const judgement = judge(known, head);
    const isWritten = await this.#raise(judgement, partner, file, known, head);
    // What goes with one restore is not to be lost sight of behind another.
    if (judgement.kind === "restored" && !isWritten) errors.fail("LEDGER_RESTORE_UNSEEN", { partner });
    if (judgement.kind !== "good" && judgement.kind !== "restored") {
      if (epoch === known!.epoch && size > known!.size) {
        this.#claimed.set(partner, { epoch, size, root, toldAtMs: shown.atMs, note: shown.note });
      }
      const objection = { note: known!.note, shown: shown.note };
      return this.#answer(partner, {
        ...answer,
        ...(judgement.kind === "unshown" ? { known: objection } : { conflict: objection }),
      });
    }
    const toldAtMs = Math.max(shown.atMs, known?.toldAtMs ?? 0);
    await this.#remember(file, { epoch, size, root, toldAtMs, note: shown.note });
    const { root: { keyId }, ledger } = identity!;
    const line = cosignatureLine(text, witnessNameOf({ gateway, root: keyId }), ledger!, clock.nowMs());
    this.#answer(partner, { ...answer, line });
  }

  /** What was claimed, and what is shown now, are of one ledger; or a copy of it goes on elsewhere. */
  async #judgeClaimed(partner: string, file: Partner, head: ShownHead): Promise<void> {
    const claimed = this.#claimed.get(partner);
    if (!claimed) return;
    const judgement = judge(claimed, head);
    if (judgement.kind !== "unshown") this.#claimed.delete(partner);
    if (judgement.kind !== "restored") await this.#raise(judgement, partner, file, claimed, head);
  }

  /** Resolves with whether there is an alarm where there should be one, and it is written down. */
  async #raise(
    judgement: Judgement,
    partner: string,
    { gateway }: Partner,
    known: Remembered | undefined,
    head: ShownHead,
  ): Promise<boolean> {
    const error = known && alarmOf(judgement, gateway, known, head);
    if (!error) return true;
    return await this.#parts.alarms.raise(error, { gateway, partner, notes: [known.note, head.shown.note] });
  }

  /** Told once: whoever does not hear it asks again. */
  #answer(partner: string, told: CosignatureTold): void {
    this.#parts.control.tell(partner, { ...told }).catch((error: MitralError) => {
      if (!this.#isOver) this.#parts.report({ name: "witnessFailed", partner, error });
    });
  }

  async #recall(of: Owner): Promise<Remembered | undefined> {
    const text = await this.#memory.get(keyOf(of));
    if (text === undefined) return undefined;
    const { root, ...rest } = JSON.parse(text);
    return { ...rest, root: Uint8Array.fromBase64(root) };
  }

  async #remember(of: Owner, { root, ...rest }: Remembered): Promise<void> {
    await this.#memory.set(keyOf(of), JSON.stringify({ ...rest, root: root.toBase64() }));
  }
}

interface Owner {
  readonly gateway: string;
  readonly root: { readonly keyId: string };
}

/** A gateway with another root key is another. */
function keyOf({ gateway, root }: Owner): string {
  return `seen ${gateway} ${root.keyId}`;
}

function alarmOf(
  judgement: Judgement,
  gateway: string,
  known: WitnessedHead,
  { epoch, size }: ShownHead,
): MitralError | undefined {
  const facts = { gateway, epoch, size, signed: known.size, signedEpoch: known.epoch };
  switch (judgement.kind) {
    case "split":
      return errors.error("LEDGER_VIEW_SPLIT", facts);
    case "rolledBack":
      return errors.error("LEDGER_ROLLED_BACK", facts);
    case "restored":
      return errors.error("LEDGER_PARTNER_RESTORED", {
        ...facts,
        gone: goneText(known.size, judgement),
      });
  }
}

/** Entries are numbered from 0. */
function goneText(signed: number, { kept, isShown }: Pick<Restored, "kept" | "isShown">): string {
  if (kept === undefined) return "it does not show which are gone";
  const gone = kept >= signed
    ? "none is gone; what came behind them may be"
    : `those from number ${kept} on are gone`;
  return isShown ? gone : `it says that ${gone}`;
}
