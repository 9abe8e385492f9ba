import { bindFormat, type Format, type Formats } from "../contract/format.ts";
import { errors } from "./errors.ts";
import { essenceOf } from "../contract/media_type.ts";
import type { Configured, StepPlan } from "./plan.ts";
import type { FormatSpec } from "../contract/format.ts";

/** The formats a channel can speak: its own, with the settings of its `parse`, and all others with their defaults. */
export class BoundFormats {
  readonly #own: Format;
  readonly #others: Readonly<Record<string, Configured<FormatSpec>>>;
  readonly #bound = new Map<string, Format>();

  constructor(own: Format, others: Readonly<Record<string, Configured<FormatSpec>>>) {
    this.#own = own;
    this.#others = others;
  }

  /** The format of what comes out of steps, as far as they say it; the channel's own where none does. */
  after(...lines: readonly (readonly StepPlan[])[]): Format {
    const last = lines.flat().findLast((step) => !("each" in step) && step.spec.gives !== undefined);
    if (!last || "each" in last) return this.#own;
    return this.named(last.spec.gives!(last.config as never));
  }

  /** A format by its name. Errors: ENGINE_FORMAT_UNKNOWN. */
  readonly named: Formats = (name) =>
    name === this.#own.name
      ? this.#own
      : this.#find(name) ?? errors.fail("ENGINE_FORMAT_UNKNOWN", { format: name });

  /** The format that reads a content type; the channel's own where both can. */
  speaking(contentType: string): Format | undefined {
    if (speaks(this.#own, contentType)) return this.#own;
    const essence = essenceOf(contentType);
    const found = Object.values(this.#others).find(({ spec }) => spec.contentTypes.includes(essence));
    return found && this.#find(found.spec.name);
  }

  /** The format whose own batch has this name. */
  batching(as: string): Format | undefined {
    if (this.#own.batch?.name === as) return this.#own;
    const found = Object.values(this.#others).find(({ spec }) => spec.batch?.name === as);
    return found && this.#find(found.spec.name);
  }

  #find(name: string): Format | undefined {
    const known = this.#bound.get(name);
    if (known) return known;
    const other = Object.hasOwn(this.#others, name) ? this.#others[name] : undefined;
    if (!other) return undefined;
    const bound = bindFormat(other.spec, other.config as never);
    this.#bound.set(name, bound);
    return bound;
  }
}

/** True where a format reads a content type. */
export function speaks(format: Format, contentType: string): boolean {
  return format.contentTypes.includes(essenceOf(contentType));
}
