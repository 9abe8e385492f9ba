import type { Parcel, Reply } from "../../contract/adapter.ts";
import { MitralError } from "../../contract/error.ts";
import { bindFormat, type Format } from "../../contract/format.ts";
import type { World } from "../../contract/world.ts";
import type { PeerAnswer, TestCase } from "../../config/test_file.ts";
import { destinationName } from "../../config/test_file.ts";
import type { GatewayEvent } from "../../engine/events.ts";
import { BoundFormats } from "../../engine/formats.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { ChannelPlan, GatewayPlan } from "../../engine/plan.ts";
import { openMemoryStore } from "../../journal/memory_store.ts";
import type { Outside } from "../outside.ts";
import { errors } from "./rehearsal_world.ts";
import { rehearsalPlan } from "./rehearsal_plan.ts";
import { Settling } from "./settling.ts";
import { peerSender, silentListener } from "./stand_in.ts";
import { asWire } from "./wire_text.ts";

/** Content on its way, with the format that reads it. */
export interface Caught {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly format?: Format;
}

/** What became of a message. */
export interface Happened {
  /** Whether somebody was to have it; what went wrong is in `trouble`. */
  readonly outcome: "accepted" | "filtered" | "reviewing";
  /** Errors it met, in order, each once. */
  readonly trouble: readonly MitralError[];
  /** Crashes it caused, each `TypeError at set.ts:3:9`. */
  readonly crashes: readonly string[];
  readonly answer?: Caught;
  /** In order, by destination; none: it was sent nothing. */
  readonly sent: ReadonlyMap<string, readonly Caught[]>;
}

/**
 * A gateway under test: the engine as it is, between hands. Its journal is in memory, its world has no network and no
 * disk to write to.
 */
export class Rehearsal implements AsyncDisposable {
  readonly #plan: GatewayPlan;
  readonly #world: World;
  readonly #formats: ReadonlyMap<string, BoundFormats>;
  readonly #settling = new Settling();
  #gateway!: RunningGateway;
  #events: GatewayEvent[] = [];
  #sent = new Map<string, Caught[]>();
  #answers: TestCase["answers"] = new Map();
  #changed = Promise.withResolvers<void>();

