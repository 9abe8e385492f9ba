import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, step, to } from "../gateway_rig.ts";
import { paper, paperFormat, recognised, writeNote } from "./paper_format.ts";

const ann = { by: { person: "ann" } };
const patient = {
  ...{ mrn: "4711", authority: "", family: "Baxter", given: "Ingrid", birthDate: "02/10/1981", sex: "F" },
};
const broken = new MitralError("ACT_TABLE_MISSING", {
  blame: "operator",
  retry: "never",
  says: "Cannot look up code: its table is not there",
});

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  assertEquals((await assertRejects(() => work, MitralError)).code, code);
}

Deno.test("what waits for people is neither replayed nor corrected, and what they approved is replayed as they approved it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let isBroken = true;
  const fragile = step("look_up", (message) => {
    if (isBroken) throw broken;
    return message;
  });
  const channel = rig.channel("faxes", [to("billing", peer)], {
    parse: { spec: paperFormat, config: {} },
    review: { below: 0.95, approvals: 1 },
    steps: [fragile, writeNote],
  });
  const gateway = await rig.open([channel]);
  await rig.hand("faxes").give(paper("F1"));
  const { id } = await rig.seen("documentHeld");
  await refused(gateway.replay(id), "GATEWAY_REPLAY_EMPTY");
  await refused(gateway.correct(id, paper("F2")), "GATEWAY_CORRECTION_EMPTY");

  // Approved, and then in quarantine by a later step: nobody has to decide again.
  recognised.count = 0;
  await gateway.reviews.setPatient(id, patient, ann);
  await gateway.reviews.approve(id, ann);
  await rig.seen("messageQuarantined");
  isBroken = false;
  await gateway.replay(id);
  await rig.seen("messageDelivered");
  await gateway.replay(id, { everywhere: true });
  await rig.seen("messageDelivered", () => true, 2);
  const payloads = peer.attempts.map(({ bytes }) => new TextDecoder().decode(bytes).split("|")[4]);
  assertEquals(payloads, Array(2).fill("invoice 4711 30.00 2 lines ann"));
  assertEquals([recognised.count, rig.all("documentHeld").length], [0, 1]);
  assertEquals((await gateway.reviews.corrections()).map(({ read }) => read).reduce((a, b) => a + b), 8);
  assertEquals(gateway.snapshot().journal.pendingBytes, 0);
});
