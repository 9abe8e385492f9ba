import type { Reply } from "../contract/adapter.ts";
import type { World } from "../contract/world.ts";
import { type By, PROGRAM } from "../journal/acts.ts";
import type { Journal, OpenStore } from "../journal/journal.ts";
import { sqliteStore } from "../journal/store.ts";
import type { PendingTotals } from "../journal/questions.ts";
import type { Archive } from "../journal/records.ts";
import type { BackupManifest } from "../journal/upkeep/backup_manifest.ts";
import { backUpJournal, type Watched } from "../journal/upkeep/upkeep.ts";
import { MitralError } from "../contract/error.ts";
import { type MasterKey, missingMasterKey } from "../trust/master_key.ts";
import { Channel } from "./channel.ts";
import { foundOf } from "./channel_parts.ts";
import { ChannelChanges } from "./channel_changes.ts";
import { drain } from "./drain.ts";
import type { GatewayEvent, GatewaySnapshot } from "./events.ts";
import type { PartnerExchange } from "./exchange/exchange.ts";
import { exchangeOf } from "./exchange/exchange_of.ts";
import { type GatewayPartners, openPartners } from "./gateway_partners.ts";
import type { FinalOutcome, RunningGateway, WaitingDelivery } from "./gateway_api.ts";
import { errors } from "./gateway_errors.ts";
import { pendingIn, Statistics } from "./gateway_statistics.ts";
import { Interventions } from "./interventions.ts";
import { type GatewayKeys, keysFor, type KeyTools } from "./keys_for.ts";
import { IntakeMemory } from "./intake_memory.ts";
import { JournalKeeper } from "./journal_keeper.ts";
import { GatewayLedger } from "./ledger/gateway_ledger.ts";
import type { Unstamped } from "./line.ts";
import { messageIds } from "./message_id.ts";
import { Operated } from "./operated.ts";
import { outcomesOf } from "./outcomes.ts";
import { type PrunedMessages, Retention } from "./retention.ts";
import { StandingBook } from "./standing_book.ts";
import type { ChannelPlan, GatewayPlan } from "./plan.ts";
import { Pressure } from "./pressure.ts";
import { Renewal } from "./renewal.ts";
import { Reviews } from "./review/reviews.ts";
import type { GatewayStatistics } from "./statistics.ts";
import { waitsFor } from "./waits_for.ts";

