import { assert, assertEquals } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { DocumentPatient } from "../../../../runtime/contract/document.ts";
import type { Gateway } from "../../../../runtime/engine/gateway.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";
import { turns, unstuck } from "../../../world/turns.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { invoice, labReport, paper, paperFormat, read, writeNote } from "./paper_format.ts";

const SCHEDULES = 20;
const DOCUMENTS = 8;
const PEOPLE = ["ann", "bob", "cy"];
const patient: Omit<DocumentPatient, "source"> = {
  ...{ mrn: "4711", authority: "", family: "Baxter", given: "Ingrid", birthDate: "19810210", sex: "" },
};

/** What people may be refused while others, or a crash, are faster. */
const REFUSALS = /^(REVIEW_|GATEWAY_CANCEL_EMPTY|JOURNAL_)/;

/**
 * One schedule: documents come, several people set values, approve and reject, often the same, and the power goes now and
 * then. In the end somebody decides about what is left, and what became of each document must add up. Says how many were
 * approved.
 */
async function play(seed: number): Promise<number> {
  const random = new SeededRandom(seed);
  await using rig = new GatewayRig(seed);
  const peer = new FakePeer(1, rig.clock);
  const approvals = 1 + random.below(2);
  const channel = rig.channel("faxes", [to("billing", peer)], {
    parse: { spec: paperFormat, config: {} },
    review: { below: 0.95, approvals },
    steps: [writeNote],
  });
  let gateway: Gateway = await rig.open([channel]);
  const come = (at: number) => {
    const { fields } = invoice();
    const document = random.chance(0.3)
      ? labReport({ hasSeveralPatients: random.chance(0.2) })
      : invoice({ fields: { ...fields, total: read("30.00", random.chance(0.5) ? 0.2 : 0.99) } });
    return rig.hand("faxes").give(paper(`F${at}`, document));
  };
  const somebody = () => ({ by: { person: PEOPLE[random.below(PEOPLE.length)] } });
  const decide = async (): Promise<void> => {
    const all = await gateway.reviews.list(), { reviews } = gateway;
    if (all.length === 0) return;
    const { id } = all[random.below(all.length)];
    const acts = [
      () => reviews.setPatient(id, patient, somebody()),
      () => reviews.setPatient(id, patient, somebody()),
      () => reviews.set(id, "total", "30.00", somebody()),
      ...Array.from({ length: 6 }, () => () => reviews.approve(id, somebody())),
      () => random.chance(0.5) ? reviews.reject(id, "duplicate", somebody()) : gateway.cancel(id, somebody()),
    ];
    // Two at once: one of them may come too late.
    const tries = [0, 1].map(() => acts[random.below(acts.length)]());
    for (const end of await Promise.allSettled(tries)) {
      if (end.status === "fulfilled") continue;
      assert(end.reason instanceof MitralError && REFUSALS.test(end.reason.code), String(end.reason));
    }
  };
  for (let at = 0; at < DOCUMENTS; at++) {
    const before = rig.all("documentHeld").length;
    await come(at);
    if (random.chance(0.7)) await rig.seen("documentHeld", () => true, before + 1);
    for (let acts = random.below(8); acts > 0; acts--) await decide();
    if (!random.chance(0.25)) continue;
    const letGo = random.chance(0.5) ? undefined : rig.store.hold(({ op }) => op === "reviewChanged");
    const deciding = decide().catch(() => {});
    await turns(20);
    rig.cutPower();
    letGo?.();
    await rig.clock.pass(Promise.race([deciding, turns(50)]));
    gateway = await rig.open([channel]);
  }
  await settle();
  for (const { id } of await gateway.reviews.list()) {
    await gateway.reviews.reject(id, "not_needed", somebody());
  }
  await settle();

  const taken = new Set(peer.taken);
  const reviewed = await Promise.all(
    ["approved", "rejected"].map((state) =>
      gateway.reviews.list({ state: state as "approved", limit: 1000 })
    ),
  );
  const [approved, rejected] = reviewed.map((all) => new Set(all.map(({ id }) => id)));
  const records = await gateway.archive.list({ limit: 1000 });
  assertEquals(records.length, DOCUMENTS);
  assertEquals(approved.size + rejected.size, DOCUMENTS);
  for (const { id, controlId, state, deliveries } of records) {
    const isApproved = approved.has(id);
    assertEquals(isApproved, !rejected.has(id), `${controlId} is both, or neither`);
    assertEquals(state, isApproved ? "processed" : "cancelled", controlId);
    assertEquals(deliveries.map(({ state }) => state), isApproved ? ["delivered"] : [], controlId);
    assertEquals(taken.has(controlId), isApproved, controlId);
  }
  // As often as the last one got an answer: after a crash an attempt may be made again, of the same payload.
  const payloads = new Map<string, string>();
  for (const { controlId, bytes } of peer.attempts) {
    const payload = new TextDecoder().decode(bytes);
    assertEquals(payloads.get(controlId) ?? payload, payload);
    payloads.set(controlId, payload);
    // Nobody's name twice, and as many as were asked for: nothing passes without people.
    const people = payload.split("|")[4].split(" ").at(-1)!.split("+");
    assertEquals(new Set(people).size, approvals, payload);
    assert(people.every((person) => PEOPLE.includes(person)), payload);
  }
  assertEquals(gateway.snapshot().journal.pendingBytes, 0);
  return approved.size;

  async function settle(): Promise<void> {
    const emptied = async () => {
      while (gateway.snapshot().journal.pending > 0) await turns();
    };
    await rig.clock.pass(emptied());
  }
}

Deno.test(`whatever people decide at once, and whenever the power goes, a document is delivered or rejected, and never both (${SCHEDULES} schedules)`, async () => {
  let approved = 0;
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    await unstuck(async () => void (approved += await play(seed))).catch((cause) => {
      throw new Error(`seed ${seed}`, { cause });
    });
  }
  // Otherwise nothing would have been shown.
  assert(approved > 0 && approved < SCHEDULES * DOCUMENTS, `${approved} were approved`);
});
