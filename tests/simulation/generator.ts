import { broken } from "../world/fake_net.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import { framed, Frames, messageText, verdictIn } from "./hl7_text.ts";
import type { SimulatedConnection, SimulatedNet } from "./simulated_net.ts";
import type { Trace } from "./trace.ts";

/** A message of a generator, and what it was told of it. */
export interface Sent {
  readonly controlId: string;
  /** The port of the channel it goes to. */
  readonly port: number;
  readonly patient: string | undefined;
  readonly bytes: Uint8Array;
  firstSentMs: number | undefined;
  /** `refused`: with AE or AR, which end it. */
  verdict: "taken" | "refused" | undefined;
  verdictMs: number;
}

/** How a generator behaves. */
export interface Habits {
  /** Messages of a connection that may be unanswered at once. */
  readonly window: number;
  /** How long it waits for an answer. */
  readonly answerMs: number;
  /** Between one message and the next. */
  readonly pauseMs: number;
  /** How often it loses its connection of itself, before an answer. */
  readonly loses: number;
}

/** Most texts are short; one in some hundred is so long that its message is kept in a file of its own. */
function textBytes(random: SeededRandom): number {
  if (random.chance(0.005)) return 400_000;
  return random.chance(0.05) ? 9_000 : 60;
}

/** How long a generator waits before it calls again, at most. */
const AGAIN_MS = 3_000;

/**
 * A machine that sends messages, and remembers what it was told: what is not acknowledged it sends again, the same
 * bytes in the same order.
 */
export class Generator {
  readonly sent: Sent[];
  /** What it was told of no message it waits for. */
  strays = 0;
  #isCalm = false;

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly parts: {
      readonly count: number;
      readonly habits: Habits;
      readonly patients: readonly (string | undefined)[];
      readonly net: SimulatedNet;
      readonly random: SeededRandom;
      readonly trace: Trace;
      acknowledged(sent: Sent): void;
    },
  ) {
    this.sent = Array.from({ length: parts.count }, (_, at) => this.#make(at));
    void this.#work();
  }

  /** True once it was told of every message. */
  get isDone(): boolean {
    return this.sent.every(({ verdict }) => verdict !== undefined);
  }

  /** From here on it keeps its connections, and does not pause. */
  calm(): void {
    this.#isCalm = true;
  }

  #make(at: number): Sent {
    const { random, patients } = this.parts;
    const controlId = `${this.name}-${at}`;
    const patient = random.pick(patients);
    const type = random.pick(["ADT^A08", "ORU^R01"] as const);
    const text = "x".repeat(random.below(textBytes(random)));
    const bytes = messageText({ controlId, sender: this.name, type, patient, text });
    return {
      controlId,
      port: this.port,
      patient,
      bytes,
      firstSentMs: undefined,
      verdict: undefined,
      verdictMs: NaN,
    };
  }

  async #work(): Promise<void> {
    const { net: { timeline }, random } = this.parts;
    while (!this.isDone) {
      await this.#converse().catch(forgive);
      await timeline.sleep(random.number() * AGAIN_MS);
    }
  }

  /** One connection: as many messages as get through. */
  async #converse(): Promise<void> {
    const { net, random, habits } = this.parts;
    const connection = await this.#orLate(net.connect(this.port, this.name));
    const waiting: Sent[] = [];
    const answers = this.#answersOf(connection);
    try {
      const left = this.sent.filter(({ verdict }) => verdict === undefined);
      while (left.length > 0 || waiting.length > 0) {
        while (left.length > 0 && waiting.length < habits.window) {
          await this.#send(connection, left[0]);
          waiting.push(left.shift()!);
        }
        if (!this.#isCalm && random.chance(habits.loses)) return connection.vanish();
        const answer = await this.#orLate(answers.next());
        if (answer.done || !this.#hear(answer.value, waiting)) return;
        if (!this.#isCalm) await net.timeline.sleep(random.number() * habits.pauseMs);
      }
    } finally {
      connection.close();
    }
  }

  async #send(connection: SimulatedConnection, sent: Sent): Promise<void> {
    const { net: { timeline }, trace, habits, random } = this.parts;
    trace.note(this.name, `sends ${sent.controlId}${sent.firstSentMs === undefined ? "" : " again"}`);
    sent.firstSentMs ??= timeline.nowMs;
    const bytes = framed(sent.bytes);
    if (!this.#isCalm && random.chance(habits.loses / 2)) {
      await connection.write(bytes.subarray(0, random.below(bytes.length)));
      connection.close();
      throw broken("EPIPE");
    }
    await this.#orLate(connection.write(bytes));
  }

  /** False where nothing more can come of the connection. */
  #hear(answer: Uint8Array, waiting: Sent[]): boolean {
    const { net: { timeline }, trace, acknowledged } = this.parts;
    const { code, controlId } = verdictIn(answer);
    trace.note(this.name, `hears ${code} ${controlId}`);
    const sent = waiting.shift();
    if (sent?.controlId !== controlId) {
      this.strays++;
      return false;
    }
    sent.verdictMs = timeline.nowMs;
    sent.verdict = code === "AA" ? "taken" : "refused";
    if (sent.verdict === "taken") acknowledged(sent);
    return true;
  }

  async *#answersOf(connection: SimulatedConnection): AsyncGenerator<Uint8Array, void> {
    const frames = new Frames();
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) return;
      yield* frames.feed(buffer.subarray(0, count));
    }
  }

  #orLate<T>(promise: Promise<T>): Promise<T> {
    const { net: { timeline }, habits } = this.parts;
    return new Promise((resolve, reject) => {
      const forget = timeline.after(habits.answerMs, () => reject(broken("ETIMEDOUT")));
      promise.then(resolve, reject).finally(forget);
    });
  }
}

/** A connection may fail; anything else is a mistake of the simulator's. */
function forgive(cause: unknown): void {
  if (!(cause as { code?: string }).code) throw cause;
}
