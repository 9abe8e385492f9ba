import type { Intake, ListenerSpec, Listening } from "../../contract/adapter.ts";
import { errorTable, MitralError } from "../../contract/error.ts";
import { untilAborted } from "../../contract/signal.ts";
import { crashPlace } from "../crash_place.ts";
import { listenerMemory } from "../listener_memory.ts";
import { limits } from "../limits.ts";
import type { Configured } from "../plan.ts";
import { backoffMs } from "../supervisor.ts";
import { errors } from "./errors.ts";
import type { ExchangeParts } from "./parts.ts";

/** A door as it is now. */
export interface DoorState {
  /** Name of its listener. */
  readonly name: string;
  /** Where it listens; left out while it does not. */
  readonly address?: string;
  /** Code of what keeps it closed. */
  readonly trouble?: string;
}

/** One door: a listener of the exchange. It fails alone, and is tried again. */
export class Door {
  readonly #door: Configured<ListenerSpec>;
  readonly #parts: ExchangeParts;
  readonly #intake: Intake;
  readonly #contentTypes: readonly string[];
  #listening: Listening | undefined;
  #opening: Promise<void> | undefined;
  #trouble: string | undefined;
  #attempts = 0;
  #forget = () => {};
  #isOver = false;

  constructor(
    door: Configured<ListenerSpec>,
    intake: Intake,
    contentTypes: readonly string[],
    parts: ExchangeParts,
  ) {
    this.#door = door;
    this.#intake = intake;
    this.#contentTypes = contentTypes;
    this.#parts = parts;
  }

  /** Tries to open it; resolves once it is open, or will be tried again. */
  open(): Promise<void> {
    return this.#opening = this.#open();
  }

  /** As it is now. */
  state(): DoorState {
    const address = this.#listening?.address;
    return {
      name: this.#door.spec.name,
      ...(address === undefined ? {} : { address }),
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
    };
  }

  /** Accepts no more; resolves once what was handed over is answered, or at the deadline. */
  async close(deadline: AbortSignal): Promise<void> {
    this.#isOver = true;
    this.#forget();
    await untilAborted(this.#opening ?? Promise.resolve(), deadline);
    const listening = this.#listening;
    this.#listening = undefined;
    await untilAborted(Promise.resolve(listening?.stop()), deadline);
    await listening?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<void> {
    const { spec, config } = this.#door;
    const { world, partners, relay, report } = this.#parts;
    const door = spec.name;
    try {
      this.#listening = await spec.listen({
        config: config as never,
        world,
        partners,
        ...(relay ? { relay } : {}),
        intake: this.#intake,
        contentTypes: this.#contentTypes,
        timeZone: world.clock.timeZone,
        memory: listenerMemory(this.#parts.journal(), `door ${door}`),
        ...errorTable(spec.name, spec.errors),
        report: ({ name: event, facts = {}, error }) => {
          if (error) this.#trouble = error.code;
          report({ name: "exchangeReported", at: `door ${door}`, event, facts, error });
        },
      });
      this.#attempts = 0;
      this.#trouble = undefined;
      report({ name: "doorOpened", door, address: this.#listening.address });
    } catch (cause) {
      this.#again(cause instanceof MitralError ? cause : crashed(door, cause));
    }
  }

  #again(error: MitralError): void {
    this.#trouble = error.code;
    const { world: { clock, random }, report } = this.#parts;
    const againInMs = backoffMs(++this.#attempts, limits.doorRetryMs, limits.doorRetryMsMax, random);
    report({ name: "doorFailed", door: this.#door.spec.name, error, againInMs });
    if (!this.#isOver) this.#forget = clock.after(againInMs, () => void this.open());
  }
}

function crashed(door: string, cause: unknown): MitralError {
  return errors.error("EXCHANGE_DOOR_CRASHED", { door, place: crashPlace(cause) }, cause);
}
