/** A gateway whose ledger goes to rsyslog, by TLS on which both sides show who they are. */
import { assert, assertEquals } from "@std/assert";
import { Gateway } from "mitral";
import { RawPeer } from "../adapters/mllp/mllp_peer.ts";
import { Folder } from "../bad_input/_site.ts";
import { pki } from "../world/pki.ts";
import { unstuck } from "../world/turns.ts";
import { requirePeer } from "./_peers.ts";
import { type Received, Rsyslog } from "./_rsyslog.ts";
import { shownAs, writeCertificates } from "./_secured.ts";

const rsyslogd = await requirePeer("rsyslog");

const atna = (port: number) => ({
  syslog: {
    host: "localhost",
    port,
    hostName: "gw.hospital.example",
    tls: { ca: "./pki/root.pem", ...shownAs("us") },
  },
});

async function open(folder: Folder, audit: Readonly<Record<string, unknown>>): Promise<Gateway> {
  return await Gateway.open({
    gateway: "st-elsewhere",
    channels: {
      lab: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { out: { file: { path: "./out" } } } },
    },
    audit,
  }, { folder: folder.path });
}

/** Sends messages, and waits for each answer. */
async function send(gateway: Gateway, ...ids: readonly string[]): Promise<void> {
  const [host, port] = gateway.snapshot().channels[0].address.split(":");
  const peer = new RawPeer(await Deno.connect({ hostname: host, port: Number(port) }));
  for (const id of ids) {
    await peer.write(
      `\x0bMSH|^~\\&|LAB||EHR||20260131083000||ORU^R01|${id}|P|2.5.1\rPID|||SECRET-4711\r\x1c\r`,
    );
    await peer.frame();
  }
  peer.close();
}

/** Number of the entry that a message is about. */
function numberOf({ text }: Received): number {
  const [, base64] = /type="number" value="([^"]+)"/.exec(text) ?? [];
  return Number(atob(base64));
}

const count = (received: readonly Received[], kind: string) =>
  new Set(received.filter(({ text }) => text.includes(`csd-code="${kind}"`)).map(numberOf)).size;

Deno.test({
  name:
    "rsyslog gets every entry of the ledger by TLS as an audit message of IHE ATNA, and no word about a patient",
  ignore: rsyslogd.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await Folder.make();
      await writeCertificates(folder, { us: pki.client });
      await using rsyslog = await Rsyslog.start(rsyslogd, folder);
      const gateway = await open(folder, atna(rsyslog.port));
      await send(gateway, "A1", "A2", "A3");
      await rsyslog.received((received) => count(received, "delivered") === 3);
      await gateway.close();
      const received = await rsyslog.received((received) => count(received, "stopped") === 1);
      assertEquals(received.map(numberOf), received.map((_, at) => at));
      for (const each of received) {
        const { priority, hostName, appName, messageId, structuredData, text } = each;
        assertEquals({ priority, hostName, appName, messageId, structuredData }, {
          priority: 10 * 8 + 5,
          hostName: "gw.hospital.example",
          appName: "mitral",
          messageId: "DICOM+RFC3881",
          structuredData: "-",
        });
        assert(/^<\?xml [^>]*\?><AuditMessage>.*<\/AuditMessage>$/.test(text), text);
        assert(!text.includes("SECRET-4711"));
      }
      assertEquals(["began", "started", "received", "delivered"].map((kind) => count(received, kind)), [
        1,
        1,
        3,
        3,
      ]);
    }),
});

Deno.test({
  name: "rsyslog has every entry, in order, after it was killed in the middle and came back",
  ignore: rsyslogd.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await Folder.make();
      await writeCertificates(folder, { us: pki.client });
      await using rsyslog = await Rsyslog.start(rsyslogd, folder);
      await using gateway = await open(folder, atna(rsyslog.port));
      await send(gateway, "B1", "B2");
      await rsyslog.received((received) => count(received, "delivered") >= 1);
      await rsyslog.kill();
      // Nothing of the feed waits for a collector that is not there.
      await send(gateway, "B3", "B4");
      await rsyslog.start();
      const received = await rsyslog.received((received) => count(received, "delivered") === 4);
      const numbers = received.map(numberOf);
      const firsts = [...new Set(numbers)];
      assertEquals(firsts, firsts.map((_, at) => at));
      assertEquals(gateway.snapshot().ledger.collector?.trouble, undefined);
    }),
});

Deno.test({
  name: "that rsyslog does not let a gateway in is told, and the feed goes on",
  ignore: rsyslogd.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await Folder.make();
      await writeCertificates(folder, { us: pki.stranger });
      await using rsyslog = await Rsyslog.start(rsyslogd, folder);
      await using gateway = await open(folder, atna(rsyslog.port));
      const failed = Promise.withResolvers<string>();
      gateway.observe((event) => {
        if (event.name === "auditFailed") failed.resolve(event.error.code);
      });
      await send(gateway, "C1");
      assertEquals(await failed.promise, "SYSLOG_CONNECTION_LOST");
      assertEquals((await rsyslog.received(() => true)).length, 0);
    }),
});
