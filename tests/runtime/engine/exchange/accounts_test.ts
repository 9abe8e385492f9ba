/** Two gateways that compare what they have exchanged, and what comes of a restore. */
import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { unstuck } from "../../../world/turns.ts";
import { sendsTo, Site, takesFrom } from "./exchange_rig.ts";

async function withTwo(act: (clinic: Site, lab: Site) => Promise<void>): Promise<void> {
  await using clinic = await Site.open("clinic");
  await using lab = await Site.open("lab");
  await clinic.introduceTo(lab);
  await lab.introduceTo(clinic);
  await startLab(lab);
  await startClinic(clinic);
  await act(clinic, lab);
}

const startLab = (lab: Site) => lab.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
const startClinic = (clinic: Site) => clinic.start({ orders: sendsTo("lab") }, { partners: ["lab"] });

async function send(clinic: Site, bodies: readonly string[]): Promise<void> {
  const before = clinic.all("messageDelivered").length;
  for (const body of bodies) await clinic.gateway.inject("orders", body);
  await clinic.seen("messageDelivered", undefined, before + bodies.length);
}

Deno.test("two gateways agree on what each has receipts for", () =>
  unstuck(() =>
    withTwo(async (clinic, lab) => {
      await send(clinic, [`{"n":1}`, `{"n":2}`, `{"n":3}`]);
      assertEquals(await clinic.gateway.reckon("lab"), true);
      const reckoned = await clinic.gateway.reckoned("lab");
      assertEquals(
        reckoned?.feeds.map(({ way, feed, agreedUpTo, gaps }) => [way, feed, agreedUpTo, gaps]),
        [["sent", "orders", 3, []]],
      );
      await lab.gateway.reckon("clinic");
      assertEquals((await lab.seen("accountCompared")).agreed, 0);
      const day = new Date(reckoned!.atMs).toISOString().slice(0, 10);
      const { theirs, signed } = JSON.parse((await clinic.gateway.accountsOf("lab", day))!);
      assertEquals(JSON.parse(theirs).received[0].accepted, [[1, 3]]);
      assertEquals(signed.split(".").length, 3);
    })
  ));

Deno.test("a message that was cancelled leaves a gap that both sides know the number of", () =>
  unstuck(() =>
    withTwo(async (clinic, lab) => {
      await send(clinic, [`{"n":1}`]);
      await lab.stop();
      const { id } = await clinic.gateway.inject("orders", `{"n":2}`);
      await clinic.gateway.pause("orders", "out");
      await clinic.gateway.cancel(id!);
      await clinic.gateway.resume("orders", "out");
      await startLab(lab);
      await send(clinic, [`{"n":3}`]);
      await clinic.gateway.reckon("lab");
      await clinic.seen("accountCompared");
      const [feed] = (await clinic.gateway.reckoned("lab"))!.feeds;
      assertEquals([feed.gaps, feed.agreedUpTo], [[[2, 2]], 3]);
    })
  ));

Deno.test("a gateway that was restored learns what it sent after its backup, and sends nothing before that", () =>
  unstuck(() =>
    withTwo(async (clinic, lab) => {
      await send(clinic, [`{"n":1}`, `{"n":2}`]);
      const { database } = clinic.store;
      await clinic.stop();
      // As a restore from a backup that was taken after the first message leaves it.
      database.exec("UPDATE setting SET value = 2 WHERE name = 'epoch'");
      database.exec("INSERT OR REPLACE INTO setting VALUES ('senders_held', 1)");
      database.exec("UPDATE exchanged SET last = 1");
      database.exec("UPDATE delivery SET state = 0, settled_ms = NULL, answer = NULL WHERE sequence = 2");
      await lab.stop();
      await startClinic(clinic);
      const refused = await assertRejects(() => clinic.gateway.releaseSenders(), MitralError);
      assertEquals([refused.code, refused.facts.partners], ["GATEWAY_SENDERS_UNRECKONED", "lab"]);

      await startLab(lab);
      await clinic.gateway.reckon("lab");
      await clinic.seen("accountCompared");
      const { error } = await clinic.seen("accountDisputed");
      assertEquals([error.code, error.facts.feed, error.facts.epoch], [
        "RECKONING_NUMBERS_DISPUTED",
        "orders",
        1,
      ]);
      assertEquals((await clinic.gateway.reckoned("lab"))?.feeds.map(({ unknown }) => unknown), [
        [[2, 2]],
        [],
      ]);

      // What is queued goes out again, is recognised, and has its receipt.
      await clinic.gateway.releaseSenders();
      await clinic.seen("messageDelivered", undefined, 3);
      assertEquals(await lab.received("from-clinic"), [`{"n":1}`, `{"n":2}`]);
      await clinic.gateway.reckon("lab");
      await clinic.seen("accountCompared", undefined, 2);
      const again = (await clinic.gateway.reckoned("lab"))!.feeds.find(({ epoch }) => epoch === 2)!;
      assertEquals([again.agreed, again.missing, again.contradicted], [1, [], []]);
    })
  ));

