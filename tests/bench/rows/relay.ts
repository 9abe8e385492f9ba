import listener from "../../../adapters/relay/listener.ts";
import sender from "../../../adapters/relay/sender.ts";
import { Link } from "../../../adapters/relay/connecting/link.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { NatsRelay } from "../../adapters/relay/nats_relay.ts";
import { newIdentity } from "../../adapters/relay/relay_identity.ts";
import { never, parcelOf } from "../../adapters/relay/gateways.ts";
import { natsServer } from "../../interop/_nats.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { openListener, openSender } from "../../world/tools.ts";
import type { Bench } from "../bench.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** What a message is in size. */
const MESSAGE_BYTES = 1_024;

/**
 * Messages of 1 kB through a NATS server to another gateway and their receipts back, without envelopes and journals, with
 * 1, 8 and 64 without a receipt at once; beside frames of 1 kB that the same server stores and confirms, one by one.
 */
export async function relay({ count, rounds }: Bench): Promise<void> {
  if (natsServer.missing) return line("through a relay", "nats-server is not installed");
  const [us, them, raw] = [newIdentity(), newIdentity(), newIdentity()];
  await using relay = await NatsRelay.start([us, them, raw]);
  const servers = [relay.url];
  const intake = new FakeIntake();
  await using _taking = await openListener(listener, { servers }, { world: denoWorld, relay: them, intake });
  await using rig = await openSender(sender, { servers, mailbox: them.mailbox }, {
    world: denoWorld,
    relay: us,
  });
  const connection = await denoWorld.net.connect({ host: "127.0.0.1", port: relay.server.port });
  const link = await Link.open(connection, { ...denoWorld, identity: us, answerMsMax: 10_000 }, () => {});
  const bytes = new Uint8Array(MESSAGE_BYTES);
  for (const inFlight of [1, 8, 64]) {
    const messages = Math.max(Math.round(count * inFlight / 64), 100);
    const perSecond = (once: () => Promise<unknown>) => async () => {
      let left = messages;
      const startedMs = performance.now();
      await Promise.all(Array.from({ length: inFlight }, async () => {
        while (left-- > 0) await once();
      }));
      return { perSecond: messages / (performance.now() - startedMs) * 1_000 };
    };
    const cases = {
      // The tests' third gateway never fetches its messages: its mailbox is emptied after each run.
      raw: perSecond(() => link.request(`relay.send.${raw.mailbox}.m`, bytes)),
      relayed: perSecond(() => rig.sender.send(parcelOf(bytes), never)),
    };
    const emptied = async () => {
      const found = await cases.raw();
      await relay.ask(`STREAM.PURGE.MBX_${raw.mailbox}`);
      return found;
    };
    await inTurn(1, cases);
    const found = await inTurn(rounds, { ...cases, raw: emptied });
    const figure = (runs: readonly { readonly perSecond: number }[]) =>
      `${said(each(runs, (run) => run.perSecond))} /s`;
    line(`${inFlight} without a receipt at once`, "");
    line("… raw: frames the server stores and confirms", figure(found.raw));
    line(
      "… messages through the relay, with receipts",
      figure(found.relayed),
      `${said(ratios(found.relayed, found.raw, (a, b) => a.perSecond / b.perSecond), 2)} of raw`,
    );
    intake.received.length = 0;
  }
  link.close();
}
