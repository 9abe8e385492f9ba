/** Paths over real connections on loopback, whose other ends are killed and come back. */
import { assert, assertEquals } from "@std/assert";
import mllp from "../../../../adapters/mllp/sender.ts";
import type { SenderSpec } from "../../../../runtime/contract/adapter.ts";
import type { Configured, DestinationPlan } from "../../../../runtime/engine/plan.ts";
import { RawServer, textOf } from "../../../adapters/mllp/mllp_peer.ts";
import { configOf } from "../../../world/tools.ts";
import { turns, unstuck } from "../../../world/turns.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { note } from "../note_format.ts";

/** Longer waits than this are deadlines of the network, which takes its own time. */
const WAIT_MS_MAX = 1_000;

/** A peer with two doors, each of which may be shut with all that is under way. */
class Site implements AsyncDisposable {
  readonly rig = new GatewayRig();
  readonly doors = [new RawServer(), new RawServer()] as const;
  /** What was taken, with the door it came by. */
  readonly taken: string[] = [];
  /** Takes a message and shuts the door instead of answering. */
  dropsNext = false;
  #given = 0;

  async open(settings: Partial<DestinationPlan> = {}): Promise<void> {
    this.doors.forEach((door, at) => void this.#serve(door, "ab"[at]));
    const paths = this.doors.map(({ port }): Configured<SenderSpec> => ({
      spec: mllp as unknown as SenderSpec,
      config: configOf(mllp.config, { host: "127.0.0.1", port }),
    }));
    await this.rig.open([
      this.rig.channel("lab", [to("ehr", new FakePeer(), { send: { paths }, ...settings })]),
    ]);
  }

  /** Gives so many notes, and waits until each is delivered. */
  async deliver(count = 1): Promise<void> {
    for (let at = 0; at < count; at++) {
      await this.rig.hand().give(note({ id: `N${String(this.#given++).padStart(2, "0")}`, keys: ["k"] }));
    }
    await this.rig.clock.pass(this.rig.seen("messageDelivered", () => true, this.#given), WAIT_MS_MAX);
  }

  get conditions(): string {
    const { paths = [] } = this.rig.gateway.snapshot().channels[0].destinations.ehr;
    return paths.map(({ condition }) => condition).join(" ");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
    for (const door of this.doors) await door[Symbol.asyncDispose]();
  }

  async #serve(door: RawServer, name: string): Promise<void> {
    for (;;) {
      const { bytes, peer } = await door.next();
      const [id] = textOf(bytes).split("|");
      this.taken.push(id + name);
      if (this.dropsNext) {
        this.dropsNext = false;
        await door.stop();
      } else await peer.send(`${id}|AA`);
    }
  }
}

function test(sentence: string, run: (site: Site) => Promise<void>): void {
  Deno.test(sentence, () =>
    unstuck(async () => {
      await using site = new Site();
      await site.open();
      await run(site);
    }));
}

test("a peer that dies with a message in its hands gets it again by its other door, marked, and the rest in order", async (site) => {
  await site.deliver(2);
  site.dropsNext = true;
  await site.deliver(3);
  assertEquals(site.taken, ["N00a", "N01a", "N02a", "N02b", "N03b", "N04b"]);
  const [, , again, ...rest] = site.rig.all("messageDelivered").map(({ attempt }) => attempt);
  assert(again > 1, `${again}`);
  assertEquals(rest, [1, 1]);
  assertEquals(site.conditions, "suspect healthy");
  assertEquals(site.rig.all("pathFailed").map(({ path, error }) => [path, error.code]), [
    ["mllp-1", "MLLP_PEER_UNREACHABLE"],
  ]);
});

test("deliveries return to a door that is open again, once it has been for a while", async (site) => {
  await site.deliver();
  await site.doors[0].stop();
  await site.deliver();
  site.doors[0].start();
  const { rig } = site;
  while (rig.all("pathRestored").length === 0) {
    await rig.clock.advance(WAIT_MS_MAX);
    await turns(5);
    await site.deliver();
  }
  await site.deliver();
  assertEquals(site.conditions, "healthy healthy");
  const ids = site.taken.map((each) => each.slice(0, -1));
  assertEquals(ids, [...new Set(ids)].toSorted(), "in order, and none twice");
  assertEquals(site.taken.at(-1)?.slice(-1), "a");
  assertEquals(site.taken.filter((each) => each.endsWith("a")).length, 3, "only one tried it before");
});

test("doors that shut and open again one after the other lose nothing", async (site) => {
  const [first, second] = site.doors;
  await site.deliver(2);
  for (const [shut, open] of [[first, second], [second, first], [first, second]]) {
    await shut.stop();
    await site.deliver(3);
    shut.start();
    await open.stop();
    await site.deliver(3);
    open.start();
    await site.deliver(1);
  }
  const ids = site.taken.map((each) => each.slice(0, -1));
  assertEquals(ids, [...new Set(ids)].toSorted());
  assertEquals(ids.length, 23);
  assertEquals(new Set(site.taken.map((each) => each.slice(-1))), new Set(["a", "b"]));
});
