import type { Partners } from "../../contract/adapter.ts";
import type { World } from "../../contract/world.ts";
import { type By, PROGRAM } from "../../journal/acts.ts";
import type { Journal } from "../../journal/journal.ts";
import { errors as journalErrors } from "../../journal/schema.ts";
import type { LedgerAnswer, LedgerHead, LedgerQuestion } from "../../journal/ledger/operations.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import { relayIdentityOf } from "../../trust/identity.ts";
import { originOf, type ReadCheckpoint, verifyCheckpoint } from "../../trust/ledger/checkpoint.ts";
import type { LedgerKey } from "../../trust/ledger_key.ts";
import type { LivePartners } from "../../trust/live_partners.ts";
import type { PartnerExchange } from "../exchange/exchange.ts";
import type { Unstamped } from "../line.ts";
import type { GatewayPlan } from "../plan.ts";
import { type LedgerAlarm, LedgerAlarms } from "./alarms.ts";
import { Checkpoints } from "./checkpoints.ts";
import { errors } from "./errors.ts";
import { AuditForwarder } from "./forwarder.ts";
import { GatewayEntries, type Login } from "./gateway_entries.ts";
import type { RunningLedger } from "./ledger_api.ts";
import { handedKeys } from "./ledger_keys.ts";
import type { PageUser } from "./page_users.ts";
import type { LedgerState, WitnessAnswer } from "./state.ts";
import { Witnessed } from "./witnessed.ts";
import { Witnessing } from "./witnessing.ts";

/** What the ledger of a gateway is run with. */
export interface GatewayLedgerParts {
  readonly plan: Pick<GatewayPlan, "name" | "hash" | "audit">;
  /** Who starts the gateway. */
  readonly by: By;
  readonly world: World;
  readonly partners: LivePartners;
  /** The same by their certificates. */
  readonly registry: Partners;
  /** Where the gateway exchanges sealed messages with partners. */
  readonly exchange: Pick<PartnerExchange, "control" | "ownFile"> | undefined;
  /** Our keys, as they are now; left out where there are none. */
  keyring(): GatewayKeyring | undefined;
  /** The journal there is now: another one after a failure. */
  journal(): Journal;
  report(event: Unstamped): void;
}

/** The ledger of a running gateway: what is written into it beside the feed, who signs it, and who has seen it. */
export class GatewayLedger implements RunningLedger {
  readonly #parts: GatewayLedgerParts;
  readonly #entries: GatewayEntries;
  readonly #alarms: LedgerAlarms;
  readonly #checkpoints: Checkpoints;
  readonly #witnessing: Witnessing | undefined;
  readonly #witnessed: Witnessed | undefined;
  readonly #forwarder: AuditForwarder | undefined;
  readonly #unwatch: () => void;

