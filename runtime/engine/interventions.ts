import type { Reckoned, Reckoning } from "./accounts/reckoning.ts";
import type { World } from "../contract/world.ts";
import { type By, PROGRAM } from "../journal/acts.ts";
import type { Cancel, Cancellable } from "../journal/cancels.ts";
import type { HeldMessages } from "../journal/holds.ts";
import type { Stand } from "../journal/standing.ts";
import type { Patient } from "../contract/patient.ts";
import type { Channel } from "./channel.ts";
import { patientsIn } from "./disclosures/patients_in.ts";
import { PatientReports } from "./disclosures/patient_reports.ts";
import { PatientIndex } from "./patients/patient_index.ts";
import type { PatientsPlan } from "./plan.ts";
import { deadlineIn } from "./drain.ts";
import { Corrections } from "./corrections.ts";
import type {
  CorrectedMessage,
  OperatedGateway,
  ReplayedMessage,
  ReplayOptions,
  Skipped,
} from "./gateway_api.ts";
import { errors } from "./gateway_errors.ts";
import type { Unstamped } from "./line.ts";
import type { JournalKeeper } from "./journal_keeper.ts";
import { Replays } from "./replays.ts";
import type { StandingBook } from "./standing_book.ts";

/** What a person's acts need of a gateway. */
export interface InterventionsParts {
  readonly keeper: Pick<JournalKeeper, "journal">;
  readonly world: World;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly standings: StandingBook;
  readonly drainMsMax: number;
  /** Left out: no patient index is kept. */
  readonly patients?: PatientsPlan | undefined;
  /** Where the gateway exchanges sealed messages with partners. */
  readonly reckoning: Reckoning | undefined;
  report(event: Unstamped): void;
}

type Asked = { readonly destination?: string; readonly by?: By };

/** What a person does to messages and queues of a running gateway. */
export class Interventions implements OperatedGateway {
  readonly #parts: InterventionsParts;
  readonly #replays: Replays;
  readonly #corrections: Corrections;
  readonly reports: PatientReports;
  readonly patients: PatientIndex;

  constructor(parts: InterventionsParts) {
    this.#parts = parts;
    this.#replays = new Replays(parts);
    this.#corrections = new Corrections(parts, this.#replays);
    this.reports = new PatientReports(parts);
    this.patients = new PatientIndex(parts);
  }

  replay(id: string, options?: ReplayOptions): Promise<{ destinations: readonly string[] }> {
    return this.#replays.replay(id, options);
  }

  replayAll(...asked: Parameters<OperatedGateway["replayAll"]>): AsyncGenerator<ReplayedMessage> {
    return this.#replays.replayAll(...asked);
  }

  correct(...asked: Parameters<OperatedGateway["correct"]>): Promise<CorrectedMessage> {
    return this.#corrections.correct(...asked);
  }

