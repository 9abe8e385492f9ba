import type { Connection } from "../../runtime/contract/world.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import { answerText, controlIdIn, framed, Frames } from "./hl7_text.ts";
import type { SimulatedConnection, SimulatedNet } from "./simulated_net.ts";
import type { Trace } from "./trace.ts";

/** What a receiver does with a message. Each but the last four has it from then on. */
export const CONDUCTS = [
  "takes",
  "takesSlowly",
  "takesAndIsSilent",
  "takesAndCloses",
  "takesAndVanishes",
  "takesAndAnswersLate",
  "takesAndNamesAnother",
  "takesAndAnswersGarbage",
  "refuses",
  "turnsAway",
  "closes",
  "vanishes",
] as const;
export type Conduct = typeof CONDUCTS[number];

/** A message that came to a receiver. */
export interface Attempt {
  readonly controlId: string;
  readonly bytes: Uint8Array;
  readonly conduct: Conduct;
  readonly atMs: number;
  /** Its place among all that came there. */
  readonly place: number;
  /** When the gateway had read the positive answer. */
  heardMs: number | undefined;
}

/** Longer than any sender waits. */
const LATE_MS = 45_000;
const SLOW_MS = 8_000;

/** A machine that messages are delivered to. It never forgets what it has taken. */
export class Receiver {
  readonly attempts: Attempt[] = [];
  /** How each message is met. */
  conduct: () => Conduct = () => "takes";
  /** Told of each message that comes, before it is answered. */
  came: (attempt: Attempt) => void = () => {};

  constructor(
    readonly name: string,
    /** More than one where several paths lead to it. */
    readonly ports: readonly number[],
    private readonly parts: {
      readonly net: SimulatedNet;
      readonly random: SeededRandom;
      readonly trace: Trace;
    },
  ) {
    for (const port of ports) void this.#accept(port);
  }

  /** True where the receiver has the message for good. */
  has(controlId: string): boolean {
    return this.attempts.some((attempt) => attempt.controlId === controlId && isTaken(attempt));
  }

  async #accept(port: number): Promise<void> {
    for await (const connection of this.parts.net.listen(port)) {
      this.#serve(connection as SimulatedConnection).catch(() => {});
    }
  }

  /** Takes whatever comes at once; answers one after another. */
  async #serve(connection: SimulatedConnection): Promise<void> {
    const frames = new Frames();
    const buffer = new Uint8Array(4096);
    let answering = Promise.resolve();
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) break;
      for (const frame of frames.feed(buffer.subarray(0, count))) {
        const attempt = this.#take(frame);
        // Where the connection is lost, so is the answer.
        answering = answering.then(() => this.#answer(connection, attempt)).catch(() => {});
      }
    }
    await answering;
    connection.close();
  }

  #take(bytes: Uint8Array): Attempt {
    const { net: { timeline }, trace } = this.parts;
    const conduct = this.conduct();
    const attempt: Attempt = {
      controlId: controlIdIn(bytes),
      bytes,
      conduct,
      atMs: timeline.nowMs,
      place: this.attempts.length,
      heardMs: undefined,
    };
    trace.note(this.name, `${conduct} ${attempt.controlId}`);
    this.attempts.push(attempt);
    this.came(attempt);
    return attempt;
  }

  async #answer(connection: SimulatedConnection, attempt: Attempt): Promise<void> {
    const { conduct, controlId } = attempt;
    const { net: { timeline }, random } = this.parts;
    const say = (code: string, id = controlId) => this.#say(connection, answerText(code, id));
    await timeline.sleep(random.number() * 3);
    switch (conduct) {
      case "takes":
        return await this.#accepts(connection, attempt);
      case "takesSlowly":
        await timeline.sleep(random.number() * SLOW_MS);
        return await this.#accepts(connection, attempt);
      case "takesAndAnswersLate":
        await timeline.sleep(LATE_MS);
        return await this.#accepts(connection, attempt);
      case "takesAndNamesAnother":
        return await say("AA", `X${controlId}`);
      case "takesAndAnswersGarbage":
        return await this.#say(connection, random.bytes(1 + random.below(40)).map((byte) => byte | 0x40));
      case "refuses":
        return await say("AE");
      case "turnsAway":
        return await say("AR");
      case "takesAndCloses":
      case "closes":
        return connection.close();
      case "takesAndVanishes":
      case "vanishes":
        return connection.vanish();
      case "takesAndIsSilent":
        await new Promise<never>(() => {});
    }
  }

  async #accepts(connection: SimulatedConnection, attempt: Attempt): Promise<void> {
    const { timeline } = this.parts.net;
    await this.#say(connection, answerText("AA", attempt.controlId), () => attempt.heardMs = timeline.nowMs);
  }

  async #say(connection: Connection, answer: Uint8Array, heard?: () => void): Promise<void> {
    await (connection as SimulatedConnection).write(framed(answer), heard);
  }
}

/** True where the receiver has a message since it came this time. */
export function isTaken({ conduct }: Attempt): boolean {
  return conduct.startsWith("takes");
}
