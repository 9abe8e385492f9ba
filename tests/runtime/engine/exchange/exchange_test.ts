/** Two gateways that send each other sealed messages by their doors. */
import { assert, assertEquals } from "@std/assert";
import { receiptFacts } from "../../../../runtime/engine/exchange/receipt_facts.ts";
import { unstuck } from "../../../world/turns.ts";
import { sendsTo, Site, takesFrom } from "./exchange_rig.ts";

Deno.test("what a channel sends to a partner arrives at the channel that takes it from there, with a receipt", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    await b.introduceTo(a);
    await b.start({ "from-clinic": takesFrom("clinic"), answers: sendsTo("clinic") }, {
      partners: ["clinic"],
    });
    await a.start({ orders: sendsTo("lab"), "from-lab": takesFrom("lab") }, { partners: ["lab"] });
    await a.gateway.inject("orders", `{"n":1}`);
    await b.gateway.inject("answers", `{"n":2}`);
    const { id } = await a.seen("messageDelivered", ({ channel }) => channel === "orders");
    await b.seen("messageDelivered", ({ channel }) => channel === "answers");
    assertEquals(await b.received("from-clinic"), [`{"n":1}`]);
    assertEquals(await a.received("from-lab"), [`{"n":2}`]);

    const [there] = await b.gateway.archive.list({ channel: "from-clinic" });
    assertEquals([there.origin.adapter, there.origin.partner], ["from", "clinic"]);
    const given = (await b.gateway.archive.show(there.id))!.answer!;
    const kept = (await a.gateway.archive.show(id))!.payloads[0].answer!;
    assertEquals(kept, given);
    const { by, verdict, keyId } = receiptFacts(kept)!;
    assertEquals([by, verdict, keyId], ["lab", "accepted", b.identity.signing[0].keyId]);
  }));

Deno.test("a feed goes to the channel that takes it, and every other to the one that takes the rest", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    await b.introduceTo(a);
    await b.start({
      urgent: takesFrom({ partner: "clinic", feed: "stat" }),
      rest: takesFrom("clinic"),
    }, { partners: ["clinic"] });
    await a.start({
      orders: sendsTo("lab"),
      quick: sendsTo({ partner: "lab", feed: "stat" }),
    }, { partners: ["lab"] });
    await a.gateway.inject("orders", `{"n":1}`);
    await a.gateway.inject("quick", `{"n":2}`);
    await a.seen("messageDelivered", undefined, 2);
    assertEquals([await b.received("urgent"), await b.received("rest")], [[`{"n":2}`], [`{"n":1}`]]);
  }));

Deno.test("a message is rejected by a receipt that says why, and is in quarantine on both sides", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    await b.introduceTo(a);
    const waiting = { listen: { from: "clinic", acknowledge: "processed" }, parse: "xml" };
    await b.start({ "from-clinic": takesFrom("clinic", waiting) }, { partners: ["clinic"] });
    await a.start({ orders: sendsTo("lab") }, { partners: ["lab"] });
    await a.gateway.inject("orders", `{"n":1}`);
    const { id } = await a.seen("messageQuarantined");
    const receipt = receiptFacts((await a.gateway.archive.show(id))!.payloads[0].answer!)!;
    const [there] = await b.gateway.archive.list({ state: "quarantined" });
    assertEquals([receipt.verdict, receipt.code], ["rejected", there.trouble!.code]);
  }));

Deno.test("a channel that takes nothing now holds up no other, and its messages wait with their sender", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    await b.introduceTo(a);
    const taking = {
      one: takesFrom({ partner: "clinic", feed: "one" }),
      two: takesFrom({ partner: "clinic", feed: "two" }),
    };
    await b.start(taking, { partners: ["clinic"] });
    await b.gateway.stopChannel("one");
    const quick = { retry: { firstMs: 1, longestMs: 10 } };
    await a.start({ one: sendsTo("lab", quick), two: sendsTo("lab", quick) }, { partners: ["lab"] });
    await a.gateway.inject("one", `{"n":1}`);
    const { error } = await b.seen("exchangeRefused");
    assertEquals(error.code, "EXCHANGE_FEED_UNKNOWN");
    await a.gateway.inject("two", `{"n":2}`);
    await a.seen("messageDelivered", ({ channel }) => channel === "two");
    assertEquals(await b.received("one"), []);
  }));

Deno.test("a door that cannot be opened keeps no channel from its work, and is tried again", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    await b.introduceTo(a);
    const squatter = Deno.listen({ port: b.port, hostname: "127.0.0.1" });
    await b.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
    const { error } = await b.seen("doorFailed");
    assertEquals(error.code, "HTTPS_PORT_BUSY");
    assertEquals(b.gateway.snapshot().channels[0].condition, "running");
    assertEquals(b.gateway.snapshot().exchange?.doors, [{ name: "https", trouble: "HTTPS_PORT_BUSY" }]);
    squatter.close();
    await b.seen("doorOpened");
    await a.start({ orders: sendsTo("lab") }, { partners: ["lab"] });
    await a.gateway.inject("orders", `{"n":1}`);
    await a.seen("messageDelivered");
  }));

Deno.test("many messages are on their way at once, in order within their key", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    await b.introduceTo(a);
    await b.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
    const orders = { ...sendsTo("lab"), order: "by $.key" };
    await a.start({ orders }, { partners: ["lab"] });
    const sent = Array.from({ length: 60 }, (_, n) => ({ key: `k${n % 5}`, n }));
    for (const each of sent) await a.gateway.inject("orders", JSON.stringify(each));
    await a.seen("messageDelivered", undefined, sent.length);
    const came = (await b.received("from-clinic")).map((text) =>
      JSON.parse(text) as { key: string; n: number }
    );
    assertEquals(came.length, sent.length);
    for (const key of ["k0", "k1", "k2", "k3", "k4"]) {
      const numbers = came.filter((each) => each.key === key).map(({ n }) => n);
      assert(numbers.every((n, at) => at === 0 || numbers[at - 1] < n), numbers.join());
    }
  }));

Deno.test("where nobody answers by a partner's first way, messages go by the next, each once", () =>
  unstuck(async () => {
    await using a = await Site.open("clinic");
    await using b = await Site.open("lab");
    await a.introduceTo(b);
    const dead = { kind: "https", settings: { url: "http://127.0.0.1:1/" } };
    await b.introduceTo(a, await b.file([dead, ...b.links]));
    await b.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
    await a.start({ orders: sendsTo("lab") }, { partners: ["lab"] });
    for (const n of [1, 2, 3]) await a.gateway.inject("orders", `{"n":${n}}`);
    await a.seen("messageDelivered", undefined, 3);
    assertEquals(await b.received("from-clinic"), [`{"n":1}`, `{"n":2}`, `{"n":3}`]);
    const { partner, way } = await a.seen("wayFailed");
    assertEquals([partner, way], ["lab", "https"]);
    const { ways } = a.gateway.snapshot().exchange!.partners[0];
    assertEquals(ways.map(({ name, isChosen }) => [name, isChosen]), [["https", false], ["https 2", true]]);
  }));
