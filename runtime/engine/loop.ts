import { passedOn, type Stage } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import { hasPaths, type Message, type PathBody } from "../contract/message.ts";
import { errors } from "./errors.ts";
import { Focused } from "./focus.ts";

/** Steps that are done for each place a path has when the loop begins. Closes them when it is closed. */
export function loop(
  label: string,
  path: string,
  steps: readonly Stage[],
  close: () => Promise<void>,
): Stage {
  return {
    name: label,
    async process(message, life) {
      let current = message;
      const places = new Places(path, bodyOf(message, label));
      for (let place = places.next(); place !== undefined; place = places.next()) {
        const body = new Focused(bodyOf(current, label), place);
        const after = await round(current.derive({ body }), steps, label, life).catch((cause) => {
          throw unnamed(cause, place, path);
        });
        // Only as whole as it was given: it may stand at a place of a loop around this one.
        current = current.derive({ body: after.body.whole, metadata: after.metadata });
        places.left(after.body);
      }
      return current;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** One round. A filter in it ends the round, and keeps what was done before it. */
async function round(
  message: Message<Focused>,
  steps: readonly Stage[],
  label: string,
  life: AbortSignal,
): Promise<Message<Focused>> {
  let current = message;
  for (const step of steps) {
    const passed = await step.process(current, life);
    if (passed === null) break;
    const [next, ...others] = passedOn(passed);
    if (others.length > 0 || !isFocused(next)) {
      return errors.fail("ENGINE_LOOP_LEFT", { stage: label, step: step.name });
    }
    current = next;
  }
  return current;
}

/**
 * The places a loop still has to go to. They are looked for once, and again only where a round took away more than the
 * place it stood at: a message with a hundred thousand of them would take for ever.
 */
class Places {
  readonly #path: string;
  #body: PathBody;
  #places: readonly string[];
  /** Where the next place stands among them. */
  #at = 0;
  /** What is added while the loop goes on gets no round. */
  #rounds: number;

  constructor(path: string, body: PathBody) {
    this.#path = path;
    this.#body = body;
    this.#places = body.places(path);
    this.#rounds = this.#places.length;
  }

  /** The next place that is still there. */
  next(): string | undefined {
    while (this.#rounds-- > 0) {
      const place = this.#places[this.#at];
      if (place === undefined || this.#isThere(place)) return place;
      this.#at++;
    }
    return undefined;
  }

  /** Tells what a round has left behind. */
  left({ whole, place, lost }: Focused): void {
    this.#body = whole;
    if (lost === "nothing") this.#at++;
    else if (lost === "place" && this.#at < this.#places.length - 1) this.#closeGap(place);
    else this.#lookAgain();
  }

  /** Where the thing was deleted, those behind it have moved up by one, or have not, or some have. */
  #closeGap(place: string): void {
    const isFilled = this.#isThere(place), hasLast = this.#isThere(this.#places[this.#places.length - 1]);
    if (isFilled === hasLast) this.#lookAgain();
    else if (isFilled) this.#places = this.#places.slice(0, -1);
    else this.#at++;
  }

  #lookAgain(): void {
    const { length } = this.#places;
    this.#places = this.#body.places(this.#path);
    // Where the thing was deleted, the next one has taken its place.
    if (this.#places.length >= length) this.#at++;
  }

  #isThere(place: string): boolean {
    return this.#body.get(place) !== undefined || this.#body.places(place).length > 0;
  }
}

/** An error without the names that only the message has: a member of an object may be called like a patient. */
function unnamed(cause: unknown, place: string, path: string): unknown {
  if (!(cause instanceof MitralError) || withoutIndices(place) === withoutIndices(path)) return cause;
  const { code, blame, retry, message, facts } = cause;
  const unname = (fact: string | number) => typeof fact === "string" ? fact.replaceAll(place, path) : fact;
  const said = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, unname(fact)]));
  return new MitralError(code, { blame, retry, says: message.replaceAll(place, path) }, said, cause.cause);
}

function withoutIndices(path: string): string {
  return path.replaceAll(/\[(?:\d+|\*)\]/g, "");
}

function isFocused(message: Message | undefined): message is Message<Focused> {
  return message?.body instanceof Focused;
}

function bodyOf({ body }: Message, label: string): PathBody {
  return hasPaths(body) ? body : errors.fail("ENGINE_BODY_PATHLESS", { stage: label });
}
