/** Two gateways that send each other sealed messages by their doors. */
import { assertEquals } from "@std/assert";
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
    const shown = await a.gateway.archive.show(id);
    assertEquals(shown?.payloads.map(({ answer }) => answer !== undefined), [true]);
  }));
