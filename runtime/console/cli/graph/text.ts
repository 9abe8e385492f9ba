import { plural } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import type { ChannelPicture, DestinationPicture, GatewayPicture, StepPicture } from "./picture.ts";

/** A picture as lines for a terminal: messages flow down, answers go back up. Ends with a newline. */
export function graphText({ name, channels }: GatewayPicture, paint: Paint): string {
  const head = `${paint.bold(plain(name))}: ${plural(channels.length, "channel")}\n`;
  const drawing = new Drawing(channels, paint);
  return head + drawing.lines().join("\n") + "\n";
}

/** What stands below a line of the tree. */
interface Branch {
  /** What is drawn before it: a step, the way to a destination, the way back. */
  readonly arm: "" | "▶ " | "◀ ";
  readonly says: string;
  readonly below: readonly Branch[];
}

class Drawing {
  readonly #channels: ReadonlyMap<string, ChannelPicture>;
  readonly #paint: Paint;
  /** A channel is drawn once, where a message first gets to it. */
  readonly #drawn = new Set<string>();

  constructor(channels: readonly ChannelPicture[], paint: Paint) {
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
    this.#paint = paint;
  }

  lines(): string[] {
    const channels = [...this.#channels.values()];
    const linked = new Set(
      channels.flatMap(({ destinations }) => destinations.flatMap(({ channel }) => channel ?? [])),
    );
    // Channels that hand on to each other in a ring have nobody before them: one of them is drawn first.
    const inOrder = [...channels.filter(({ name }) => !linked.has(name)), ...channels];
    return inOrder.flatMap((channel) => {
      if (this.#drawn.has(channel.name)) return [];
      const { name, about, listen } = channel;
      const title = this.#paint.bold(plain(name)) + (about === "" ? "" : `: ${plain(about)}`);
      return ["", title, plain(listen), ...draw(this.#channel(channel))];
    });
  }

  #channel(channel: ChannelPicture): Branch[] {
    this.#drawn.add(channel.name);
    return [
      wayBack(channel),
      ...channel.steps.map(stepBranch),
      ...channel.destinations.map((destination) => this.#destination(destination)),
    ];
  }

  #destination({ name, steps, send = "", instead = [], channel }: DestinationPicture): Branch {
    const ways = [send, ...instead.map((path) => `or ${path}`)];
    const ends = channel === undefined
      ? ways.map((says): Branch => ({ arm: "▶ ", says, below: [] }))
      : [this.#link(channel)];
    return { arm: "▶ ", says: this.#paint.bold(plain(name)), below: [...steps.map(stepBranch), ...ends] };
  }

  #link(name: string): Branch {
    const channel = this.#channels.get(name);
    const says = `channel ${this.#paint.bold(plain(name))}`;
    if (!channel) return { arm: "▶ ", says, below: [] };
    if (this.#drawn.has(name)) return { arm: "▶ ", says: `${says}, drawn above`, below: [] };
    return {
      arm: "▶ ",
      says: `${says}, which also listens by ${plain(channel.listen)}`,
      below: this.#channel(channel),
    };
  }
}

function wayBack({ acknowledge, answeredBy, respond }: ChannelPicture): Branch {
  const says = acknowledge === undefined
    ? `answered by ${answeredBy}${respond.length > 0 ? ", through" : ""}`
    : `acknowledged when ${acknowledge}`;
  return { arm: "◀ ", says: plain(says), below: respond.map(stepBranch) };
}

function stepBranch({ label, when, steps = [] }: StepPicture): Branch {
  const says = plain(when === undefined ? label : `${label}, when ${when}`);
  return { arm: "", says, below: steps.map(stepBranch) };
}

function draw(branches: readonly Branch[]): string[] {
  return branches.flatMap(({ arm, says, below }, at) => {
    const isLast = at === branches.length - 1;
    const dash = arm === "" ? "─ " : `─${arm}`;
    const margin = `${isLast ? " " : "│"}${" ".repeat(dash.length)}`;
    return [`${isLast ? "└" : "├"}${dash}${says}`, ...draw(below).map((line) => margin + line)];
  });
}
