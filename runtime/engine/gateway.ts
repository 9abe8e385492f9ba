import type { Reply } from "../contract/adapter.ts";
import { declareErrors, type MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import { Journal, type OpenStore } from "../journal/journal.ts";
import { destinationName } from "../journal/names.ts";
import { sqliteStore } from "../journal/store.ts";
import type { PendingTotals } from "../journal/questions.ts";
import type { Archive } from "../journal/records.ts";
import { type GatewayKeyring, openKeyring } from "../trust/keyring.ts";
import { type MasterKey, missingMasterKey } from "../trust/master_key.ts";
import { Channel } from "./channel.ts";
import { deadlineIn, drain } from "./drain.ts";
import type { GatewayEvent, GatewaySnapshot } from "./events.ts";
import type { FinalOutcome, RunningGateway } from "./gateway_api.ts";
import { limits } from "./limits.ts";
import type { Unstamped } from "./line.ts";
import { messageIds } from "./message_id.ts";
import { outcomesOf } from "./outcomes.ts";
import type { ChannelPlan, GatewayPlan } from "./plan.ts";

/** Errors of a gateway as a whole. */
export const errors = declareErrors("gateway", {
  GATEWAY_MESSAGE_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot find message: the journal has none, or more than one, whose id starts with {id}",
  },
  GATEWAY_REPLAY_REFUSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot replay message: {destination} has had a newer delivery with the same key; force it to send it all the same",
  },
  GATEWAY_REPLAY_EMPTY: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot replay message: nothing of it is in quarantine; name a destination to send it there again, or replay what it was handed on as",
  },
  GATEWAY_CHANNEL_SILENT: {
    blame: "operator",
    retry: "later",
    says: "Cannot answer request: channel {channel} does not run, or listens by something else than HTTP",
  },
  GATEWAY_COLLECT_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot close batch: {which} of channel {channel} collects",
  },
  GATEWAY_CLOSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot start channel {channel}: the gateway is closing, or closed",
  },
  GATEWAY_CHANNEL_UNKNOWN: { blame: "operator", retry: "never", says: "Cannot find channel {channel}" },
});

