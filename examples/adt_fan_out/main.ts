/** One ADT feed to four systems, one of which is down at first. README.md tells what to look at. */
import type { Hl7Message } from "mitral";
import { runExample } from "../_kit/run_example.ts";
import { shown } from "../_kit/shown.ts";

await runExample(import.meta.url, async (stage) => {
  const mpi = stage.hl7Peer("mpi", 7101);
  const ward = stage.hl7Peer("ward", 7102);
  const portal = stage.httpPeer("portal", 9000);
  await stage.start();

  const messages = await stage.messages("adt.hl7");
  const inpatients = messages.filter((message) => message.get("PV1-2") === "I");
  console.log(`${messages.length} ADT messages, and billing is down:`);
  const answers = await stage.send(2575, messages);
  stage.claim("all are acknowledged", answers.every((answer) => answer.get("MSA-1") === "AA"));

  await Promise.all([
    mpi.until(messages.length),
    ward.until(inpatients.length),
    portal.until(messages.length),
  ]);
  stage.claim("the MPI has all of them, byte for byte", areSame(mpi.received, messages));
  stage.claim(
    `the ward has the ${inpatients.length} about inpatients, and no other`,
    areSame(ward.received, inpatients),
  );
  console.log(`  the portal has JSON, the first:\n${shown(portal.received[0])}`);
  const { destinations: { billing: { queued } } } = (await stage.status()).channels[0];
  stage.claim(`${queued} wait for billing`, queued === messages.length);

  console.log("Billing comes back:");
  const billing = stage.hl7Peer("billing", 7103);
  await billing.until(messages.length);
  const ids = (list: readonly Hl7Message[]) => list.map((message) => message.get("MSH-10")).join();
  stage.claim("it has all of them, in their order", ids(billing.received) === ids(messages));
  for (const [at, message] of messages.entries()) {
    const [service, centre] = [message.get("PV1-10"), billing.received[at].get("PV1-10")];
    console.log(`  service ${service} has become cost centre ${centre}`);
  }
});

function areSame(some: readonly Hl7Message[], others: readonly Hl7Message[]): boolean {
  const hex = (list: readonly Hl7Message[]) => list.map((message) => message.toBytes().toHex()).join();
  return hex(some) === hex(others);
}
