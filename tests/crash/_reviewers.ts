import { MitralError } from "../../runtime/contract/error.ts";
import type { ReviewStep } from "../../runtime/engine/review/review_api.ts";
import type { ControlClient } from "../../runtime/console/control/client.ts";
import { connectTo, isLost } from "./_followed.ts";
import type { Crashable } from "./_crashable.ts";

/** What somebody did to a document, and what they were told. */
export interface Deed {
  readonly person: string;
  readonly id: string;
  readonly did: ReviewStep["did"];
  /** Of a value that was set. */
  readonly value?: string;
  readonly askedMs: number;
  /** Nothing: the gateway was killed, and nobody knows. */
  readonly told?: "ok" | "refused";
  readonly toldMs: number;
}

/** What is asked of people who decide. */
export interface ReviewersParts {
  readonly gateway: Crashable;
  /** Of its data. */
  readonly folder: string;
  readonly random: () => number;
  /** Somebody has asked for something, or was answered. */
  acted(): void;
  /** There is little to decide on. Resolves when there may be more. */
  idle(): Promise<void>;
  /** Whether they go home. */
  isOver(): boolean;
}

const PATIENT = {
  mrn: "200532",
  family: "Okonkwo",
  given: "Chidi",
  birthDate: "19881121",
  authority: "ST E",
};

/** What people may be refused while others are faster. */
const REFUSALS = /^REVIEW_/;

/** People who decide on whatever waits, often on the same, while their gateway is killed. Each value they set is another. */
export class Reviewers {
  readonly deeds: Deed[] = [];
  readonly #parts: ReviewersParts;
  #amounts = 0;

  constructor(parts: ReviewersParts) {
    this.#parts = parts;
  }

  /** Resolves when they have gone home. */
  async work(people: readonly string[]): Promise<void> {
    await Promise.all(people.map((person) => this.#work(person)));
  }

  async #work(person: string): Promise<void> {
    const { gateway, folder, random, idle, isOver } = this.#parts;
    while (!isOver()) {
      using client = await connectTo(gateway, folder, person);
      try {
        while (!isOver()) {
          const waiting = await client.ask("fax.queue", {});
          const document = waiting[Math.floor(random() * Math.min(waiting.length, 3))];
          if (document) await this.#decide(client, person, document.id);
          if (waiting.length < 3) await idle();
        }
      } catch (cause) {
        if (!isLost(cause)) throw cause;
      }
    }
  }

  async #decide(client: ControlClient, person: string, id: string): Promise<void> {
    const value = `${++this.#amounts}.00`;
    const reject = () => client.ask("fax.reject", { id, disposition: "not_needed" });
    const set = () => client.ask("fax.set", { id, path: "total", value });
    const setPatient = () => client.ask("fax.patient", { id, ...PATIENT, despitePage: true });
    const acts = [
      ["rejected", reject],
      ["set", set],
      ["patient", setPatient],
      ["patient", setPatient],
    ] as const;
    const [did, act] = acts[Math.floor(this.#parts.random() * 9)] ??
      ["approved", () => client.ask("fax.approve", { id })] as const;
    const deed = { person, id, did, askedMs: Date.now(), ...(did === "set" ? { value } : {}) };
    const note = (told?: "ok" | "refused") => {
      this.deeds.push({ ...deed, toldMs: Date.now(), ...(told ? { told } : {}) });
      if (told) this.#parts.acted();
    };
    try {
      const answer = act();
      this.#parts.acted();
      await answer;
      note("ok");
    } catch (cause) {
      if (!(cause instanceof MitralError) || !isLost(cause) && !REFUSALS.test(cause.code)) throw cause;
      note(isLost(cause) ? undefined : "refused");
      if (isLost(cause)) throw cause;
    }
  }
}
