import type { OpenSender, Parcel } from "../../contract/adapter.ts";
import { MitralError } from "../../contract/error.ts";
import type { Outcome } from "../../contract/message.ts";
import { untilAborted } from "../../contract/signal.ts";
import type { Clock } from "../../contract/world.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { Endpoint, type Path, type PathTools } from "./endpoint.ts";
import type { PathCondition } from "./health.ts";

export type { Path, PathTools } from "./endpoint.ts";
export type { PathCondition } from "./health.ts";

/** A path as it is now. */
export interface PathState {
  /** Its name within the set. */
  readonly name: string;
  /** Name of the adapter that goes there. */
  readonly adapter: string;
  /** How it is. */
  readonly condition: PathCondition;
  /** Deliveries go by it now. */
  readonly isChosen: boolean;
  /** When it failed, in milliseconds since 1970-01-01T00:00Z; left out while it is healthy. */
  readonly suspectSinceMs?: number;
  /** Code of the last error; left out once an attempt was answered again. */
  readonly trouble?: string;
  /** When an attempt by it was last answered, in milliseconds since 1970-01-01T00:00Z; left out where none was. */
  readonly lastAnswerMs?: number;
}

/** What happens to the paths of a set. */
export type PathEvent =
  /** Nobody answers by it: deliveries go by another, where there is one that is healthy. */
  | { readonly name: "pathFailed"; readonly path: string; readonly error: MitralError }
  /** It is healthy again, `forMs` after it failed. */
  | { readonly name: "pathRestored"; readonly path: string; readonly forMs: number }
  /** Deliveries go by it from now on, and not by `instead` any more. */
  | { readonly name: "pathChosen"; readonly path: string; readonly instead: string };

/** What a set of paths is made of. */
export interface PathSetParts {
  /** The preferred path first. */
  readonly paths: readonly Path[];
  readonly clock: Clock;
  /** What the sender of a path is opened, and its connection tested, with. */
  tools(path: Path): PathTools;
  /** Told of everything as it happens. */
  report(event: PathEvent): void;
  /** No path was healthy, and one has been found well: whoever waits may try again. */
  revived?(): void;
}

/** An attempt on its way by a path. */
interface Turn {
  readonly endpoint: Endpoint;
  /** It is the one that tries whether the path is well again. */
  readonly isTrial: boolean;
}

/**
 * A sender of several paths to one peer. An attempt goes by the first that is healthy, and by one alone: it has ended
 * before the next attempt of the same delivery begins, so that nothing is lost or overtakes. Where nobody answers by a path,
 * attempts go by the next, and return when it has been well for a while. An attempt that nobody answered resolves with
 * `failed`; `isElsewhere` then says that the next one goes by another path.
 */
export class PathSet implements OpenSender {
  readonly #parts: PathSetParts;
  #endpoints: readonly Endpoint[];
  #chosen: Endpoint | undefined;
  /** Attempts that wait until one may go by a path. */
  #wakers: (() => void)[] = [];

  constructor(parts: PathSetParts) {
    this.#parts = parts;
    this.#endpoints = parts.paths.map((path) => this.#open(path));
    this.#chosen = this.#endpoints[0];
  }

