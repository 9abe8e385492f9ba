import type { ChannelPicture, DestinationPicture, GatewayPicture, StepPicture } from "./picture.ts";

/** A picture as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). Ends with a newline. */
export function graphMermaid({ channels }: GatewayPicture): string {
  const chart = new Chart();
  for (const channel of channels) chart.channel(channel);
  return chart.text();
}

/** How a node is drawn: what stands before and after its label. */
const shapes = { end: ["([", "])"], step: ["[", "]"] } as const;

/** Messages go one way, answers the other. */
const arrows = { on: "-->", back: "-.->" } as const;
type Way = keyof typeof arrows;

class Chart {
  readonly #lines: string[] = [];
  /** Drawn last, when every node is inside its own frame: an edge would pull a node it names first into another. */
  readonly #edges: string[] = [];
  /** Where what is handed on to a channel comes in. */
  readonly #entries = new Map<string, string>();
  readonly #links: (readonly [from: string, channel: string])[] = [];
  #count = 0;
  #depth = 1;

  text(): string {
    const links = this.#links.flatMap(([from, channel]) => {
      const to = this.#entries.get(channel);
      return to === undefined ? [] : [`${from} --> ${to}`];
    });
    const edges = [...this.#edges, ...links].map((edge) => `  ${edge}`);
    return ["flowchart LR", ...this.#lines, ...edges].join("\n") + "\n";
  }

  channel({ name, listen, acknowledge, answeredBy, respond, steps, destinations }: ChannelPicture): void {
    this.#frame(name, () => {
      const listener = this.#node(listen, "end");
      const [first, last] = this.#steps(steps, listener);
      this.#entries.set(name, first);
      const ends = destinations.map((destination) => this.#destination(destination, last));
      if (acknowledge === "received") this.#edge(first, listener, "back", acknowledge);
      if (acknowledge === "processed") this.#edge(last, listener, "back", acknowledge);
      destinations.forEach((destination, at) => {
        if (acknowledge === "delivered") this.#edge(ends[at], listener, "back", acknowledge);
        if (destination.name !== answeredBy) return;
        const [, end] = this.#steps(respond, ends[at], "back");
        this.#edge(end, listener, "back", "answer");
      });
    });
  }

  /** Returns where it ends. */
  #destination({ name, steps, send, instead = [], channel }: DestinationPicture, from: string): string {
    return this.#frame(name, () => {
      const last = steps.length === 0 ? from : this.#steps(steps, from)[1];
      const label = channel === undefined ? [send, ...instead].join(", or ") : `channel ${channel}`;
      const end = this.#node(label, "end");
      this.#edge(last, end);
      if (channel !== undefined) this.#links.push([end, channel]);
      return end;
    });
  }

  /** Draws steps one after the other behind `from`; returns the first and the last of them. */
  #steps(
    steps: readonly StepPicture[],
    from: string,
    way: Way = "on",
  ): readonly [first: string, last: string] {
    let first: string | undefined;
    let last = from;
    for (const step of steps) {
      const [start, end] = this.#step(step, last, way);
      first ??= start;
      last = end;
    }
    return [first ?? from, last];
  }

  #step({ label, when, steps }: StepPicture, from: string, way: Way): readonly [first: string, last: string] {
    const says = when === undefined ? label : `${label}, when ${when}`;
    if (steps && steps.length > 0) return this.#frame(says, () => this.#steps(steps, from, way));
    const node = this.#node(says, "step");
    this.#edge(from, node, way);
    return [node, node];
  }

  #frame<T>(title: string, draw: () => T): T {
    this.#line(`subgraph ${this.#id()}[${quoted(title)}]`);
    this.#depth++;
    const drawn = draw();
    this.#depth--;
    this.#line("end");
    return drawn;
  }

  #node(label: string, shape: keyof typeof shapes): string {
    const id = this.#id();
    const [before, after] = shapes[shape];
    this.#line(id + before + quoted(label) + after);
    return id;
  }

  #edge(from: string, to: string, way: Way = "on", label?: string): void {
    const arrow = arrows[way] + (label === undefined ? "" : `|${quoted(label)}|`);
    this.#edges.push(`${from} ${arrow} ${to}`);
  }

  #line(text: string): void {
    this.#lines.push("  ".repeat(this.#depth) + text);
  }

  #id(): string {
    return `n${++this.#count}`;
  }
}

/** A label that Mermaid reads neither as syntax nor as HTML nor as Markdown: what is not plain stands by number. */
function quoted(label: string): string {
  const safe = label.replace(
    /[^\p{L}\p{N} .,:=/(){}[\]_+-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
  return `"${safe}"`;
}
