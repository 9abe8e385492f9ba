import { fieldsOf, MllpClient } from "../../examples/_kit/mllp.ts";
import type { Sent } from "./_audit.ts";
import type { Crashable } from "./_crashable.ts";
import { seeded } from "./_seeded.ts";

/** Connections, each with one message unanswered at a time. */
const LANES = 8;
/** Patients whose messages go over one connection: only those have an order. */
const KEYS_PER_LANE = 3;
const LARGE_BYTES = [300_000, 900_000] as const;

/** A moment in the traffic. */
export interface Moment {
  /** So many messages were acknowledged since it was asked for … */
  readonly acknowledged: number;
  /** … then this share of a large message was written, where it is given … */
  readonly share?: number;
  /** … then so many more were acknowledged. */
  readonly more: number;
}

interface Message extends Sent {
  readonly seed: number;
  readonly bytes: number;
}

/** The sending systems: numbered messages, as fast as they are answered, over several connections and through crashes. */
export class CrashSender {
  /** What was sent, in the order of each key. */
  readonly sent: Message[] = [];
  /** Answers that were not AA to the message. */
  readonly strange: string[] = [];
  /** Counts the cycles, for the record. */
  cycle = 1;
  readonly #byId = new Map<string, Message>();
  readonly #port: number;
  readonly #gateway: Crashable;
  readonly #random: () => number;
  readonly #watchers = new Set<() => void>();
  #acknowledged = 0;
  #isStopping = false;
  #large: ((share: number) => void) | undefined;

  constructor(port: number, gateway: Crashable, random: () => number) {
    this.#port = port;
    this.#gateway = gateway;
    this.#random = random;
  }

  /** Messages that were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Sends until it is stopped, and every message under way is acknowledged. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: LANES }, (_, lane) => this.#runLane(lane)));
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** The bytes of a message that was sent. */
  get(controlId: string): Uint8Array | undefined {
    const message = this.#byId.get(controlId);
    return message && bytesOf(message);
  }

  /** Resolves in the very moment. */
  async reach({ acknowledged, share, more }: Moment): Promise<void> {
    await this.further(acknowledged);
    if (share !== undefined) {
      await new Promise<void>((resolve) => {
        this.#large = (written) => written >= share ? resolve() : undefined;
      });
    }
    await this.further(more);
  }

  /** Resolves when so many more were acknowledged. */
  async further(count: number): Promise<void> {
    if (count === 0) return;
    const goal = this.#acknowledged + count;
    await new Promise<void>((resolve) => {
      const watch = () => {
        if (this.#acknowledged < goal) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  async #runLane(lane: number): Promise<void> {
    using client = new MllpClient(this.#port);
    while (!this.#isStopping) {
      const written = this.#large;
      this.#large = undefined;
      await this.#carry(this.#next(lane, written !== undefined), client, written);
    }
  }

  async #carry(message: Message, client: MllpClient, written?: (share: number) => void): Promise<void> {
    for (const bytes = bytesOf(message);;) {
      const answer = await client.ask(bytes, written);
      if (answer) return this.#take(message, answer);
      await this.#gateway.up();
      // Some give up: such a message may arrive or not, and no other may suffer.
      if (this.#random() < 0.2) return;
    }
  }

  #take(message: Message, answer: Uint8Array): void {
    const [, code, controlId] = fieldsOf(answer).find(([name]) => name === "MSA") ?? [];
    if (code !== "AA" || controlId !== message.controlId) {
      this.strange.push(`${message.controlId} was answered ${code} to ${controlId}`);
      return;
    }
    message.acknowledgedIn = this.cycle;
    this.#acknowledged++;
    for (const watch of this.#watchers) watch();
  }

  #next(lane: number, isLarge: boolean): Message {
    const [from, to] = isLarge ? LARGE_BYTES : [200, 2_000];
    const message = {
      controlId: `C${this.sent.length + 1}`,
      key: lane * KEYS_PER_LANE + Math.floor(this.#random() * KEYS_PER_LANE),
      seed: Math.floor(this.#random() * 2 ** 32),
      bytes: from + Math.floor(this.#random() * (to - from)),
    };
    this.sent.push(message);
    this.#byId.set(message.controlId, message);
    return message;
  }
}

/** A result with a document in it, always the same for a message. */
function bytesOf({ controlId, key, seed, bytes }: Message): Uint8Array<ArrayBuffer> {
  const random = seeded(seed);
  const words = Array.from(
    { length: bytes / 8 },
    () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0"),
  );
  return new TextEncoder().encode([
    `MSH|^~\\&|WARD|WEST|EHR|EAST|20260215073012||ORU^R01^ORU_R01|${controlId}|P|2.5.1`,
    `PID|1||${4_000 + key}^^^WEST^MR||EXAMPLE^ANN`,
    "OBR|1|||DOC^REPORT^L",
    `OBX|1|ED|DOC^REPORT^L||^text^^Hex^${words.join("")}||||||F`,
    "",
  ].join("\r"));
}