  /** How many attempts may run at once by the widest path. */
  get lanes(): number {
    return Math.max(1, ...this.#endpoints.map(({ lanes }) => lanes));
  }

  /** Every path as it is now, the preferred first. */
  state(): readonly PathState[] {
    return this.#endpoints.map((endpoint) => ({
      name: endpoint.path.name,
      adapter: endpoint.path.send.spec.name,
      isChosen: endpoint === this.#chosen,
      ...endpoint.health.state(),
    }));
  }

  /**
   * Puts other paths in the place of those there are, the preferred first. One of the same name whose `send` is the very same
   * object stays as it is; attempts by those that are gone get their answers.
   */
  async setPaths(paths: readonly Path[]): Promise<void> {
    const before = this.#endpoints;
    const kept = (path: Path) =>
      before.find((each) => each.path.name === path.name && each.path.send === path.send);
    this.#endpoints = paths.map((path) => kept(path) ?? this.#open(path));
    this.#announce();
    this.#wake();
    const gone = before.filter((each) => !this.#endpoints.includes(each));
    await Promise.all(gone.map((each) => each.retire()));
  }

  /**
   * One attempt, by the best path there is. Errors: ENGINE_PATH_MISSING, those that say something about the message, by the
   * sender's own codes.
   */
  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const turn = this.#begin() ?? await this.#turn(signal);
    return await this.#attempt(turn, parcel, signal);
  }

  /** A sender that goes by one path alone, whatever its health. Errors: ENGINE_PATH_MISSING. */
  by(name: string): Pick<OpenSender, "send"> {
    const endpoint = this.#endpoints.find(({ path }) => path.name === name);
    if (!endpoint) return errors.fail("ENGINE_PATH_MISSING");
    return {
      send: async (parcel, signal) => {
        while (endpoint.isFull) await this.#change(signal);
        endpoint.enter();
        endpoint.health.try();
        return await this.#attempt({ endpoint, isTrial: true }, parcel, signal);
      },
    };
  }

  /** Closes every sender. No `send` runs then. */
  async [Symbol.asyncDispose](): Promise<void> {
    const endpoints = this.#endpoints;
    this.#endpoints = [];
    await Promise.all(endpoints.map((endpoint) => endpoint.retire()));
  }

  #open(path: Path): Endpoint {
    const endpoint: Endpoint = new Endpoint(path, this.#parts.tools(path), {
      fell: (error) => {
        this.#parts.report({ name: "pathFailed", path: path.name, error });
        this.#announce();
        this.#wake();
      },
      restored: (forMs) => {
        this.#parts.report({ name: "pathRestored", path: path.name, forMs });
        this.#announce();
        this.#wake();
      },
      improved: () => this.#improved(endpoint),
    });
    return endpoint;
  }

  #improved(endpoint: Endpoint): void {
    const healthy = this.#healthy();
    if (!healthy) return endpoint.health.isWell ? this.#parts.revived?.() : undefined;
    // No delivery needs to try what none would go by now.
    const isBehind = this.#endpoints.indexOf(endpoint) > this.#endpoints.indexOf(healthy);
    if (isBehind && endpoint.health.isSteady) endpoint.health.restore();
  }

  /** Begins an attempt, where one may go by a path now. */
  #begin(): Turn | undefined {
    if (this.#endpoints.length === 0) return errors.fail("ENGINE_PATH_MISSING");
    const best = this.#best()!;
    const preferred = this.#healthy() ? this.#endpoints.slice(0, this.#endpoints.indexOf(best)) : [];
    const trial = preferred.find(({ health, isFull }) => health.wantsTrial && !isFull);
    trial?.health.try();
    const endpoint = trial ?? best;
    if (endpoint.isFull) return undefined;
    endpoint.enter();
    return { endpoint, isTrial: trial !== undefined };
  }

  async #turn(signal: AbortSignal): Promise<Turn> {
    for (;;) {
      await this.#change(signal);
      const turn = this.#begin();
      if (turn) return turn;
    }
  }

  async #attempt({ endpoint, isTrial }: Turn, parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const { health } = endpoint;
    try {
      // One that cannot be opened, for whatever reason, is no verdict on a message.
      const sender = await endpoint.sender().catch((cause) => unanswered(cause, signal));
      const outcome = "kind" in sender ? sender : await sender.send(parcel, signal).catch((cause) => {
        if (cause instanceof MitralError && cause.retry === "later") return unanswered(cause, signal);
        throw cause;
      });
      if (outcome.kind === "failed" && !outcome.answer) {
        const { error } = outcome;
        const isPlain = outcome === sender || isUnsent(error) || error.retryAfterMs > 0;
        health.missed(error, isTrial, isPlain);
        return this.#isElsewhere(endpoint) ? { ...outcome, isElsewhere: true } : outcome;
      }
      health.answered(this.#healthy() ? isTrial ? "trial" : "other" : "alone");
      return outcome;
    } catch (cause) {
      if (isTrial) health.passed();
      throw cause;
    } finally {
      endpoint.leave();
      this.#wake();
    }
  }

  /** True where the next attempt, after one by this path that nobody answered, goes by another that may be better. */
  #isElsewhere(endpoint: Endpoint): boolean {
    const next = this.#best();
    if (!next || next === endpoint) return false;
    const { health } = next;
    return health.isWell || this.#parts.clock.elapsedMs() - health.missedMs >= limits.pathRestMs;
  }

  /** The first that is healthy. */
  #healthy(): Endpoint | undefined {
    return this.#endpoints.find(({ health }) => health.condition === "healthy");
  }

  /** The path that the next attempt goes by: where none is healthy, one that was found well, or that failed longest ago. */
  #best(): Endpoint | undefined {
    return this.#healthy() ?? this.#endpoints.toSorted(byPromise)[0];
  }

  /** Where none is healthy, what was chosen stays chosen, though others are tried. */
  #announce(): void {
    const before = this.#chosen;
    const stays = before && this.#endpoints.includes(before) ? before : this.#endpoints[0];
    const chosen = this.#chosen = this.#healthy() ?? stays;
    if (chosen && before && chosen !== before) {
      this.#parts.report({ name: "pathChosen", path: chosen.path.name, instead: before.path.name });
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    await untilAborted(new Promise<void>((resolve) => this.#wakers.push(resolve)), signal);
    signal.throwIfAborted();
  }

  #wake(): void {
    if (this.#wakers.length === 0) return;
    for (const resolve of this.#wakers.splice(0)) resolve();
  }
}

/** What an attempt comes to that nobody answered; one that was dropped comes to nothing. */
function unanswered(cause: unknown, signal: AbortSignal): Outcome & { readonly kind: "failed" } {
  if (signal.aborted || !(cause instanceof MitralError)) throw cause;
  return { kind: "failed", error: cause };
}

/** What the platform calls a connection that did not come about. */
const UNCONNECTED: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

function isUnsent({ isUnsent, cause }: MitralError): boolean {
  return isUnsent || UNCONNECTED.has((cause as { readonly code?: unknown } | undefined)?.code);
}

function byPromise(one: Endpoint, other: Endpoint): number {
  return Number(other.health.isWell) - Number(one.health.isWell) ||
    (one.health.missedMs - other.health.missedMs || 0);
}
