import { areEqual, expectedAtLab } from "./expectation.ts";
import type { DemoMessage } from "./messages.ts";
import type { Arrival } from "../_kit/receiver.ts";
import type { Figures } from "./report.ts";
import type { Answered } from "./sender.ts";

/** How long nothing may arrive while something is on its way. */
const silenceMsMax = 30_000;

interface Journey {
  readonly message: DemoMessage;
  readonly startMs: number;
  acknowledgedMs?: number;
  deliveredMs?: number;
}

/** Every message from the moment it is sent until it has arrived: what the figures are made from. */
export class Traffic {
  readonly #journeys = new Map<string, Journey>();
  #refused = 0;
  #wrong = 0;
  #repeated = 0;
  #arrivedMs = performance.now();
  #stepped: () => void = () => {};

  /** A message goes out. */
  readonly sending = (message: DemoMessage): void => {
    this.#journeys.set(message.controlId, { message, startMs: performance.now() });
  };

  /** The hospital's gateway has answered. */
  readonly answered = ({ message, code, tookMs }: Answered): void => {
    if (code === "AA" || code === "CA") this.#journeys.get(message.controlId)!.acknowledgedMs = tookMs;
    else this.#refused++;
  };

  /** The laboratory's system has a message. One that a person sent by hand is none of ours. */
  readonly arrived = ({ controlId, message }: Arrival): void => {
    const journey = this.#journeys.get(controlId);
    if (!journey) return;
    this.#arrivedMs = performance.now();
    if (journey.deliveredMs !== undefined) {
      this.#repeated++;
    } else if (areEqual(message, expectedAtLab(journey.message))) {
      journey.deliveredMs = this.#arrivedMs - journey.startMs;
    } else {
      this.#wrong++;
    }
    this.#stepped();
  };

  /** Resolves when so many have arrived, right or wrong; `step` is called for each. Throws after a long silence. */
  async untilArrived(count: number, step: () => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let left = count;
    this.#stepped = () => {
      step();
      if (--left === 0) resolve();
    };
    this.#arrivedMs = performance.now();
    const watch = setInterval(() => {
      if (performance.now() - this.#arrivedMs < silenceMsMax) return;
      reject(
        new Error(`${left} of ${count} messages did not arrive, and nothing has for ${silenceMsMax} ms`),
      );
    }, 1_000);
    try {
      await promise;
    } finally {
      clearInterval(watch);
      this.#stepped = () => {};
    }
  }

  /** What was measured so far, with what the gateways say. */
  figures(gateways: { readonly receipted: number; readonly quarantined: number }): Figures {
    const journeys = [...this.#journeys.values()];
    const times = (of: (journey: Journey) => number | undefined) =>
      journeys.map(of).filter((time) => time !== undefined);
    const acknowledgedMs = times((journey) => journey.acknowledgedMs);
    const deliveredMs = times((journey) => journey.deliveredMs);
    return {
      sent: journeys.length,
      acknowledged: acknowledgedMs.length,
      delivered: deliveredMs.length,
      refused: this.#refused,
      wrong: this.#wrong,
      repeated: this.#repeated,
      acknowledgedMs,
      deliveredMs,
      ...gateways,
    };
  }
}
