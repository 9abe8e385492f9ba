import type { Envelope } from "../contract/envelope.ts";
import type { Format } from "../contract/format.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Accepted } from "./arrival.ts";
import type { Assembler } from "./assembler.ts";
import type { Gate } from "./gate.ts";
import type { IntakeMemory } from "./intake_memory.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan } from "./plan.ts";
import type { SecondAnswers } from "./second_answers.ts";
import type { Waiters } from "./waiters.ts";

/** What an intake is made of. */
export interface IntakeParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  /** Opens what arrives, where the channel takes sealed messages. */
  readonly envelope?: Envelope;
  readonly journal: Journal;
  readonly world: World;
  readonly gate: Gate;
  readonly waiters: Waiters;
  readonly secondAnswers: SecondAnswers;
  readonly assembler: Assembler;
  readonly memory: IntakeMemory;
  newId(): string;
  /** Our name for the partner whose gateway calls itself `gateway`. */
  partnerOf(gateway: string): string | undefined;
  accepted(message: Accepted): void;
  report(event: Unstamped): void;
}
