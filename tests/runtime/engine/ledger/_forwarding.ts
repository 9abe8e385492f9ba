import {
  defineSender,
  DOUBTED,
  noPartners,
  type Parcel,
  type TransportEvent,
} from "../../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { AuditForwarder } from "../../../../runtime/engine/ledger/forwarder.ts";
import type { Unstamped } from "../../../../runtime/engine/line.ts";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import { encodeEntry } from "../../../../runtime/trust/ledger/entry_bytes.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { worldWith } from "../../../world/tools.ts";

/** Thrown by a collector that takes nothing now. */
export const away = new MitralError("KIT_COLLECTOR_AWAY", {
  blame: "receiver",
  retry: "later",
  says: "Cannot send: nobody is there",
});

/** A ledger in memory, and what is remembered beside it. */
export class FakeLedger {
  readonly epochs: LedgerEntry[][] = [[]];
  readonly memory = new Map<string, string>();

  /** Adds entries: each a start by a person of this name. */
  add(...names: readonly string[]): void {
    this.epochs.at(-1)!.push(...names.map((by): LedgerEntry => ({ kind: "started", atMs: 1_000, by })));
  }

  readonly journal = {
    ask: (question: { ask: string; epoch?: number; from?: number; limit?: number; key?: string }) => {
      if (question.ask === "state") return Promise.resolve(this.memory.get(question.key!));
      const { epoch = this.epochs.length, from = 0, limit = 0 } = question;
      const all = this.epochs[epoch - 1];
      const entries = all.slice(from, from + limit).map((entry, at) => ({
        number: from + at,
        entry,
        bytes: encodeEntry(entry),
      }));
      return Promise.resolve({ epoch, entries, next: from + limit < all.length ? from + limit : null });
    },
    write: (
      operation: { op: string; entry?: LedgerEntry; writes?: readonly { key: string; value: string }[] },
    ) => {
      for (const { key, value } of operation.writes ?? []) this.memory.set(key, value);
      if (operation.entry) this.epochs.at(-1)!.push(operation.entry);
      return Promise.resolve(null);
    },
  } as unknown as Pick<Journal, "ask" | "write">;
}

/** A collector that a test tells what to do. */
export class FakeCollector {
  /** Who each entry it has taken is by. */
  readonly taken: string[] = [];
  readonly parcels: Parcel[] = [];
  /** What a send fails with. */
  trouble: unknown;
  /** A send takes until this resolves. */
  busy: Promise<void> = Promise.resolve();
  #report: (event: TransportEvent) => void = () => {};
  #watchers: (() => void)[] = [];

  constructor(readonly isUnconfirmed: boolean) {}

  /** The connection is lost. */
  lose(): void {
    this.#report({ name: DOUBTED, facts: { messages: this.taken.length } });
  }

  /** Resolves once it has taken so many. */
  async has(count: number): Promise<readonly string[]> {
    while (this.taken.length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.taken;
  }

  readonly spec = () =>
    defineSender({
      name: "kit",
      about: "Takes entries.",
      config: {},
      errors: {},
      ...(this.isUnconfirmed ? { isUnconfirmed: true } : {}),
      open: ({ report }) => {
        this.#report = report;
        return Promise.resolve({
          send: async (parcel: Parcel, signal: AbortSignal) => {
            await Promise.race([
              this.busy,
              new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
            ]);
            if (this.trouble) throw this.trouble;
            this.parcels.push(parcel);
            this.taken.push(JSON.parse(new TextDecoder().decode(parcel.bytes)).entry.by);
            for (const tell of this.#watchers.splice(0)) tell();
            return { kind: "accepted" as const };
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        });
      },
    });
}

/** A forwarder between a ledger and a collector. Disposed: stopped. */
export function forwarding(
  { ledger = new FakeLedger(), collector = new FakeCollector(false), clock = new FakeClock() } = {},
) {
  const events: Unstamped[] = [];
  const forwarder = new AuditForwarder({
    plan: { send: { spec: collector.spec(), config: {} }, format: "json", alarmAfterMs: 900_000 },
    gateway: "st-elsewhere",
    world: worldWith(clock),
    partners: noPartners,
    journal: () => ledger.journal,
    report: (event) => void events.push(event),
  });
  return {
    ledger,
    collector,
    clock,
    events,
    forwarder,
    /** Names of events, without those of the connection. */
    told: () => events.flatMap(({ name }) => name === "auditReported" ? [] : [name]),
    stop: () => clock.pass(forwarder.stop()),
    [Symbol.asyncDispose]: () => clock.pass(forwarder.stop()),
  };
}
