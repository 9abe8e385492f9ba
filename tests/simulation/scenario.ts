import hl7v2, { type Hl7Message } from "../../actors/formats/hl7v2/mod.ts";
import mllpListener from "../../adapters/mllp/listener.ts";
import mllpSender from "../../adapters/mllp/sender.ts";
import { type TransformerSpec, withDefaults } from "../../runtime/contract/actor.ts";
import type { Message } from "../../runtime/contract/message.ts";
import type { Clock } from "../../runtime/contract/world.ts";
import type { ChannelPlan, DestinationPlan, GatewayPlan } from "../../runtime/engine/plan.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import { Readings } from "./faxes.ts";
import type { Habits } from "./generator.ts";

/** What happens to a gateway, one of these at a time, again and again. */
export const TROUBLES = [
  "powerCut",
  "powerCutAtWrite",
  "kill",
  "restart",
  "writeFails",
  "syncFails",
  "readFails",
  "diskDies",
  "diskFills",
  "clockIsSet",
  "receiverIsDown",
  "receiverIsSilent",
  "channelRestarts",
  "channelReloads",
  "destinationPauses",
] as const;
export type Trouble = typeof TROUBLES[number];

/** What a run is about: chance makes one of a seed. */
export interface Scenario {
  readonly plan: GatewayPlan;
  readonly checkpointPages: number;
  readonly generators: readonly GeneratorPlan[];
  /** How long faults happen, and how often: milliseconds. */
  readonly troubledMs: number;
  readonly faultEveryMs: number;
  /** What may happen. */
  readonly troubles: readonly Trouble[];
  /** How often a receiver does something else than to take a message at once. */
  readonly moodiness: number;
  /** Whether a person sends again in the end what is in quarantine; what holds a key is released otherwise. */
  readonly replays: boolean;
  /** Where one of the channels takes faxes. */
  readonly people?: People;
}

/** People who review what a channel holds. */
export interface People {
  /** Name of the channel. */
  readonly channel: string;
  readonly readings: Readings;
  /** So many of them have to approve a document. */
  readonly approvals: number;
  readonly pauseMs: number;
  /** In the end they decide about all that waits. */
  readonly finish: boolean;
}

export interface GeneratorPlan {
  readonly name: string;
  readonly port: number;
  readonly count: number;
  readonly habits: Habits;
  readonly patients: readonly (string | undefined)[];
}

/** What the steps of a run do to messages, as long as there are faults. */
export class Weather {
  isBad = true;
  /** How often a step crashed, by control id. */
  readonly crashes = new Map<string, number>();
  #stamps = 0;

  /** Marks a message: another each time, so that a payload made anew would show. */
  stamp(): string {
    return `S${++this.#stamps}`;
  }
}

/** Ports of receivers; those of listeners are below. */
const RECEIVER_PORT = 7000;
/** How far the port of a second path to a receiver lies from that of the first. */
const SECOND_PATH = 1000;
const LISTENER_PORT = 2575;
const FAX_LISTENER_PORT = 2600;
const FAX_RECEIVER_PORT = 7500;

/** A world of a seed. `clock`: of whichever life of the gateway is the present one. */
export function scenarioOf(random: SeededRandom, weather: Weather, clock: () => Clock): Scenario {
  const names = ["lab", "ward", "office"].slice(0, random.pick([1, 1, 1, 2, 3]));
  let port = RECEIVER_PORT;
  const channels = names.map((name, at) =>
    channelOf(
      name,
      LISTENER_PORT + at,
      Array.from({ length: 1 + random.below(2) }, (_, to) => destinationOf(`${name}${to}`, port++, random)),
      stepsOf(random, weather, clock),
      random,
    )
  );
  const scenario = {
    plan: {
      name: "here",
      folder: "/gateway",
      data: "/data",
      masterKey: "/gateway/master.key",
      partners: {},
      formats: {},
      drainMsMax: random.pick([500, 10_000]),
      journal: { pendingBytesMax: random.pick([4_000, 64 << 20]), keepDays: 90, diskFreeMin: 0 },
      channels,
    },
    checkpointPages: random.pick([5, 30, 1000]),
    generators: channels.flatMap(({ name }, at) => generatorsOf(name, LISTENER_PORT + at, random)),
    troubledMs: 3_000 + random.below(20_000),
    faultEveryMs: random.pick([1_000, 4_000, 15_000]),
    troubles: TROUBLES,
    moodiness: random.pick([0, 0.1, 0.4]),
    replays: random.chance(0.7),
  };
  return random.chance(0.4) ? withFaxes(scenario, random, weather, clock) : scenario;
}

function generatorsOf(channel: string, port: number, random: SeededRandom): GeneratorPlan[] {
  return Array.from({ length: 1 + random.below(2) }, (_, one) => ({
    name: `${channel.toUpperCase()}${one}`,
    port,
    count: 2 + random.below(8),
    habits: {
      window: random.pick([1, 1, 3]),
      answerMs: random.pick([2_000, 20_000]),
      pauseMs: random.pick([0, 100, 3_000]),
      loses: random.pick([0, 0.1]),
    },
    patients: random.pick<readonly (string | undefined)[]>([
      ["A"],
      ["A", "B", "C"],
      ["A", "B", "C", "A", "B", "C", undefined],
    ]),
  }));
}

