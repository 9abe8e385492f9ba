import type { OpenSender, Parcel, SenderSpec } from "../../../../runtime/contract/adapter.ts";
import { errorTable } from "../../../../runtime/contract/error.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import type { Configured } from "../../../../runtime/engine/plan.ts";
import { type PathEvent, PathSet } from "../../../../runtime/engine/paths/path_set.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";
import { worldWith } from "../../../world/tools.ts";
import { note } from "../note_format.ts";
import { WayPeer } from "./path_peers.ts";

/** Paths called `a`, `b`, `c`, each to a peer of its own, in a test's hand. */
export class PathSetRig implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly events: PathEvent[] = [];
  readonly peers: readonly WayPeer[];
  readonly ways: readonly { readonly name: string; readonly send: Configured<SenderSpec> }[];
  readonly set: PathSet;
  revived = 0;
  #sent = 0;

  constructor(count = 2, isProbed = true, lanes = 1) {
    const world = worldWith(this.clock, { random: new SeededRandom(1) });
    this.peers = Array.from({ length: count }, () => new WayPeer(lanes, this.clock));
    this.ways = this.peers.map((peer, at) => ({ name: "abc"[at], send: peer.send(isProbed) }));
    this.set = new PathSet({
      paths: this.ways,
      clock: this.clock,
      tools: ({ send: { spec, config } }) => ({
        config: config as never,
        world,
        partners: { names: [], holderOf: () => undefined, watch: () => () => {} },
        contentTypes: [],
        report: () => {},
        ...errorTable(spec.name, spec.errors),
      }),
      report: (event) => this.events.push(event),
      revived: () => this.revived++,
    });
  }

  /** What an attempt comes to: the outcome's kind, and whether the next goes elsewhere. */
  async send(
    by: Pick<OpenSender, "send"> = this.set,
    signal = new AbortController().signal,
  ): Promise<string> {
    return said(await by.send(parcel(`N${this.#sent++}`), signal));
  }

  /** By which path attempts went, in order. */
  get went(): string {
    const all = this.peers.flatMap(({ attempts }, at) =>
      attempts.map(({ controlId }) => [controlId, "abc"[at]])
    );
    return all.toSorted(([one], [other]) => Number(one.slice(1)) - Number(other.slice(1)))
      .map(([, path]) => path).join("");
  }

  get told(): readonly string[] {
    return this.events.map(({ name, path }) => `${name} ${path}`);
  }

  get conditions(): string {
    return this.set.state().map(({ condition }) => condition).join(" ");
  }

  /** Lets time pass, a little at a time, until the paths are so. */
  async until(conditions: string, act: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    while (this.conditions !== conditions) {
      await this.clock.advance(250);
      await act();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.set[Symbol.asyncDispose]();
  }
}

function said(outcome: Outcome): string {
  return outcome.kind === "failed" && outcome.isElsewhere ? "elsewhere" : outcome.kind;
}

function parcel(id: string): Parcel {
  const bytes = note({ id });
  return {
    id,
    bytes,
    contentType: "text/x-note",
    attempt: 1,
    sequence: 1,
    atMs: 0,
    value: () => "",
    judge: () => ({ kind: "accepted" }),
  };
}
