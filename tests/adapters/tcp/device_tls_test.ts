import { assertEquals, assertRejects } from "@std/assert";
import astmListener from "../../../adapters/astm/listener.ts";
import astmSender from "../../../adapters/astm/sender.ts";
import listener from "../../../adapters/tcp/listener.ts";
import sender from "../../../adapters/tcp/sender.ts";
import type { ListenerSpec, Parcel, SenderSpec } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput, Spec } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { pki } from "../../world/pki.ts";
import { TlsSite, trustingRoot } from "../../world/tls_site.ts";
import { openListener, openSender, worldWith } from "../../world/tools.ts";
import { latin1 } from "../sockets.ts";

const parcel: Parcel = {
  id: "id",
  bytes: latin1("H|\\^&\rL|1|N\r"),
  contentType: "text/plain",
  attempt: 1,
  sequence: 1,
  atMs: 0,
  value: () => "",
  judge: (bytes) => ({ kind: "accepted", answer: { bytes, contentType: "text/plain" } }),
};
const never = new AbortController().signal;
const framing = { prefix: { bytes: 4 } };

/** A listener that lets one partner in, and a sender that may be that partner. */
function testTls<L extends Spec, S extends Spec>(
  owner: string,
  listening: ListenerSpec<string, L>,
  sending: SenderSpec<string, S>,
  settings: Readonly<Record<string, unknown>>,
): void {
  const open = async (site: TlsSite, certified?: typeof pki.client) => {
    const world = worldWith(new FakeClock(Date.now()));
    const partners = await site.partners(world, { lab: [pki.client] });
    const served = await openListener(
      listening,
      {
        port: 0,
        ...settings,
        tls: { ...await site.shown("server", pki.server), clients: ["lab"] },
      } as unknown as ConfigInput<L>,
      { world, partners },
    );
    const called = await openSender(
      sending,
      {
        host: "localhost",
        port: Number(served.listening.address.split(":")[1]),
        ...settings,
        tls: { ...await trustingRoot(site), ...certified && await site.shown("client", certified) },
      } as unknown as ConfigInput<S>,
      { world, partners },
    );
    return { served, called };
  };

  Deno.test(`${owner} by TLS carries messages of a partner, and says who it was`, async () => {
    await using site = await TlsSite.open();
    const { served, called } = await open(site, pki.client);
    await using _ = served, __ = called;
    assertEquals((await called.sender.send(parcel, never)).kind, "accepted");
    assertEquals(served.intake.received.map(({ partner }) => partner), ["lab"]);
  });

  Deno.test(`${owner} by TLS takes nothing of strangers, and who shows no certificate is told so`, async () => {
    await using site = await TlsSite.open();
    for (
      const [certified, code] of [[pki.otherClient, "ANSWER_MISSING"], [
        undefined,
        "CLIENT_UNWANTED",
      ]] as const
    ) {
      const { served, called } = await open(site, certified);
      await using _ = served, __ = called;
      const error = await assertRejects(() => called.sender.send(parcel, never), MitralError);
      assertEquals([error.code, served.intake.received.length], [`${owner}_${code}`, 0]);
      assertEquals((await served.reports.seen("clientRefused")).error?.code, `${owner}_CLIENT_REFUSED`);
    }
  });
}

testTls("TCP", listener, sender, { framing, answers: "framed" });
testTls("ASTM", astmListener, astmSender, {});