Deno.test("what was diverted to a partner's feed is none of its numbers, and both sides agree all the same", () =>
  unstuck(() =>
    withTwo(async (clinic, lab) => {
      await clinic.stop();
      const slow = { path: "./missing" };
      const channel = { ...sendsTo("lab"), send: { out: { to: "lab" }, kept: { file: slow } } };
      await clinic.start({ orders: channel }, { partners: ["lab"] });
      await clinic.gateway.inject("orders", `{"n":1}`);
      await clinic.gateway.divert("orders", "kept", "out");
      await clinic.seen("messageDelivered", undefined, 2);
      await clinic.gateway.inject("orders", `{"n":2}`);
      await clinic.seen("messageDelivered", undefined, 4);
      assertEquals((await lab.received("from-clinic")).length, 4);
      assertEquals(await agreed(clinic, lab), [["sent", "orders", 1, 2]]);
    })
  ));

Deno.test("a receiver whose channel waits for its deliveries knows of what a restored sender sends again", () =>
  unstuck(async () => {
    await using clinic = await Site.open("clinic");
    await using lab = await Site.open("lab");
    await clinic.introduceTo(lab);
    await lab.introduceTo(clinic);
    const takes = takesFrom("clinic", { listen: { from: "clinic", acknowledge: "delivered" } });
    await lab.start({ "from-clinic": takes }, { partners: ["clinic"] });
    await startClinic(clinic);
    await send(clinic, [`{"n":1}`, `{"n":2}`]);
    const { database } = clinic.store;
    await clinic.stop();
    database.exec("UPDATE setting SET value = 2 WHERE name = 'epoch'");
    database.exec("UPDATE delivery SET state = 0, settled_ms = NULL, answer = NULL WHERE sequence = 2");
    await startClinic(clinic);
    await clinic.seen("messageDelivered", undefined, 3);
    assertEquals(await lab.received("from-clinic"), [`{"n":1}`, `{"n":2}`]);
    assertEquals(await agreed(clinic, lab), [["sent", "orders", 1, 2], ["sent", "orders", 2, 2]]);
  }));

Deno.test("a message that was rejected, corrected and sent again is accepted by both accounts", () =>
  unstuck(() =>
    withTwo(async (clinic, lab) => {
      await lab.stop();
      const strict = takesFrom("clinic", { listen: { from: "clinic", messageBytesMax: 16 } });
      await lab.start({ "from-clinic": strict }, { partners: ["clinic"] });
      const { id } = await clinic.gateway.inject("orders", `{"n":"much too long for the lab"}`);
      await clinic.seen("messageQuarantined");
      await clinic.gateway.correct(id!, new TextEncoder().encode(`{"n":1}`), { destination: "out" });
      await clinic.seen("messageDelivered");
      assertEquals(await agreed(clinic, lab), [["sent", "orders", 1, 1]]);
    })
  ));

/** How far each feed is agreed on; fails where anything is in dispute. */
async function agreed(clinic: Site, lab: Site) {
  for (const [site, other] of [[clinic, "lab"], [lab, "clinic"], [clinic, "lab"]] as const) {
    await site.gateway.reckon(other);
    await site.seen("accountCompared");
    assertEquals(site.all("accountDisputed").map(({ error }) => error.message), []);
  }
  const { feeds } = (await clinic.gateway.reckoned("lab"))!;
  return feeds.map(({ way, feed, epoch, agreedUpTo }) => [way, feed, epoch, agreedUpTo]);
}