  async noteSeen(...[ids, act, by = PROGRAM]: Parameters<OperatedGateway["noteSeen"]>): Promise<void> {
    const patients: (readonly Patient[])[] = [];
    for (const id of ids) patients.push(await this.#patientsOf(id));
    const { keeper: { journal } } = this.#parts;
    await journal.write({ op: "note", ids, act, patients, by, atMs: this.#nowMs() });
  }

  /** Whom a message is about, as it was received; nobody where that cannot be told any more. */
  async #patientsOf(id: string): Promise<readonly Patient[]> {
    const { keeper: { journal }, channels } = this.#parts;
    const found = await journal.archive.show(id).catch(() => undefined);
    const channel = found && channels.get(found.channel);
    if (!channel) return [];
    const { formats, plan } = channel, format = formats.named(plan.parse.spec.name);
    try {
      return patientsIn(format.parse(found.received, found.contentType), format, plan);
    } catch {
      return [];
    }
  }

  async release(
    id: string,
    { destination, by = PROGRAM }: Asked = {},
  ): Promise<{ destinations: readonly string[] }> {
    const { keeper: { journal }, channels, report } = this.#parts;
    const released = await journal.write({
      op: "release",
      seq: await this.#seqOf(id),
      by,
      atMs: this.#nowMs(),
      ...(destination === undefined ? {} : { destination }),
    });
    for (const { channel, destination, delivery } of released) {
      report({ name: "messageReleased", channel, destination, id });
      channels.get(channel)?.deliveries.release(destination, delivery);
    }
    return { destinations: released.map((each) => each.destination) };
  }

  async cancel(
    id: string,
    { destination, by = PROGRAM }: Asked = {},
  ): Promise<{ destinations: readonly string[] }> {
    const { keeper: { journal }, report } = this.#parts;
    const seq = await this.#seqOf(id);
    const { channel, message, deliveries } = await journal.ask({ ask: "cancellable", seq });
    if (message && destination === undefined) {
      const cancelled = await journal.write({ op: "cancel", seq, deliveries: [], by, atMs: this.#nowMs() });
      if (!cancelled.message) errors.fail("GATEWAY_CANCEL_EMPTY");
      report({ name: "messageCancelled", channel, id });
      return { destinations: [] };
    }
    const chosen = deliveries.filter((each) => destination === undefined || each.destination === destination);
    if (chosen.length === 0) errors.fail("GATEWAY_CANCEL_EMPTY");
    const lines = this.#parts.channels.get(channel)?.deliveries;
    for (const { destination, delivery } of chosen) {
      if (lines?.isSending(destination, delivery)) errors.fail("GATEWAY_CANCEL_SENDING", { destination });
    }
    for (const each of chosen) await this.#cancel(id, seq, channel, each, by);
    return { destinations: chosen.map((each) => each.destination) };
  }

  async closeBatch(
    name: string,
    destination?: string,
    by: By = PROGRAM,
  ): Promise<readonly { destination: string; messages: number }[]> {
    const closed = await this.#channel(name).closeBatches(by, destination);
    if (closed.length === 0) {
      errors.fail("GATEWAY_COLLECT_MISSING", { channel: name, which: destination ?? "no destination" });
    }
    return closed;
  }

  async pause(channel: string, destination: string, by: By = PROGRAM): Promise<void> {
    await this.#pause(channel, destination, true, by);
    this.#parts.report({ name: "destinationPaused", channel, destination });
  }

  async resume(channel: string, destination: string, by: By = PROGRAM): Promise<void> {
    await this.#pause(channel, destination, false, by);
    this.#parts.report({ name: "destinationResumed", channel, destination });
  }

  async skip(channel: string, destination: string, by: By = PROGRAM): Promise<Skipped> {
    return await this.#sending(channel, destination).deliveries.skip(destination, by) ??
      errors.fail("GATEWAY_QUEUE_EMPTY", { destination });
  }

  async divert(channel: string, from: string, to: string | null, by: By = PROGRAM): Promise<void> {
    const { report, world, drainMsMax, standings } = this.#parts;
    const { deliveries, plan } = this.#sending(channel, from);
    if (to !== null) {
      const isDiverted = (name: string) => standings.of(channel, name).divertTo !== undefined;
      const isTarget = plan.destinations.some(({ name }) => standings.of(channel, name).divertTo === from);
      if (to === from || !deliveries.takesDiversions(to) || isDiverted(to) || isTarget) {
        errors.fail("GATEWAY_DIVERSION_REFUSED", { from, to });
      }
    }
    await this.#stand(channel, from, { divertTo: to }, by);
    const { deadline, forget } = deadlineIn(drainMsMax, world.clock);
    await this.#parts.channels.get(channel)?.deliveries.reroute(from, deadline).finally(forget);
    const place = { channel, destination: from };
    report(to === null ? { name: "diversionEnded", ...place } : { name: "diversionStarted", ...place, to });
  }

  async reckon(partner: string): Promise<boolean> {
    return await this.#reckoning(partner).compare(partner);
  }

  async reckoned(partner: string): Promise<Reckoned | undefined> {
    return await this.#reckoning(partner).last(partner);
  }

  async accountsOf(partner: string, day: string): Promise<string | undefined> {
    return await this.#reckoning(partner).evidence(partner, day);
  }

  #reckoning(partner: string): Reckoning {
    const { reckoning } = this.#parts;
    return reckoning?.knows(partner) ? reckoning : errors.fail("GATEWAY_PARTNER_UNKNOWN", { partner });
  }

  async releaseSenders(by: By = PROGRAM, { force = false } = {}): Promise<void> {
    const unreckoned = force ? [] : await this.#parts.reckoning?.unreckoned() ?? [];
    if (unreckoned.length > 0 && this.#parts.standings.sendersHeld) {
      errors.fail("GATEWAY_SENDERS_UNRECKONED", { partners: unreckoned.join(", ") });
    }
    const { keeper: { journal }, standings, channels, report } = this.#parts;
    await journal.write({ op: "holdSenders", held: false, by, atMs: this.#nowMs() });
    standings.sendersHeld = false;
    for (const { deliveries } of channels.values()) deliveries.holdAll();
    report({ name: "sendersReleased" });
  }

  async placeHold(name: string, what: HeldMessages = {}, by: By = PROGRAM): Promise<{ matches: boolean }> {
    const { keeper: { journal }, channels } = this.#parts;
    const { channel, sinceMs, untilMs, field } = what;
    if (channel !== undefined && !channels.has(channel)) errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel });
    const { changed } = await journal.write({ op: "addHold", name, ...what, by, atMs: this.#nowMs() });
    if (!changed) errors.fail("GATEWAY_HOLD_TAKEN", { hold: name });
    const fields = field ? { [field[0]]: field[1] } : {};
    const found = await journal.archive.list({ channel, sinceMs, untilMs, fields, limit: 1 });
    return { matches: found.length > 0 };
  }

  async liftHold(name: string, by: By = PROGRAM): Promise<void> {
    const { changed } = await this.#parts.keeper.journal.write({
      op: "liftHold",
      name,
      by,
      atMs: this.#nowMs(),
    });
    if (!changed) errors.fail("GATEWAY_HOLD_UNKNOWN", { hold: name });
  }

  async #cancel(
    id: string,
    seq: number,
    channel: string,
    { destination, delivery, queued, size }: Cancellable["deliveries"][number],
    by: By,
  ): Promise<void> {
    const { keeper: { journal }, channels, report } = this.#parts;
    const lines = channels.get(channel)?.deliveries;
    if (queued && lines?.has(destination)) {
      const ended = await lines.end(destination, delivery, { how: "cancelled", by });
      if (typeof ended === "object") errors.fail("GATEWAY_CANCEL_SENDING", { destination });
      if (ended === "gone") errors.fail("GATEWAY_CANCEL_EMPTY");
      return;
    }
    // It is in quarantine, or was left behind by a channel or a destination that is gone.
    const cancel = { op: "cancel", seq, deliveries: [delivery], queued, by, atMs: this.#nowMs() } as const;
    const cancelled = await journal.write<Cancel>(cancel);
    // Somebody may have put it back meanwhile.
    if (cancelled.deliveries.length === 0) errors.fail("GATEWAY_CANCEL_EMPTY");
    if (queued) journal.countPending(-size);
    lines?.release(destination, delivery);
    report({ name: "messageCancelled", channel, destination, id });
  }

  async #pause(channel: string, destination: string, paused: boolean, by: By): Promise<void> {
    this.#sending(channel, destination);
    await this.#stand(channel, destination, { paused }, by);
    this.#parts.channels.get(channel)?.deliveries.hold(destination);
  }

  async #stand(channel: string, destination: string, change: Stand["change"], by: By): Promise<void> {
    const { keeper: { journal }, standings } = this.#parts;
    await journal.write({ op: "stand", channel, destination, change, by, atMs: this.#nowMs() });
    standings.change(channel, destination, change);
  }

  /** The number of a message. Errors: GATEWAY_MESSAGE_UNKNOWN. */
  async #seqOf(id: string): Promise<number> {
    return await this.#parts.keeper.journal.ask({ ask: "seqOf", id }) ??
      errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id });
  }

  #channel(name: string): Channel {
    return this.#parts.channels.get(name) ?? errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel: name });
  }

  /** The channel of a destination that has a sender of its own. Errors: GATEWAY_DESTINATION_UNKNOWN. */
  #sending(name: string, destination: string): Channel {
    const channel = this.#channel(name);
    if (!channel.deliveries.has(destination)) {
      errors.fail("GATEWAY_DESTINATION_UNKNOWN", { channel: name, destination });
    }
    return channel;
  }

  #nowMs(): number {
    return this.#parts.world.clock.nowMs();
  }
}