  private constructor(plan: GatewayPlan, world: World) {
    this.#plan = plan;
    this.#world = world;
    this.#formats = new Map(
      plan.channels.map(({ name, parse: { spec, config } }) =>
        [name, new BoundFormats(bindFormat(spec, config as never), plan.formats)] as const
      ),
    );
  }

  static async open(
    plan: GatewayPlan,
    world: World,
    openGateway: Outside["openGateway"],
  ): Promise<Rehearsal> {
    const rehearsal = new Rehearsal(plan, world);
    const rehearsed = rehearsalPlan(plan, {
      listener: silentListener,
      sender: (destination) => rehearsal.#peer(destination),
    });
    rehearsal.#gateway = await openGateway(rehearsed, {
      world,
      observer: (event) => rehearsal.#note(event),
      openStore: openMemoryStore,
    });
    return rehearsal;
  }

  /**
   * Hands a case's message in, and waits until the gateway has done all it will do about it. `closes`: what has gathered
   * by then is sent, too. Errors: REHEARSAL_CASE_ENDLESS.
   */
  async play(one: TestCase, { closes }: { readonly closes: boolean }): Promise<Happened> {
    const played = new AbortController();
    const caseMsMax = this.#channel(one.channel).parse.spec.recogniser ? DOCUMENT_MS_MAX : CASE_MS_MAX;
    const endless = this.#world.clock.sleep(caseMsMax, played.signal)
      .then(() => errors.fail("REHEARSAL_CASE_ENDLESS", { caseMsMax }));
    endless.catch(() => {});
    try {
      return await Promise.race([this.#play(one, closes), endless]);
    } finally {
      played.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway.close();
  }

  async #play({ channel: name, input, answers, approve }: TestCase, closes: boolean): Promise<Happened> {
    const channel = this.#channel(name);
    this.#events = [];
    this.#sent = new Map();
    this.#answers = answers;
    const format = this.#formats.get(name)!.named(channel.parse.spec.name);
    const replying = this.#gateway.inject(name, asWire(input.bytes, format), { peer: "test" });
    await this.#settled(name);
    const refused = approve ? await this.#approved(name) : undefined;
    const reply = this.#willBeAnswered(channel) ? await replying : undefined;
    // What a last piece completes may begin only when that is answered.
    await this.#settled(name);
    // A batch may be handed on to a channel that gathers, too.
    while (closes && await this.#closeBatches()) await this.#settled(name);
    return await this.#happened(channel, reply, refused);
  }

  /** People approve what waits for them, as it was read; resolves with why they cannot. */
  async #approved(channel: string): Promise<MitralError | undefined> {
    const held = this.#events.flatMap((event) =>
      event.name === "documentHeld" && event.channel === channel ? [event.id] : []
    );
    try {
      for (const id of held) {
        for (let people = 1;; people++) {
          const { state } = await this.#gateway.reviews.approve(id, { by: { person: `tester ${people}` } });
          if (state !== "waiting") break;
        }
      }
    } catch (cause) {
      if (cause instanceof MitralError) return cause;
      throw cause;
    }
    await this.#settled(channel);
    return undefined;
  }

  #peer(destination: string) {
    const formats = this.#formats.get(destination.slice(0, destination.indexOf("/")))!;
    const speaking = (contentType: string) => formats.speaking(contentType);
    return peerSender({ take: (parcel) => this.#take(destination, parcel, speaking), speaking });
  }

  #take(
    destination: string,
    { bytes, contentType }: Parcel,
    speaking: (contentType: string) => Format | undefined,
  ): PeerAnswer {
    const caught = this.#sent.get(destination) ?? [];
    this.#sent.set(destination, [...caught, caughtAs(bytes, contentType, speaking)]);
    this.#settling.sent(destination);
    const answers = this.#answers.get(destination) ?? [];
    return answers[Math.min(caught.length, answers.length - 1)] ?? "accepted";
  }

  #note(event: GatewayEvent): void {
    this.#settling.note(event);
    this.#events.push(event);
    this.#changed.resolve();
  }

  async #settled(channel: string): Promise<void> {
    const isTaken = () =>
      this.#events.some((event) => TAKEN.has(event.name) && "channel" in event && event.channel === channel);
    for (;;) {
      // Whatever was reported is half done: the rest of it happens before anything else has its turn.
      await this.#world.clock.turn();
      if (isTaken() && this.#settling.isDone(this.#gateway.snapshot())) return;
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
  }

  /** True where something had gathered, and is on its way now. */
  async #closeBatches(): Promise<boolean> {
    const closed = await Promise.all(
      this.#plan.channels
        .filter(({ destinations }) => destinations.some(({ collect }) => collect))
        .map(({ name }) => this.#gateway.closeBatch(name)),
    );
    return closed.flat().some(({ messages }) => messages > 0);
  }

  /** False where the answer waits for what no test waits for. */
  #willBeAnswered({ name, acknowledge, destinations }: ChannelPlan): boolean {
    if (acknowledge === "received") return true;
    const waitsFor = acknowledge === "processed"
      ? []
      : acknowledge === "delivered"
      ? destinations.map(({ name }) => name)
      : [acknowledge.from];
    return !this.#settling.isStuck(this.#gateway.snapshot(), name, waitsFor);
  }

  async #happened(
    channel: ChannelPlan,
    reply: Reply | undefined,
    refused: MitralError | undefined,
  ): Promise<Happened> {
    const { name } = channel;
    const trouble: MitralError[] = [];
    const meet = (error: MitralError) => {
      if (!trouble.some(({ code }) => code === error.code)) trouble.push(error);
    };
    for (const event of this.#events) {
      if (TROUBLES.has(event.name) && "error" in event && event.error) meet(event.error);
    }
    if (refused) meet(refused);
    const outcome = reply?.outcome;
    if (outcome?.kind === "rejected" || outcome?.kind === "failed") meet(outcome.error);
    const filtered = this.#events.some((event) =>
      event.name === "messageFiltered" && event.channel === name && event.destination === undefined
    );
    const has = (happened: GatewayEvent["name"]) =>
      this.#events.some((event) => event.name === happened && "channel" in event && event.channel === name);
    const isHeld = has("documentHeld") && !has("documentDecided");
    const speaking = (contentType: string) => this.#formats.get(name)!.speaking(contentType);
    return {
      outcome: isHeld ? "reviewing" : filtered || outcome?.kind === "filtered" ? "filtered" : "accepted",
      trouble,
      crashes: this.#events.flatMap((event) => event.name === "stageCrashed" ? [event.cause] : []),
      ...(reply?.answer ? { answer: caughtAs(reply.answer.bytes, reply.answer.contentType, speaking) } : {}),
      sent: new Map([...this.#sent, ...await this.#handedOn()]),
    };
  }

  /** What was handed to other channels: nobody outside is sent it, but the journal knows. */
  async #handedOn(): Promise<ReadonlyMap<string, readonly Caught[]>> {
    const handedOn = new Map<string, Caught[]>();
    const ids = new Set(this.#events.flatMap((event) => event.name === "messageHandedOn" ? [event.id] : []));
    for (const id of ids) {
      const message = (await this.#gateway.archive.show(id))!;
      const { destinations } = this.#channel(message.channel);
      const formats = this.#formats.get(message.channel)!;
      for (const { destination, bytes, contentType } of message.payloads) {
        const handsOn = destinations.some(({ name, send }) => name === destination && "channel" in send);
        if (!handsOn) continue;
        const name = destinationName(message.channel, destination);
        const caught = caughtAs(bytes, contentType, (type) => formats.speaking(type));
        handedOn.set(name, [...handedOn.get(name) ?? [], caught]);
      }
    }
    return handedOn;
  }

  #channel(name: string): ChannelPlan {
    return this.#plan.channels.find((channel) => channel.name === name)!;
  }
}

function caughtAs(
  bytes: Uint8Array,
  contentType: string,
  speaking: (contentType: string) => Format | undefined,
): Caught {
  const format = speaking(contentType);
  return { bytes: bytes.slice(), contentType, ...(format ? { format } : {}) };
}

/** Longer than any step should take. */
const CASE_MS_MAX = 30_000;
/** … of a channel whose documents have pages to be read: seconds each, and longer on a machine that is busy. */
const DOCUMENT_MS_MAX = 600_000;

/** Events that say that a message is in the gateway's hands, or answered already. */
const TAKEN: ReadonlySet<string> = new Set(["messageReceived", "messageAnswered"]);

/** Events that say that a message, or a delivery of it, did not go where it was to go. */
const TROUBLES: ReadonlySet<string> = new Set([
  "messageQuarantined",
  "messagePostponed",
  "deliveryFailed",
  "lineHalted",
  "journalFailed",
]);