/** A running gateway: one process, its channels, its journal. Channels fail alone. */
export class Gateway extends Operated implements RunningGateway {
  readonly name: string;
  readonly #plan: GatewayPlan;
  readonly #world: World;
  readonly #pressure: Pressure;
  readonly #memory = new IntakeMemory();
  readonly #keeper: JournalKeeper;
  readonly #keyTools: KeyTools;
  #keys: GatewayKeys | undefined;
  readonly #partners: GatewayPartners;
  readonly #exchange: PartnerExchange | undefined;
  readonly #channels = new Map<string, Channel>();
  readonly #renewal: Renewal;
  readonly #observers = new Set<(event: GatewayEvent) => void>();
  /** Those of the observers that want stages timed. */
  readonly #stageObservers = new Set<(event: GatewayEvent) => void>();
  readonly #standings = new StandingBook();
  readonly #interventions: Interventions;
  readonly #changes: ChannelChanges;
  /** What is written down beside the feed, and who has seen it. */
  readonly ledger: GatewayLedger;
  /** Documents that wait for people. */
  readonly reviews: Reviews;
  readonly #newId: () => string;
  readonly #startedAtMs: number;
  readonly #statistics: Statistics;
  readonly #retention: Retention;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(
    plan: GatewayPlan,
    world: World,
    keyTools: KeyTools,
    keys: GatewayKeys | undefined,
    partners: GatewayPartners,
    openStore: OpenStore,
    by: By,
  ) {
    super();
    this.name = plan.name;
    this.#plan = plan;
    this.#world = world;
    this.#keyTools = keyTools;
    this.#keys = keys;
    this.#partners = partners;
    this.#newId = messageIds(world);
    this.#startedAtMs = world.clock.nowMs();
    const channels = this.#channels, standings = this.#standings;
    const report = (event: Unstamped) => this.#report(event);
    const pressure = this.#pressure = new Pressure(plan.journal.pendingBytesMax, () => channels.values());
    const make = (channel: ChannelPlan) => this.#make(channel, this.#journal.found);
    const renewal = this.#renewal = new Renewal({ world, channels, make, report });
    const keeper = this.#keeper = new JournalKeeper({
      plan,
      world,
      openStore,
      pressure,
      report,
      committed: (operations, tookMs) => {
        this.#statistics.committed(operations, tookMs);
        this.ledger.committed(operations);
      },
      failed: (error) => {
        for (const channel of channels.values()) channel.halt(error);
      },
      reopened: () => {
        // What a person set may be durable though its commit gave an error.
        standings.load(this.#journal.found);
        return renewal.renew();
      },
    });
    const { drainMsMax } = plan;
    this.#statistics = new Statistics({ keeper, world, plan });
    const [memory, newId, journal] = [this.#memory, this.#newId, () => this.#journal];
    const plans = () => [...channels.values()].map((channel) => channel.plan);
    const met = { plan, keys, world, partners, memory, journal, channels: plans, newId, report };
    const exchange = this.#exchange = exchangeOf({ ...met, renewed: () => this.ledger.look() });
    const keyring = () => this.#keys?.keyring;
    const ledger = this.ledger = new GatewayLedger({
      ...met,
      by,
      exchange,
      keyring,
      partners: partners.book,
      registry: partners.registry,
    });
    const acted = { keeper, world, channels, standings, drainMsMax, report, patients: plan.patients };
    this.#interventions = new Interventions({ ...acted, reckoning: exchange?.reckoning });
    this.reviews = new Reviews({ ...acted, judge: (read) => this.patients.judge(read), folder: plan.folder });
    this.#changes = new ChannelChanges({
      ...acted,
      renewal,
      ledger,
      make: (plan, totals) => this.#make(plan, totals),
      prepare: (plan) => this.#prepare(plan),
      isClosing: () => this.#closing !== undefined,
    });
    this.#retention = new Retention({
      keeper,
      clock: world.clock,
      keepDaysOf: (channel) => channels.get(channel)?.plan.keepDays ?? plan.journal.keepDays,
      report,
    });
  }

  /**
   * Opens the journal and starts every channel. When it resolves, every listener listens, but for one that cannot yet (a
   * port in use, a folder that is not there): that channel fails alone, as `channelFailed` tells, and is tried again.
   * Where one never can, nothing is left running. Errors: MASTER_KEY_MISSING, JOURNAL_…, KEYRING_…, IDENTITY_…, those of the adapters.
   */
  static async open(
    plan: GatewayPlan,
    { world, masterKey, observer, openStore, by = PROGRAM }: {
      world: World;
      /** What the data folder and our own keys are sealed under. A store that writes nothing down needs none. */
      masterKey?: MasterKey;
      observer?: (event: GatewayEvent) => void;
      /** SQLite in the data folder where left out. */
      openStore?: OpenStore;
      /** Who starts it. */
      by?: By;
    },
  ): Promise<Gateway> {
    const store = openStore ?? sqliteStore(masterKey ?? missingMasterKey(plan.masterKey));
    const partners = await openPartners(plan, world, (event) => gateway.#report(event));
    const keyTools: KeyTools = {
      world,
      ...(masterKey ? { masterKey } : {}),
      partners: partners.book,
      report: (news) => {
        gateway.#report(news);
        gateway.ledger.look();
      },
    };
    const keys = await keysFor(plan, plan.channels, keyTools);
    const gateway = new Gateway(plan, world, keyTools, keys, partners, store, by);
    if (observer) gateway.observe(observer);
    await gateway.#keeper.open();
    gateway.ledger.start();
    partners.start();
    await keys?.watch?.start();
    gateway.#standings.load(gateway.#journal.found);
    try {
      // All are there before any starts: one may hand on to another.
      for (const channel of plan.channels) gateway.#make(channel, gateway.#journal.found);
      for (const channel of gateway.#channels.values()) {
        await channel.start().catch((cause) => {
          if (!(cause instanceof MitralError)) throw cause;
          // A folder that is not there, a port that is not free: nobody else has to wait for that.
          if (cause.retry === "later" && !gateway.#keeper.trouble) {
            return gateway.#renewal.retry(channel, cause);
          }
          // Which one: its error alone names a port or a folder.
          gateway.#report({ name: "channelFailed", channel: channel.plan.name, error: cause });
          throw cause;
        });
      }
    } catch (cause) {
      await gateway.close();
      throw cause;
    }
    await gateway.#exchange?.open();
    gateway.#retention.start();
    gateway.#report({ name: "gatewayStarted", gateway: plan.name, channels: plan.channels.length });
    return gateway;
  }

  get archive(): Archive {
    return this.#journal.archive;
  }

  get #journal(): Journal {
    return this.#keeper.journal;
  }

  snapshot(): GatewaySnapshot {
    const channels = [...this.#channels.values()].map((channel) => channel.state());
    const journal = this.#keeper.state(pendingIn(channels));
    return {
      name: this.name,
      startedAtMs: this.#startedAtMs,
      ready: journal.condition === "open" &&
        channels.every((channel) => channel.condition === "running" && channel.isOpen),
      sendersHeld: this.#standings.sendersHeld,
      journal,
      channels,
      ledger: this.ledger.state(),
      ...(this.#exchange ? { exchange: this.#exchange.state() } : {}),
    };
  }

  statistics(): Promise<GatewayStatistics> {
    return this.#statistics.read(this.snapshot());
  }

  async waitsFor(id: string): Promise<readonly WaitingDelivery[]> {
    const seq = await this.#journal.ask({ ask: "seqOf", id }) ??
      errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id });
    return waitsFor(await this.#journal.ask({ ask: "queued", seq }), this.#channels);
  }

  observe(listener: (event: GatewayEvent) => void, { stages = false } = {}): () => void {
    this.#observers.add(listener);
    if (stages) this.#stageObservers.add(listener);
    return () => {
      this.#observers.delete(listener);
      this.#stageObservers.delete(listener);
    };
  }

  searchFields(): readonly string[] {
    return [...new Set([...this.#channels.values()].flatMap(({ searchFields }) => searchFields))].sort();
  }

  protected override get acts(): Interventions {
    return this.#interventions;
  }

  outcomes(options: { channel?: string; waitingMax?: number } = {}): ReadableStream<FinalOutcome> {
    return outcomesOf(this, options, this.#isClosed);
  }

  async inject(
    channel: string,
    message: Uint8Array | string,
    { peer = "inject", contentType }: { peer?: string; contentType?: string } = {},
  ): Promise<Reply> {
    // Bytes are copied: a delivery owns its memory, and callers use theirs again.
    const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message.slice();
    return this.#channel(channel).inject({ bytes, peer, ...(contentType ? { contentType } : {}) });
  }

  async handle(channel: string, request: Request, peer = ""): Promise<Response> {
    return await this.#channel(channel).handle(request, peer) ??
      errors.fail("GATEWAY_CHANNEL_SILENT", { channel });
  }

  mountedAt(path: string): string | undefined {
    return [...this.#channels.values()].find((channel) => channel.mounts(path))?.plan.name;
  }

  startChannel(name: string): Promise<void> {
    return this.#changes.start(name);
  }

  stopChannel(name: string): Promise<void> {
    return this.#changes.stop(name);
  }

  reloadChannel(plan: ChannelPlan, by?: By): Promise<void> {
    return this.#changes.reload(plan, by);
  }

  removeChannel(name: string, by?: By): Promise<void> {
    return this.#changes.remove(name, by);
  }

  testPartner(partner: string, signal: AbortSignal = new AbortController().signal) {
    return (this.#exchange ?? errors.fail("GATEWAY_EXCHANGE_MISSING")).test(partner, signal);
  }

  prune({ dryRun = false } = {}): Promise<PrunedMessages> {
    return dryRun ? this.#retention.look() : this.#retention.run();
  }

  async backUp(to: string, how?: Watched): Promise<BackupManifest> {
    const resume = await this.#retention.pause();
    try {
      const { data: folder } = this.#plan;
      return await backUpJournal(this.#world, { folder, to, gateway: this.name, idle: false }, how);
    } finally {
      resume();
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode Gateway.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Adds an event's time and tells the observers. */
  #report(event: Unstamped): void {
    const observers = event.name === "stagePassed" ? this.#stageObservers : this.#observers;
    if (observers.size === 0) return;
    const stamped = { ...event, atMs: this.#world.clock.nowMs() } as GatewayEvent;
    for (const observer of observers) observer(stamped);
  }

  /** Makes a channel of a plan, in place of the one of that name. */
  #make(plan: ChannelPlan, totals: PendingTotals): Channel {
    const channel = new Channel({
      plan,
      folder: this.#plan.folder,
      formats: this.#plan.formats,
      world: this.#world,
      journal: this.#journal,
      memory: this.#memory,
      partners: this.#partners.registry,
      ...(this.#exchange ? { exchange: this.#exchange.forChannel(plan) } : {}),
      ...(this.#keys ? { keyring: this.#keys.keyring } : {}),
      found: foundOf(plan, totals),
      standings: this.#standings,
      judge: (read) => this.patients.judge(read),
      other: (name) => this.#channel(name),
      has: (name) => this.#channels.has(name),
      newId: this.#newId,
      report: (event) => this.#report(event),
      timesStages: () => this.#stageObservers.size > 0,
    });
    this.#channels.set(plan.name, channel);
    this.#pressure.tell(channel);
    return channel;
  }

  async #close(): Promise<void> {
    // Nothing new is taken from here on: what is under way beside the channels is awaited where it has to be.
    const pruned = this.#retention.stop();
    const mending = this.#keeper.stop();
    if (mending) await mending;
    this.#renewal.forget();
    this.#partners[Symbol.dispose]();
    this.#keys?.watch?.[Symbol.dispose]();
    this.ledger.stopAsking();
    const journal = { close: () => pruned.then(() => this.ledger.stop()).then(() => this.#keeper.close()) };
    await drain([...this.#channels.values()], journal, this.#world, this.#plan.drainMsMax, this.#exchange);
    await this.reviews.close();
    this.#report({ name: "gatewayStopped", gateway: this.name, pending: this.snapshot().journal.pending });
    this.#isClosed = true;
    this.#observers.clear();
    this.#stageObservers.clear();
  }

  /** For a channel that came while the gateway runs. */
  async #prepare(plan: ChannelPlan): Promise<void> {
    // It may be for a partner that came since.
    await this.#partners.book.look();
    // Channels that came with the file need no keys; this one may be the first that seals or opens.
    if (this.#keys) return;
    this.#keys = await keysFor(this.#plan, [plan], this.#keyTools);
    await this.#keys?.watch?.start();
  }

  #channel(name: string): Channel {
    return this.#changes.find(name);
  }
}
