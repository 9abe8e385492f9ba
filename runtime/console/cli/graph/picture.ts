import { relative } from "node:path";
import { shown } from "../../../config/problem.ts";
import { asField, type Field, type Spec } from "../../../contract/spec.ts";
import { pathsOf } from "../../../engine/paths/paths_of.ts";
import type {
  Acknowledge,
  ChannelPlan,
  CollectPlan,
  Configured,
  DestinationPlan,
  GatewayPlan,
  StepPlan,
} from "../../../engine/plan.ts";

/** A gateway as it is drawn: words only, in the order messages flow. */
export interface GatewayPicture {
  readonly name: string;
  readonly channels: readonly ChannelPicture[];
}

/** One channel. */
export interface ChannelPicture {
  readonly name: string;
  readonly about: string;
  readonly listen: string;
  /** When the sender is told: `received`, `processed`, `delivered`; left out where a destination's answer says it. */
  readonly acknowledge?: string;
  /** The destination whose answer goes back. */
  readonly answeredBy?: string;
  /** What that answer goes through on its way back. */
  readonly respond: readonly StepPicture[];
  /** From opening the envelope to the last transform; at least `parse`. */
  readonly steps: readonly StepPicture[];
  readonly destinations: readonly DestinationPicture[];
}

/** One step, or several that are done for each of something. */
export interface StepPicture {
  readonly label: string;
  /** Its own condition. */
  readonly when?: string;
  readonly steps?: readonly StepPicture[];
}

/** One destination. */
export interface DestinationPicture {
  readonly name: string;
  /** Its own filters and transforms, then how it gathers and seals. */
  readonly steps: readonly StepPicture[];
  /** The adapter, the preferred one where there are several paths; left out where it hands on to a channel. */
  readonly send?: string;
  /** Those it sends by where that one fails, in order. */
  readonly instead?: readonly string[];
  readonly channel?: string;
}

/** What a plan looks like. Shows no secret, and of settings only those without a default. */
export function pictureOf({ name, folder, channels }: GatewayPlan): GatewayPicture {
  const pen = new Pen(folder);
  return { name, channels: channels.map((channel) => pen.channel(channel)) };
}

interface Component {
  readonly name: string;
  readonly about: string;
  readonly config: Spec;
}

class Pen {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  channel(plan: ChannelPlan): ChannelPicture {
    const { name, about, listen, decrypt, parse, review, steps } = plan;
    const opens = decrypt ? [{ label: envelopeLabel("decrypt", decrypt, "from", decrypt.from) }] : [];
    return {
      name,
      about,
      listen: this.#component(listen),
      ...answers(plan.acknowledge),
      respond: plan.respond.map((step) => this.#step(step)),
      steps: [
        ...opens,
        { label: `parse ${this.#component(parse)}` },
        ...(review ? [{ label: `review, below ${review.below}` }] : []),
        ...steps.map((step) => this.#step(step)),
      ],
      destinations: plan.destinations.map((destination) => this.#destination(destination)),
    };
  }

  #destination({ name, steps, collect, encrypt, send }: DestinationPlan): DestinationPicture {
    return {
      name,
      steps: [
        ...steps.map((step) => this.#step(step)),
        ...(collect ? [{ label: collectLabel(collect) }] : []),
        ...(encrypt ? [{ label: envelopeLabel("encrypt", encrypt, "to", encrypt.to) }] : []),
      ],
      ...("channel" in send ? { channel: send.channel } : this.#paths(send)),
    };
  }

  #paths(plan: DestinationPlan["send"]): Pick<DestinationPicture, "send" | "instead"> {
    const [send, ...instead] = pathsOf(plan).map(({ send }) => this.#component(send));
    return { send, ...(instead.length > 0 ? { instead } : {}) };
  }

  #step(step: StepPlan): StepPicture {
    const when = step.when ? { when: this.#settings(step.when) } : {};
    return "each" in step
      ? { label: step.label, ...when, steps: step.steps.map((each) => this.#step(each)) }
      : { label: joined(step.label, this.#settings(step)), ...when };
  }

  #component(configured: Configured<Component>): string {
    return joined(configured.spec.name, this.#settings(configured));
  }

  #settings({ spec, config }: Configured<Component>): string {
    const value = this.#value(asField(spec.about, spec.config), config, true);
    return value === "" ? "" : shown(value);
  }

  /** `isOuter`: of the settings of a component only those without a default, and words unlike theirs, are shown. */
  #value(field: Field, value: unknown, isOuter = false): string {
    if (value === undefined || value === null) return "";
    switch (field.kind) {
      case "secret":
        return "[secret]";
      case "path":
        return `./${relative(this.#folder, String(value))}`;
      case "list":
        return Array.isArray(value) ? value.map((item) => this.#value(field.item, item)).join(", ") : "";
      case "map":
        return braced(Object.entries(value).map(([name, item]) => [name, this.#value(field.item, item)]));
      case "record": {
        const given = value as Readonly<Record<string, unknown>>;
        const own = Object.keys(field.fields);
        const others = Object.keys(given).filter((name) => field.others && !own.includes(name));
        return braced([
          ...others.map((name) => [name, this.#value(field.others!.item, given[name])] as const),
          ...own.filter((name) => !isOuter || isAuthors(field.fields[name], given[name]))
            .map((name) => [name, this.#value(field.fields[name], given[name])] as const),
        ]);
      }
      default:
        return typeof value === "object" ? "…" : String(value);
    }
  }
}

function answers(acknowledge: Acknowledge): Pick<ChannelPicture, "acknowledge" | "answeredBy"> {
  return typeof acknowledge === "string" ? { acknowledge } : { answeredBy: acknowledge.from };
}

function collectLabel({ as, at, countMax, timeZone }: CollectPlan): string {
  const times = at.length > 0 ? [`at ${at.join(", ")} ${timeZone}`] : [];
  return [`collect ${as}`, ...times, ...(countMax === undefined ? [] : [`up to ${countMax}`])].join(", ");
}

/** What has no default is there only because the author has written it. */
function isAuthors(field: Field, value: unknown): boolean {
  const isWord = field.kind === "choice" || field.kind === "integer" || field.kind === "switch";
  return field.default === undefined || isWord && value !== field.default;
}

function braced(entries: readonly (readonly [string, string])[]): string {
  const given = entries.filter(([, value]) => value !== "");
  return given.length === 0 ? "" : `{ ${given.map(([name, value]) => `${name}: ${value}`).join(", ")} }`;
}

function joined(name: string, settings: string): string {
  return settings === "" ? name : `${name} ${settings}`;
}

function envelopeLabel(
  does: string,
  { spec }: Configured<{ readonly name: string }>,
  preposition: string,
  partners: readonly string[],
): string {
  return [does, spec.name, ...(partners.length > 0 ? [preposition, partners.join(", ")] : [])].join(" ");
}