/** A running gateway: one process, its channels, its journal. Channels fail alone. */
export class Gateway implements RunningGateway {
  readonly name: string;
  readonly archive: Archive;
  readonly #plan: GatewayPlan;
  readonly #world: World;
  readonly #journal: Journal;
  #keyring: GatewayKeyring | undefined;
  readonly #channels = new Map<string, Channel>();
  readonly #observers = new Set<(event: GatewayEvent) => void>();
  /** Those of the observers that want stages timed. */
  readonly #stageObservers = new Set<(event: GatewayEvent) => void>();
  readonly #newId: () => string;
  readonly #startedAtMs: number;
  #isFull: boolean;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(
    plan: GatewayPlan,
    world: World,
    journal: Journal,
    keyring: GatewayKeyring | undefined,
  ) {
    this.name = plan.name;
    this.#plan = plan;
    this.#world = world;
    this.#journal = journal;
    this.#keyring = keyring;
    this.archive = journal.archive;
    this.#newId = messageIds(world);
    this.#startedAtMs = world.clock.nowMs();
    this.#isFull = journal.pendingBytes > plan.journal.pendingBytesMax;
  }

  /**
   * Opens the journal and starts every channel. When it resolves, every listener listens. Where one cannot, nothing is
   * left running. Errors: MASTER_KEY_MISSING, JOURNAL_…, KEYRING_…, those of the adapters.
   */
  static async open(
    plan: GatewayPlan,
    { world, masterKey, observer, openStore }: {
      world: World;
      /** What the data folder is sealed under. A store that writes nothing down needs none. */
      masterKey?: MasterKey;
      observer?: (event: GatewayEvent) => void;
      /** SQLite in the data folder where left out. */
      openStore?: OpenStore;
    },
  ): Promise<Gateway> {
    const store = openStore ?? sqliteStore(masterKey ?? missingMasterKey(plan.masterKey));
    const keyring = await keysFor(plan, plan.channels, world);
    // The journal reports before there is a gateway to report to.
    let opened: Gateway | undefined;
    const journal = await Journal.open(world, plan.data, {
      committed(operations, tookMs) {
        if (opened) opened.#report({ name: "journalCommitted", operations, tookMs });
      },
      weighed(pendingBytes) {
        if (opened) opened.#watchPressure(pendingBytes);
      },
      failed(error) {
        if (opened) opened.#fail(error);
      },
    }, store);
    const gateway = opened = new Gateway(plan, world, journal, keyring);
    if (observer) gateway.observe(observer);
    try {
      // All are there before any starts: one may hand on to another.
      for (const channel of plan.channels) gateway.#make(channel, journal.found);
      for (const channel of gateway.#channels.values()) await channel.start();
    } catch (cause) {
      await gateway.close();
      throw cause;
    }
    gateway.#report({ name: "gatewayStarted", gateway: plan.name, channels: plan.channels.length });
    return gateway;
  }

  snapshot(): GatewaySnapshot {
    const channels = [...this.#channels.values()].map((channel) => channel.state());
    const { condition, pendingBytes } = this.#journal;
    const pending = channels.reduce(
      (sum, { work, destinations }) =>
        Object.values(destinations).reduce(
          (some, line) => some + line.queued + (line.gathering ?? 0),
          sum + work.queued + (work.gathering ?? 0),
        ),
      0,
    );
    return {
      name: this.name,
      startedAtMs: this.#startedAtMs,
      ready: condition === "open" &&
        channels.every((channel) => channel.condition === "running" && channel.isOpen),
      journal: { condition, pending, pendingBytes },
      channels,
    };
  }

  observe(listener: (event: GatewayEvent) => void, { stages = false } = {}): () => void {
    this.#observers.add(listener);
    if (stages) this.#stageObservers.add(listener);
    return () => {
      this.#observers.delete(listener);
      this.#stageObservers.delete(listener);
    };
  }

  async replay(
    id: string,
    { destination, force = false }: { destination?: string; force?: boolean } = {},
  ): Promise<{ destinations: readonly string[] }> {
    const seq = await this.#journal.ask({ ask: "seqOf", id }) ??
      errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id });
    const atMs = this.#world.clock.nowMs();
    const replayed = await this.#journal.write({
      op: "replay",
      seq,
      force,
      atMs,
      ...(destination === undefined ? {} : { destination }),
    });
    switch (replayed.kind) {
      case "nothing":
        return errors.fail("GATEWAY_REPLAY_EMPTY");
      case "overtaken":
        return errors.fail("GATEWAY_REPLAY_REFUSED", { destination: replayed.destination });
      case "inbox":
        this.#report({ name: "messageReplayed", channel: replayed.channel, id });
        this.#journal.countPending(replayed.size);
        await this.#channels.get(replayed.channel)?.putBackMessage(seq, replayed.gathers);
        return { destinations: [] };
      case "outbox": {
        const channel = this.#channels.get(replayed.channel);
        for (const delivery of replayed.deliveries) {
          const { destination } = delivery;
          this.#report({ name: "messageReplayed", channel: replayed.channel, destination, id });
          this.#journal.countPending(delivery.size);
          await channel?.putBackDelivery(delivery);
        }
        return { destinations: replayed.deliveries.map((each) => each.destination) };
      }
    }
  }

  async release(
    id: string,
    { destination }: { destination?: string } = {},
  ): Promise<{ destinations: readonly string[] }> {
    const seq = await this.#journal.ask({ ask: "seqOf", id }) ??
      errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id });
    const atMs = this.#world.clock.nowMs();
    const released = await this.#journal.write({
      op: "release",
      seq,
      atMs,
      ...(destination === undefined ? {} : { destination }),
    });
    for (const { channel, destination, delivery } of released) {
      this.#report({ name: "messageReleased", channel, destination, id });
      this.#channels.get(channel)?.release(destination, delivery);
    }
    return { destinations: released.map((each) => each.destination) };
  }

  async closeBatch(
    name: string,
    destination?: string,
  ): Promise<readonly { destination: string; messages: number }[]> {
    const closed = await this.#channel(name).closeBatches(destination);
    if (closed.length === 0) {
      errors.fail("GATEWAY_COLLECT_MISSING", { channel: name, which: destination ?? "no destination" });
    }
    return closed;
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
    return [...this.#channels.values()].find((channel) => channel.mountedAt === path)?.plan.name;
  }

  async startChannel(name: string): Promise<void> {
    const channel = this.#channel(name);
    const { work, destinations } = channel.state();
    // A line that halted starts again with its channel.
    const hasHalted = [work, ...Object.values(destinations)].some(({ condition }) => condition === "halted");
    if (hasHalted) await this.#stop(channel);
    await this.#start(channel);
  }

  async stopChannel(name: string): Promise<void> {
    await this.#stop(this.#channel(name));
  }

  async reloadChannel(plan: ChannelPlan): Promise<void> {
    const old = this.#channels.get(plan.name);
    if (old) await this.#retire(old);
    // Channels that came with the file need no keys; this one may be the first that seals or opens.
    this.#keyring ??= await keysFor(this.#plan, [plan], this.#world);
    await this.#start(this.#make(plan, await this.#journal.ask({ ask: "pending" })));
  }

  async removeChannel(name: string): Promise<void> {
    await this.#retire(this.#channel(name));
    this.#channels.delete(name);
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
  #make(plan: ChannelPlan, { inboxes, pieces, outboxes, gathering }: PendingTotals): Channel {
    const ofDestinations = <T>(all: Readonly<Record<string, T>>) =>
      Object.fromEntries(plan.destinations.flatMap(({ name }) => {
        const one = all[destinationName(plan.name, name)];
        return one === undefined ? [] : [[name, one]];
      }));
    const channel = new Channel({
      plan,
      folder: this.#plan.folder,
      formats: this.#plan.formats,
      world: this.#world,
      journal: this.#journal,
      ...(this.#keyring ? { keyring: this.#keyring } : {}),
      found: {
        inbox: inboxes[plan.name] ?? 0,
        pieces: pieces[plan.name] ?? 0,
        outboxes: ofDestinations(outboxes),
        gathering: ofDestinations(gathering),
      },
      other: (name) => this.#channel(name),
      has: (name) => this.#channels.has(name),
      newId: this.#newId,
      report: (event) => this.#report(event),
      timesStages: () => this.#stageObservers.size > 0,
    });
    this.#channels.set(plan.name, channel);
    channel.setGate(FULL, this.#isFull);
    return channel;
  }

  /** The store has failed: every channel halts; nothing is answered any more. */
  #fail(error: MitralError): void {
    this.#report({ name: "journalFailed", error });
    for (const channel of this.#channels.values()) channel.halt(error);
  }

  /** Past its mark the journal takes nothing new; somewhat below it, it does again. */
  #watchPressure(pendingBytes: number): void {
    const { pendingBytesMax } = this.#plan.journal;
    const isFull = pendingBytes > pendingBytesMax * (this.#isFull ? limits.reopenShare : 1);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    for (const channel of this.#channels.values()) channel.setGate(FULL, isFull);
  }

  async #close(): Promise<void> {
    await drain([...this.#channels.values()], this.#journal, this.#world, this.#plan.drainMsMax);
    this.#report({ name: "gatewayStopped", gateway: this.name, pending: this.snapshot().journal.pending });
    this.#isClosed = true;
    this.#observers.clear();
    this.#stageObservers.clear();
  }

  async #start(channel: Channel): Promise<void> {
    if (!this.#closing) await channel.start();
    if (!this.#closing) return;
    // It was not there to be drained, or not yet.
    await this.#stop(channel);
    errors.fail("GATEWAY_CLOSED", { channel: channel.plan.name });
  }

  /** Stops a channel for good. One that comes in its place reads of the journal what this one has done, to the last. */
  async #retire(channel: Channel): Promise<void> {
    await this.#stop(channel);
    await this.#journal.written();
  }

  async #stop(channel: Channel): Promise<void> {
    const { deadline, forget } = deadlineIn(this.#plan.drainMsMax, this.#world.clock);
    await channel.stop(deadline).finally(forget);
  }

  #channel(name: string): Channel {
    return this.#channels.get(name) ?? errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel: name });
  }
}

/** Why the gates are closed while there is too much left to do. */
const FULL = "journal is full";

async function keysFor(
  plan: GatewayPlan,
  channels: readonly ChannelPlan[],
  world: World,
): Promise<GatewayKeyring | undefined> {
  const seals = channels.some((channel) =>
    channel.decrypt || channel.destinations.some((destination) => destination.encrypt)
  );
  if (!seals) return undefined;
  return await openKeyring({
    gateway: plan.name,
    ...(plan.keys === undefined ? {} : { identityFile: plan.keys }),
    partnerFiles: plan.partners,
    disk: world.disk,
  });
}
