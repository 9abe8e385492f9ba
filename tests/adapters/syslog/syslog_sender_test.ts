import { assert, assertEquals } from "@std/assert";
import sender from "../../../adapters/syslog/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { openSender } from "../../world/tools.ts";
import { latin1, Receiver, textOf } from "../sockets.ts";
import { readFrame, readSyslog } from "./_receiving.ts";

const never = new AbortController().signal;

function parcelOf(bytes: Uint8Array, contentType = "text/plain"): Parcel {
  return {
    id: "1",
    bytes,
    contentType,
    attempt: 1,
    sequence: 1,
    atMs: Date.UTC(2026, 0, 31, 8, 30, 0, 7),
    value: () => "",
    judge: () => ({ kind: "accepted" }),
  };
}

async function sent(config: Readonly<Record<string, unknown>>, parcel: Parcel): Promise<Uint8Array> {
  await using receiver = new Receiver(readFrame);
  await using rig = await openSender(sender, { host: "127.0.0.1", port: receiver.port, ...config });
  assertEquals(await rig.sender.send(parcel, never), { kind: "accepted" });
  return (await receiver.next()).bytes;
}

Deno.test("syslog sends an audit message of DICOM as IHE wants it: facility 10, severity 5, and its own MSGID", async () => {
  const frame = await sent(
    { hostName: "gw.hospital.example" },
    parcelOf(latin1("<AuditMessage/>"), "application/dicom-audit+xml"),
  );
  assertEquals(
    textOf(frame),
    "<85>1 2026-01-31T08:30:00.007Z gw.hospital.example mitral - DICOM+RFC3881 - \xef\xbb\xbf<AuditMessage/>",
  );
});

Deno.test("syslog writes the header its settings say, and no mark before what is not UTF-8", async () => {
  const frame = await sent(
    { facility: 16, severity: 6, appName: "lab", messageId: "HL7" },
    parcelOf(Uint8Array.of(0xe9, 0x0d)),
  );
  assertEquals(textOf(frame), "<134>1 2026-01-31T08:30:00.007Z - lab - HL7 - \xe9\r");
});

Deno.test("syslog writes no second mark before a message that has one", async () => {
  assertEquals(
    textOf(await sent({}, parcelOf(latin1("\xef\xbb\xbfone")))),
    "<85>1 2026-01-31T08:30:00.007Z - mitral - - - \xef\xbb\xbfone",
  );
});

Deno.test("syslog counts bytes in front of a message, not characters", async () => {
  const text = new TextEncoder().encode("Größe 5 µm");
  assertEquals(readSyslog(await sent({}, parcelOf(text))).bytes, text);
});

Deno.test("syslog tells that the last messages are in doubt when the collector closes", async () => {
  await using receiver = new Receiver(readFrame);
  await using rig = await openSender(sender, { host: "127.0.0.1", port: receiver.port });
  for (const text of ["one", "two"]) await rig.sender.send(parcelOf(latin1(text)), never);
  await receiver.next();
  (await receiver.next()).socket.close();
  const { facts } = await rig.reports.seen("connectionLost");
  assertEquals(facts, { host: "127.0.0.1", port: receiver.port, messages: 2 });
});

Deno.test("syslog closes a connection by itself that nothing was sent by, and doubts nothing", async () => {
  const clock = new FakeClock();
  await using receiver = new Receiver(readFrame);
  await using rig = await openSender(sender, { host: "127.0.0.1", port: receiver.port, idleMsMax: 60_000 }, {
    clock,
  });
  await rig.sender.send(parcelOf(latin1("one")), never);
  const first = await receiver.next();
  await clock.advance(60_000);
  assertEquals(await first.socket.takeAll(), new Uint8Array(0));
  await rig.sender.send(parcelOf(latin1("two")), never);
  assertEquals((await receiver.next()).connection, 2);
  assertEquals(rig.reports.events.map(({ name }) => name), ["connectionOpened", "connectionOpened"]);
});

Deno.test("syslog gives up a collector that reads nothing for writeMsMax", async () => {
  const clock = new FakeClock();
  const over = Promise.withResolvers<undefined>();
  await using receiver = new Receiver(() => over.promise);
  await using rig = await openSender(sender, { host: "127.0.0.1", port: receiver.port, writeMsMax: 5_000 }, {
    clock,
  });
  const large = parcelOf(new Uint8Array(64 * 1024 * 1024));
  const error = await clock.pass(rig.sender.send(large, never)).catch((error: unknown) => error);
  over.resolve(undefined);
  assert(error instanceof MitralError);
  assertEquals(error.code, "SYSLOG_WRITE_LATE");
});

Deno.test("syslog goes without TLS on this machine alone, or where the file says so", () => {
  const parse = (config: Readonly<Record<string, unknown>>) =>
    sender.check!({ tls: undefined, insecure: false, ...config } as never).map(({ setting }) => setting);
  assertEquals(parse({ host: "127.0.0.1" }), []);
  assertEquals(parse({ host: "siem.example" }), ["tls"]);
  assertEquals(parse({ host: "siem.example", insecure: true }), []);
});
