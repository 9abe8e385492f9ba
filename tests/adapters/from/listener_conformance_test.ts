import { assertEquals } from "@std/assert";
import listener from "../../../adapters/from/listener.ts";
import type { Exchange, Feed, Intake } from "../../../runtime/contract/adapter.ts";
import { Claims } from "../../../runtime/engine/exchange/claims.ts";
import { testListener } from "../../contract/listener_kit.ts";
import { openListener } from "../../world/tools.ts";

/** An exchange of which a test is every door. */
class FakeExchange implements Exchange {
  readonly #claims = new Claims(new Map());
  /** What was claimed, in order. */
  readonly claimed: Feed[] = [];

  claim(feed: Feed, intake: Intake): () => void {
    this.claimed.push(feed);
    return this.#claims.claim(feed, intake);
  }

  send(): Promise<never> {
    return Promise.reject(new Error("it sends nothing"));
  }

  /** Whom a feed of the partner goes to. */
  find(feed: string): Intake {
    const found = this.#claims.find("acme", feed);
    if (!found) throw new Error("nobody takes it");
    return found;
  }
}

testListener("from", {
  spec: listener,
  answers: true,
  scene() {
    const exchange = new FakeExchange();
    return Promise.resolve({
      config: { partner: "acme" },
      exchange,
      async connect() {
        exchange.find("orders");
        let isGone = false;
        return await Promise.resolve({
          async exchange(bytes: Uint8Array) {
            const { answer } = await exchange.find("orders").receive({ bytes, peer: "192.0.2.7:51022" });
            return answer && !isGone
              ? { kind: "answered" as const, bytes: answer.bytes }
              : { kind: "left" as const };
          },
          close: () => void (isGone = true),
        });
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});

Deno.test("from claims the feed of its settings, and lets go of it as it stops", async () => {
  const exchange = new FakeExchange();
  const config = { partner: "acme", feed: "orders" };
  await using rig = await openListener(listener, config, { exchange });
  assertEquals(exchange.claimed, [{ partner: "acme", name: "orders" }]);
  assertEquals(rig.listening.address, "acme/orders");
  await rig.listening.stop();
  await using _again = await openListener(listener, config, { exchange });
  assertEquals(exchange.claimed.length, 2);
});