/** With a channel of documents that people review. */
function withFaxes(
  scenario: Scenario,
  random: SeededRandom,
  weather: Weather,
  clock: () => Clock,
): Scenario {
  const { plan, generators } = scenario, name = "faxes";
  const readings = new Readings({ random, clock, isTroubled: () => weather.isBad });
  const approvals = random.pick([1, 2]);
  const destinations = [destinationOf(`${name}0`, FAX_RECEIVER_PORT, random)];
  const steps = [readings.write, ...stepsOf(random, weather, clock)];
  const channel: ChannelPlan = {
    ...channelOf(name, FAX_LISTENER_PORT, destinations, steps, random),
    acknowledge: "received",
    parse: { spec: readings.format, config: {} },
    review: { below: 0.95, approvals },
  };
  return {
    ...scenario,
    plan: {
      ...plan,
      formats: { hl7v2: { spec: hl7v2, config: withDefaults(hl7v2.config, {}) } },
      channels: [...plan.channels, channel],
    },
    generators: [...generators, ...generatorsOf(name, FAX_LISTENER_PORT, random)],
    people: {
      channel: name,
      readings,
      approvals,
      pauseMs: random.pick([200, 2_000]),
      finish: random.chance(0.7),
    },
  };
}

function channelOf(
  name: string,
  port: number,
  destinations: readonly DestinationPlan[],
  steps: ChannelPlan["steps"],
  random: SeededRandom,
): ChannelPlan {
  return {
    name,
    about: "",
    listen: {
      spec: mllpListener,
      config: withDefaults(mllpListener.config, { port, inFlightMax: random.pick([1, 4]) }),
    },
    acknowledge: random.pick(["received", "received", "processed", "delivered", {
      from: destinations[0].name,
    }]),
    respond: [],
    duplicates: { answer: "recent", windowMs: 300_000, reused: "deliver" },
    timeZone: "UTC",
    answerMsMax: 30_000,
    messageBytesMax: 1 << 20,
    parse: { spec: hl7v2, config: withDefaults(hl7v2.config, {}) },
    steps,
    destinations,
    supervise: { restartsMax: 5, withinMs: 60_000, crashesMax: 3, backoffMs: 10, backoffMsMax: 1000 },
  };
}

function destinationOf(name: string, port: number, random: SeededRandom): DestinationPlan {
  const path = (port: number) => ({
    spec: mllpSender,
    config: withDefaults(mllpSender.config, {
      host: "receiver",
      port,
      connectMsMax: 5_000,
      answerMsMax: 10_000,
      connections: random.pick([1, 3]),
      inFlightMax: random.pick([1, 1, 3]),
    }),
  });
  return {
    name,
    steps: [],
    send: random.chance(0.4) ? { paths: [path(port), path(port + SECOND_PATH)] } : path(port),
    order: { by: random.pick(["channel", "key", "none"]) },
    retry: {
      firstMs: random.pick([100, 1_000]),
      longestMs: 10_000,
      refusedMs: random.pick([1_000, 600_000]),
      ...(random.chance(0.2) ? { unansweredMs: 20_000 } : {}),
    },
    on: {
      rejected: {
        remedy: random.pick(["quarantine", "continue", "holdKey", "block", "retry"]),
        alert: true,
      },
      postponed: { remedy: "retry", alert: true },
      unanswered: { remedy: random.pick(["retry", "block"]), alert: true },
      alertAfterMs: 5_000,
    },
  };
}

/** Some steps are slow, and some crash now and then. */
function stepsOf(random: SeededRandom, weather: Weather, clock: () => Clock): ChannelPlan["steps"] {
  const crashes = random.pick([0, 0, 0.05]);
  const slow = random.pick([0, 0.1]);
  return [
    step("stamp", ({ body }) => body.with("MSH-8", weather.stamp())),
    step("trouble", async ({ body }, signal) => {
      if (!weather.isBad) return body;
      if (random.chance(slow)) await clock().sleep(random.below(2_000), signal);
      if (random.chance(crashes)) {
        const controlId = body.get("MSH-10") ?? "";
        weather.crashes.set(controlId, (weather.crashes.get(controlId) ?? 0) + 1);
        throw new TypeError("a bug in a step");
      }
      return body;
    }),
  ];
}

function step(
  label: string,
  act: (message: Message<Hl7Message>, signal: AbortSignal) => Hl7Message | Promise<Hl7Message>,
): ChannelPlan["steps"][number] {
  const spec: TransformerSpec<Hl7Message> = {
    name: "act",
    about: "A step of a simulated channel.",
    config: {},
    errors: {},
    transform: async (message, { signal }) => {
      const body = await act(message, signal);
      return body === message.body ? message : message.derive({ body });
    },
  };
  return { label, spec: spec as TransformerSpec, config: {} };
}
