import { MitralError } from "../../../../runtime/contract/error.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import type { ControlHandler, Heard, Told } from "../../../../runtime/engine/exchange/control.ts";
import { GatewayLedger } from "../../../../runtime/engine/ledger/gateway_ledger.ts";
import type { Unstamped } from "../../../../runtime/engine/line.ts";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import { createIdentity, type Identity } from "../../../../runtime/trust/identity.ts";
import { keyringOf } from "../../../../runtime/trust/keyring.ts";
import type { LivePartners } from "../../../../runtime/trust/live_partners.ts";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import { parsePartnerFile, type Partner, writePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import type { FakeClock } from "../../../world/fake_clock.ts";
import { masterKey } from "../../../world/master_key.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";
import { worldWith } from "../../../world/tools.ts";
import { journalOn } from "../../journal/entries.ts";

const DEAF = { blame: "receiver", retry: "later", says: "Cannot hear" } as const;

/** What a gateway is known by. */
export interface Known {
  readonly identity: Identity;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly file: Partner;
}

/** Keys of a gateway, and its file of public ones. */
export async function knownAs(gateway: string, clock: FakeClock, identity?: Identity): Promise<Known> {
  const own = identity ?? (await createIdentity({ gateway, nowMs: clock.nowMs(), masterKey })).identity;
  const bytes = await writePartnerFile(own);
  return { identity: own, bytes, file: await parsePartnerFile(bytes, "a file") };
}

/** A gateway's ledger with a journal and keys of its own, and partners it reaches without a net. */
export class LedgerSite implements AsyncDisposable {
  readonly reports: Unstamped[] = [];
  /** Everything it told partners, in order. */
  readonly told: (readonly [partner: string, told: Told])[] = [];
  readonly partners = new Map<string, LedgerSite>();
  /** True while nobody reaches it, and it reaches nobody. */
  isDeaf = false;
  /** True where there is no exchange, and so nobody to witness. */
  isAlone = false;
  /** May change, or keep, what it tells; `undefined`: nothing gets there. */
  onTheWay: (told: Told) => Told | undefined = (told) => told;
  journal!: Journal;
  ledger!: GatewayLedger;
  readonly #handlers = new Map<string, ControlHandler>();
  readonly #wakes: (() => void)[] = [];
  readonly #watchers = new Set<(names: readonly string[]) => void>();
  #isOpen = false;

  constructor(
    readonly name: string,
    readonly clock: FakeClock,
    public known: Known,
    readonly store: MemoryStore = new MemoryStore(),
  ) {}

  /** Makes a gateway that runs. */
  static async open(name: string, clock: FakeClock): Promise<LedgerSite> {
    const site = new LedgerSite(name, clock, await knownAs(`${name}.example`, clock));
    await site.start();
    return site;
  }

  get gateway(): string {
    return this.known.file.gateway;
  }

  /** Opens its journal, and runs its ledger. */
  async start(): Promise<void> {
    const { clock, known: { identity } } = this;
    const keyring = keyringOf({ gateway: identity.gateway, clock, identity, partners: {} });
    const journal = this.journal = await journalOn(this.store, {
      committed: (operations) => this.ledger?.committed(operations),
    });
    this.ledger = new GatewayLedger({
      plan: { name: identity.gateway, hash: "c0ffee" },
      by: { person: "ann" },
      world: worldWith(clock, { random: new SeededRandom(1) }),
      partners: this.#book(),
      registry: {} as never,
      exchange: this.isAlone ? undefined : {
        control: {
          handle: (type: string, handler: ControlHandler) => void this.#handlers.set(type, handler),
          tell: (partner: string, told: Told) => this.#tell(partner, told),
        } as never,
        ownFile: () => Promise.resolve({ bytes: this.known.bytes, partner: this.known.file }),
      },
      keyring: () => keyring,
      journal: () => journal,
      report: (event) => this.#note(event),
    });
    this.#isOpen = true;
    this.ledger.start();
  }

  /** Stops as a gateway does. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    this.ledger.stopAsking();
    await this.clock.pass(this.ledger.stop());
    await this.journal.close();
  }

  /** Stops, and starts again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** The process dies. */
  crash(): void {
    this.#isOpen = false;
    this.ledger.stopAsking();
    this.store.cut();
  }

  /** Both know each other. */
  meets(...others: readonly LedgerSite[]): void {
    for (const other of others) {
      this.partners.set(other.name, other);
      other.partners.set(this.name, this);
      this.#changed(other.name);
      other.#changed(this.name);
    }
  }

  /** Writes so many entries. */
  async grow(count = 1): Promise<void> {
    for (let at = 0; at < count; at++) {
      const entry: LedgerEntry = { kind: "act", atMs: this.clock.nowMs(), by: "ann", act: `looked ${at}` };
      await this.journal.write({ op: "writeEntry", entry });
    }
  }

  /** What it hears from a partner. */
  async hears(partner: string, told: Told): Promise<Outcome> {
    if (this.isDeaf || !this.#isOpen) throw new MitralError("TEST_PEER_DEAF", DEAF);
    const evidence = { payload: new Uint8Array(), signed: new Uint8Array() };
    try {
      await this.#handlers.get(told.type)!(partner, JSON.parse(JSON.stringify(told)), evidence);
      return { kind: "accepted" };
    } catch (error) {
      if (!(error instanceof MitralError)) throw error;
      return { kind: error.retry === "later" ? "failed" : "rejected", error };
    }
  }

  /** Everything of a name that was reported. */
  all<N extends Unstamped["name"]>(name: N): Extract<Unstamped, { name: N }>[] {
    return this.reports.filter((each): each is Extract<Unstamped, { name: N }> => each.name === name);
  }

  /** Moves time until so many of a name were reported. */
  async until<N extends Unstamped["name"]>(name: N, count = 1): Promise<void> {
    const wait = async () => {
      while (this.all(name).length < count) await new Promise<void>((wake) => this.#wakes.push(wake));
    };
    await this.clock.pass(wait());
  }

  /** Codes of the alarms it has told. */
  get alarmed(): readonly string[] {
    return this.all("ledgerAlarmed").map(({ error }) => error.code);
  }

  /** A gateway with the same keys on a copy of the same data, as they are now. */
  copied(): LedgerSite {
    const copy = new LedgerSite(this.name, this.clock, this.known);
    const from = this.store.database, to = copy.store.database;
    const tables = from.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    ).all();
    for (const { name } of tables) {
      to.exec(`DELETE FROM "${name}"`);
      for (const row of from.prepare(`SELECT * FROM "${name}"`).all()) {
        const columns = Object.keys(row);
        to.prepare(`INSERT INTO "${name}" (${columns}) VALUES (${columns.map(() => "?")})`)
          .run(...Object.values(row));
      }
    }
    for (const [name, partner] of this.partners) copy.partners.set(name, partner);
    return copy;
  }

  /** From now on it is another that its partners reach under its name. */
  replacedBy(other: LedgerSite): void {
    for (const partner of this.partners.values()) partner.partners.set(this.name, other);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOpen) await this.stop();
    this.store[Symbol.dispose]();
  }

  async #tell(partner: string, told: Told): Promise<Heard> {
    this.told.push([partner, told]);
    const far = this.partners.get(partner);
    const changed = this.onTheWay(told);
    if (this.isDeaf || !far || !changed) throw new MitralError("TEST_PEER_DEAF", DEAF);
    return { outcome: await far.hears(this.name, changed), sentAtMs: 0, heardAtMs: 0 };
  }

  #book(): LivePartners {
    const { partners } = this;
    const book: Pick<LivePartners, "names" | "stateOf" | "find" | "watch" | "recordOf"> = {
      get names() {
        return [...partners.keys()];
      },
      stateOf: (name) => partners.has(name) ? "active" : undefined,
      find: (name) => partners.get(name)?.known.file,
      watch: (watcher) => {
        this.#watchers.add(watcher);
        return () => void this.#watchers.delete(watcher);
      },
      recordOf: (name) => {
        const { file, bytes } = partners.get(name)?.known ?? {};
        return file && bytes && { gateway: file.gateway, serial: file.serial, bytes, by: "bob" };
      },
    };
    return book as LivePartners;
  }

  #changed(name: string): void {
    for (const watcher of this.#watchers) watcher([name]);
  }

  #note(event: Unstamped): void {
    this.reports.push(event);
    for (const wake of this.#wakes.splice(0)) wake();
  }
}
