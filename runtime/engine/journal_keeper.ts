import { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import { Journal, type OpenStore } from "../journal/journal.ts";
import { errors } from "../journal/schema.ts";
import type { Store } from "../journal/store.ts";
import { DiskWatch } from "./disk_watch.ts";
import type { JournalCondition, JournalState } from "./events.ts";
import { limits } from "./limits.ts";
import type { Unstamped } from "./line.ts";
import type { GatewayPlan } from "./plan.ts";
import type { Pressure } from "./pressure.ts";
import { StallWatch } from "./stall_watch.ts";
import { backoffMs } from "./supervisor.ts";

/** What a journal is kept with. */
export interface KeeperParts {
  readonly plan: Pick<GatewayPlan, "data" | "journal">;
  readonly world: World;
  readonly openStore: OpenStore;
  readonly pressure: Pressure;
  report(event: Unstamped): void;
  /** A commit is durable. */
  committed(operations: number, tookMs: number): void;
  /** Nothing can be made durable any more. */
  failed(error: MitralError): void;
  /** There is another journal: whatever used the one before is to be made anew. Never rejects. */
  reopened(): Promise<void>;
}

/**
 * Keeps a gateway's journal: watches its disk and its commits, and opens it again where its store has failed. Before
 * each try it waits, longer each time; then the store is opened, looked through and written to. What is damaged is left
 * alone: a person has to restore it.
 */
export class JournalKeeper {
  readonly #parts: KeeperParts;
  readonly #disk: DiskWatch;
  readonly #stall: StallWatch;
  readonly #closing = new AbortController();
  #journal!: Journal;
  #trouble: MitralError | undefined;
  #isReopening = false;
  #attempts = 0;
  /** When the journal was last opened. */
  #openedMs = 0;
  #mending: Promise<void> | undefined;

  constructor(parts: KeeperParts) {
    const { world, plan, pressure, report } = this.#parts = parts;
    this.#disk = new DiskWatch({
      world,
      folder: plan.data,
      freeMin: plan.journal.diskFreeMin,
      changed(isLow, freeBytes) {
        report(isLow ? { name: "diskLow", freeBytes } : { name: "diskFine", freeBytes });
        pressure.set("disk is low", isLow);
      },
      unknown: (reason) => report({ name: "diskUnknown", reason }),
    });
    this.#stall = new StallWatch(world.clock, (isStalled, forMs) => {
      report({ name: isStalled ? "journalStalled" : "journalResumed", forMs });
      pressure.set("journal is stalled", isStalled);
    });
  }

  /** The one in use. One that has failed stays so: another takes its place. */
  get journal(): Journal {
    return this.#journal;
  }

  /** Why nothing can be made durable now. */
  get trouble(): MitralError | undefined {
    return this.#trouble;
  }

  /** Opens the journal for the first time. Errors: JOURNAL_…. */
  async open(): Promise<void> {
    const { world, plan, openStore } = this.#parts;
    await this.#take((observer) => Journal.open(world, plan.data, observer, openStore));
    await this.#disk.look();
  }

  /** As it is now; `pending` is what its queues hold. */
  state(pending: number): JournalState {
    const { freeBytes, isLow } = this.#disk;
    return {
      condition: this.#condition,
      ...(this.#stall.isStalled ? { isStalled: true } : {}),
      ...(this.#trouble ? { trouble: this.#trouble.code } : {}),
      ...(freeBytes === undefined ? {} : { disk: { freeBytes, isLow } }),
      pending,
      pendingBytes: this.#journal.pendingBytes,
    };
  }

  /** First step of closing: a store that has failed is not opened again. A try that is under way is to be awaited. */
  stop(): Promise<void> | undefined {
    this.#closing.abort();
    this.#disk.stop();
    this.#stall.stop();
    return this.#mending;
  }

  /** Waits for what was written so far, then closes the journal. One that has failed has nothing left to lose. */
  async close(): Promise<void> {
    try {
      await this.#journal.close();
    } catch (cause) {
      if (!this.#trouble) throw cause;
    }
  }

  get #condition(): JournalCondition {
    if (this.#isReopening) return "reopening";
    if (this.#trouble) return this.#trouble.code === DAMAGED ? "damaged" : "failed";
    return this.#journal.condition;
  }

  async #take(open: (observer: Parameters<typeof Journal.open>[2]) => Promise<Journal>): Promise<void> {
    const { world, pressure, report, committed } = this.#parts;
    // What a journal tells that has been replaced means nothing any more.
    const own: { journal?: Journal } = {};
    const isInUse = () => own.journal === this.#journal;
    const journal = own.journal = await open({
      begun: () => this.#stall.begun(),
      committed: (operations, tookMs) => {
        committed(operations, tookMs);
        report({ name: "journalCommitted", operations, tookMs });
      },
      rewriting: (progress) => report({ name: "journalRewritten", ...progress }),
      weighed: (pendingBytes) => isInUse() && pressure.weigh(pendingBytes),
      failed: (error) => isInUse() && this.#fail(error),
    });
    this.#journal = journal;
    this.#openedMs = world.clock.elapsedMs();
    pressure.weigh(journal.pendingBytes);
  }

  #fail(error: MitralError): void {
    const { world: { clock }, report, failed } = this.#parts;
    if (clock.elapsedMs() - this.#openedMs > limits.reopenMsMax) this.#attempts = 0;
    this.#trouble = error;
    report({ name: "journalFailed", error });
    failed(error);
    void this.#disk.look();
    this.#mending ??= this.#mend();
  }

  async #mend(): Promise<void> {
    const { world: { clock, random }, report, reopened } = this.#parts;
    const { signal } = this.#closing;
    while (this.#trouble && !signal.aborted) {
      const againInMs = backoffMs(++this.#attempts, limits.reopenMs, limits.reopenMsMax, random);
      await clock.sleep(againInMs, signal).catch(() => {});
      if (signal.aborted) break;
      const startedMs = clock.elapsedMs();
      const trouble = await this.#reopen();
      if (trouble) {
        this.#trouble = trouble;
        report({ name: "journalReopenFailed", error: trouble });
        if (trouble.code === DAMAGED) break;
        continue;
      }
      this.#trouble = undefined;
      await reopened();
      if (!this.#trouble) report({ name: "journalReopened", tookMs: clock.elapsedMs() - startedMs });
    }
    this.#mending = undefined;
  }

  /** One try. Resolves with what went wrong. */
  async #reopen(): Promise<MitralError | undefined> {
    const { world, plan, openStore } = this.#parts;
    this.#isReopening = true;
    try {
      // Its files have to be closed before they can be opened; what that says of a store that has failed is no news.
      await this.#journal.close().catch(() => {});
      await this.#mustHaveRoom();
      await this.#take((observer) => Journal.open(world, plan.data, observer, checked(openStore)));
    } catch (cause) {
      return cause instanceof MitralError
        ? cause
        : errors.error("JOURNAL_OPEN_FAILED", { reason: "unknown" }, cause);
    } finally {
      this.#isReopening = false;
    }
  }

  /** On a full disk the store can be opened, and deliveries made whose outcome cannot be kept: again and again. */
  async #mustHaveRoom(): Promise<void> {
    const { world: { disk }, plan } = this.#parts;
    const freeBytes = await disk.freeBytes(plan.data).catch(() => undefined);
    if (freeBytes === undefined || freeBytes >= limits.reopenFreeBytes) return;
    errors.fail("JOURNAL_DISK_FULL", { freeBytes, freeBytesMin: limits.reopenFreeBytes });
  }
}

/** No second try takes this away. */
const DAMAGED = "JOURNAL_DAMAGED";

/** Opens a store that is fit for use, or none. */
function checked(openStore: OpenStore): OpenStore {
  return async (world, folder): Promise<Store> => {
    const store = await openStore(world, folder);
    try {
      await store.check();
      return store;
    } catch (cause) {
      await store.close().catch(() => {});
      throw cause;
    }
  };
}
