import { MitralError } from "../../runtime/contract/error.ts";
import type { Gateway } from "../../runtime/engine/gateway.ts";
import type { ReviewSummary } from "../../runtime/engine/review/review_api.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { People } from "./scenario.ts";
import type { Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";

const NAMES = ["ann", "bob", "cy"];
const PATIENT = {
  ...{ mrn: "4711", authority: "", family: "Doe", given: "Jane", birthDate: "19810210", sex: "" },
};

/** What people may be refused while others, or a crash, are faster. */
const REFUSALS = /^(REVIEW_|GATEWAY_|JOURNAL_|ENGINE_)/;

type Act = "set" | "setPatient" | "setPlain" | "approve" | "reject";

/** The more often it is there, the likelier it is. */
const ACTS: readonly Act[] = [
  ...["set", "setPatient", "setPatient", "setPlain", "reject"] as const,
  ...Array<Act>(6).fill("approve"),
];

/** What people are given. */
export interface ReviewersParts {
  readonly people: People;
  readonly machine: Machine;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly trace: Trace;
}

/** Several people who look at what waits, and decide, often about the same and at once. */
export class Reviewers {
  readonly #parts: ReviewersParts;
  #underWay = 0;
  #isCalm = false;
  #amounts = 0;

  constructor(parts: ReviewersParts) {
    this.#parts = parts;
    void this.#work();
  }

  /** From here on they hurry; or go home, and leave what waits. */
  calm(): void {
    this.#isCalm = true;
  }

  /** True where nothing more comes of them. */
  async areDone(): Promise<boolean> {
    if (this.#underWay > 0) return false;
    return !this.#parts.people.finish || (await this.#waiting())?.length === 0;
  }

  async #work(): Promise<void> {
    const { timeline, random, people: { pauseMs, finish } } = this.#parts;
    while (!this.#isCalm || finish) {
      await timeline.sleep(random.number() * (this.#isCalm ? 100 : pauseMs));
      this.#underWay++;
      const all = await this.#waiting() ?? [];
      // Who looked while the others went home goes, too.
      if (all.length > 0 && !(this.#isCalm && !finish)) {
        const { id } = random.pick(all);
        for (let at = random.pick([1, 1, 2]); at > 0; at--) void this.#act(id);
      }
      this.#underWay--;
    }
  }

  async #act(id: string): Promise<void> {
    const { machine, ledger, random, trace } = this.#parts;
    const did = random.pick(ACTS), person = random.pick(NAMES), amount = `${++this.#amounts}.00`;
    this.#underWay++;
    const came = await machine.ask(async ({ reviews }) => {
      const how = { by: { person } };
      try {
        await {
          set: () => reviews.set(id, "total", amount, how),
          setPlain: () => reviews.set(id, "kind", "unknown", how),
          setPatient: () => reviews.setPatient(id, PATIENT, { ...how, despitePage: true }),
          approve: () => reviews.approve(id, how),
          reject: () => reviews.reject(id, random.pick(["duplicate", "misdirected"]), how),
        }[did]();
        return "done";
      } catch (cause) {
        if (!(cause instanceof MitralError) || !REFUSALS.test(cause.code)) {
          ledger.violated(`${did} of a document failed: ${cause}`);
        }
        return cause instanceof MitralError ? cause.code : "failed";
      }
    });
    trace.note(person, `${did} ${id} ${came ?? "unknown"}`);
    if (came === "done" && did === "approve") ledger.approved(id, person);
    this.#underWay--;
  }

  #waiting(): Promise<readonly ReviewSummary[] | undefined> {
    return this.#parts.machine.ask(({ reviews }: Gateway) => reviews.list({ limit: 1000 }));
  }
}
