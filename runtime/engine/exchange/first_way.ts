import type { OpenSender, Parcel, SenderSpec, SendTools } from "../../contract/adapter.ts";
import type { Outcome } from "../../contract/message.ts";
import type { Spec } from "../../contract/spec.ts";
import type { Configured } from "../plan.ts";
import { Lanes } from "./lanes.ts";

/** One way to a partner. */
export interface WayPlan {
  readonly name: string;
  readonly send: Configured<SenderSpec>;
}

/** The ways to a partner, of which the first is gone by. */
export class FirstWay implements OpenSender {
  readonly #open = new Map<string, Promise<OpenSender>>();
  readonly #ways: readonly WayPlan[];
  readonly #tools: (way: WayPlan) => SendTools<Spec, string>;

  constructor(
    { paths, tools }: { readonly paths: readonly WayPlan[]; tools(way: WayPlan): SendTools<Spec, string> },
  ) {
    this.#ways = paths;
    this.#tools = tools;
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    return await this.by(this.#ways[0].name).send(parcel, signal);
  }

  by(name: string): Pick<OpenSender, "send"> {
    const way = this.#ways.find((each) => each.name === name)!;
    return { send: async (parcel, signal) => await (await this.#sender(way)).send(parcel, signal) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    await Promise.all(all.map((each) => each.status === "fulfilled" && each.value[Symbol.asyncDispose]()));
  }

  #sender(way: WayPlan): Promise<OpenSender> {
    const { spec, config } = way.send;
    const open = this.#open.get(way.name) ??
      spec.open(this.#tools(way)).then((sender) => new Lanes(sender, spec.lanes?.(config as never) ?? 1));
    this.#open.set(way.name, open);
    open.catch(() => this.#open.delete(way.name));
    return open;
  }
}