  constructor(parts: GatewayLedgerParts) {
    this.#parts = parts;
    const { exchange, partners: book } = parts;
    this.#entries = new GatewayEntries({ ...parts, ownFile: exchange?.ownFile });
    const alarms = this.#alarms = new LedgerAlarms(parts);
    const originOf = (epoch: number) => this.#originOf(epoch);
    const checkpoints = this.#checkpoints = new Checkpoints({
      ...parts,
      originOf,
      key: () => this.#key,
      made: () => this.#witnessed?.grown(),
    });
    const keyring = parts.keyring();
    if (exchange && keyring) {
      const met = { ...parts, control: exchange.control, book, keyring, alarms };
      this.#witnessing = new Witnessing(met);
      this.#witnessed = new Witnessed({
        ...met,
        checkpoints,
        originOf,
        verified: (note) => this.#verified(note),
      });
    }
    if (parts.plan.audit) this.#forwarder = forwarderOf(parts, parts.plan.audit);
    this.#unwatch = book.watch(() => this.#entries.look());
  }

  /** Begins with the journal open, before anything else is written: `started` stands before what the channels receive. */
  start(): void {
    const { plan: { hash }, by: { person } } = this.#parts;
    this.#entries.write({ kind: "started", by: person, ...(hash === undefined ? {} : { hash }) });
    this.#entries.look();
    this.#lookBack().catch(() => {});
    this.#forwarder?.start();
  }

  /** A commit of so many operations is durable. */
  committed(operations: number): void {
    this.#checkpoints.committed(operations);
    this.#forwarder?.wake();
  }

  /** Our own keys, or our file of public ones, may be others. */
  look(): void {
    this.#entries.look();
  }

  /** A channel's configuration counts from now on. */
  configured(channel: string, hash: string | undefined, by?: By): void {
    this.#entries.write({
      kind: "config",
      channel,
      ...(hash === undefined ? {} : { hash }),
      ...(by ? { by: by.person } : {}),
    });
  }

  /** A channel is gone. */
  removed(channel: string, by?: By): void {
    this.#entries.write({ kind: "config", channel, act: "removed", ...(by ? { by: by.person } : {}) });
  }

  noteLogin(login: Login): void {
    this.#entries.login(login);
  }

  noteUsers(users: readonly PageUser[]): void {
    this.#entries.lookAtUsers(users);
  }

  /** First step of a drain: partners are asked no more. */
  stopAsking(): void {
    this.#unwatch();
    this.#witnessing?.stop();
    this.#witnessed?.stop();
  }

  /** Last step before the journal closes: that it stopped is written down, and the last head signed. Never rejects. */
  async stop(): Promise<void> {
    // What is still being looked at is looked at after the next start: a reader that hangs keeps nobody from stopping.
    this.#entries.write({ kind: "stopped" });
    await this.#checkpoints.make().catch(() => {});
    this.#checkpoints.stop();
    if (!this.#forwarder) return;
    // So that the collector hears of it.
    await this.#parts.journal().written().catch(() => {});
    await this.#forwarder.stop();
  }

  state(): LedgerState {
    const { last } = this.#checkpoints;
    return {
      isSigned: this.#key !== undefined,
      ...(last ? { head: { epoch: last.epoch, size: last.size, atMs: last.atMs } } : {}),
      witnesses: this.#witnessed?.states ?? [],
      alarms: this.#alarms.all.flatMap(({ notes: _, ...alarm }) => alarm.settled ? [] : [alarm]),
      ...(this.#forwarder ? { collector: this.#forwarder.state() } : {}),
    };
  }

  async head(): Promise<LedgerHead> {
    return await this.#parts.journal().write({ op: "readHead" });
  }

  async ask<Q extends LedgerQuestion>(question: Q): Promise<LedgerAnswer<Q>> {
    return await this.#parts.journal().ask(question) as LedgerAnswer<Q>;
  }

  async alarms(): Promise<readonly LedgerAlarm[]> {
    await this.#alarms.load();
    return this.#alarms.all;
  }

  async settleAlarm(id: string, by: By = PROGRAM): Promise<void> {
    await this.#alarms.settle(id, by);
  }

  async witnessNow(): Promise<readonly WitnessAnswer[]> {
    return await this.#witnessed?.askNow() ?? [];
  }

  /** What heads are signed with: nothing, while the ledger is not what was signed of it before. */
  get #key(): LedgerKey | undefined {
    const { journal, keyring } = this.#parts;
    return journal().found.ledger?.broken ? undefined : keyring()?.identity?.ledger;
  }

  #originOf(epoch: number): string {
    const { plan: { name: gateway }, keyring } = this.#parts;
    return originOf({ gateway, root: keyring()?.identity?.root.keyId ?? "", epoch });
  }

  /** The checkpoint, where a ledger key has signed it that we have, or have had under our root key. */
  async #verified(note: string): Promise<ReadCheckpoint | undefined> {
    const { plan: { name: gateway }, keyring, journal } = this.#parts;
    const { ledger, root } = keyring()?.identity ?? {};
    const newest = ledger && verifyCheckpoint(note, ledger.publicBytes);
    if (newest || !root) return newest;
    const earlier = await handedKeys({ gateway, root: root.keyId }, journal());
    return verifyCheckpoint(note, ...earlier.map(({ publicBytes }) => publicBytes));
  }

  /** Looks whether the ledger is what we have signed, and whether it was us. */
  async #lookBack(): Promise<void> {
    const { plan: { name: gateway }, keyring, journal } = this.#parts;
    await this.#alarms.load();
    const broken = journal().found.ledger?.broken;
    if (broken) {
      const { code, epoch, size, found } = broken;
      const heads = await journal().ask({ ask: "checkpoints", epoch, sizeMin: size, limit: 1 });
      await this.#alarms.raise(journalErrors.error(code, { size, found }), {
        gateway,
        notes: heads.map(({ note }) => note),
      });
    }
    await this.#witnessed?.load();
    const [newest] = await journal().ask({ ask: "checkpoints", limit: 1 });
    if (!newest || !keyring()?.identity?.ledger) return;
    const { note, size: signed } = newest;
    if (await this.#verified(note)) return;
    await this.#alarms.raise(errors.error("LEDGER_KEY_STRANGE", { signed }), { gateway, notes: [note] });
  }
}

function forwarderOf(
  { plan: { name: gateway }, registry: partners, keyring, ...parts }: GatewayLedgerParts,
  plan: NonNullable<GatewayPlan["audit"]>,
): AuditForwarder {
  const identity = keyring()?.identity;
  const relay = identity && relayIdentityOf(identity);
  return new AuditForwarder({ ...parts, plan, gateway, partners, ...(relay ? { relay } : {}) });
}
