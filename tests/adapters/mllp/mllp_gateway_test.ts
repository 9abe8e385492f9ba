/** MLLP in a whole gateway: what a person sees of it in log, metrics, status and quarantine. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { getLogger, resetSync } from "@logtape/logtape";
import { logEvents, writeLogs } from "../../../runtime/telemetry/logs.ts";
import { measure } from "../../../runtime/telemetry/metrics.ts";
import { openGateway, type TestGateway } from "../../interop/_gateway.ts";
import { unstuck } from "../../world/turns.ts";
import { freePort, RawPeer } from "./mllp_peer.ts";

const message = (id: string) =>
  `MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|${id}|P|2.5\rPID|1||4711\r`;
const files = { files: { file: { path: "./out" } } };
const isAccepted = (answer: string | undefined, id: string) => answer?.includes(`\rMSA|AA|${id}`) ?? false;

function test(
  sentence: string,
  channels: Record<string, unknown>,
  run: (under: TestGateway) => Promise<void>,
) {
  Deno.test(`mllp: ${sentence}`, () =>
    unstuck(async () => {
      await using under = await openGateway(channels);
      await run(under);
    }));
}

/** How often the channel's listener has reported something. */
async function reported(under: TestGateway, event: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = under.gateway.observe((each) => {
      if (each.name !== "transportReported" || each.event !== event) return;
      stop();
      resolve();
    });
  });
}

const lab = { lab: { listen: { mllp: { port: 0, connectionsMax: 1 } }, parse: "hl7v2", send: files } };

test(
  "health checks show in no log, count as no connection, and change nothing in the status",
  lab,
  async (under) => {
    const lines: string[] = [];
    writeLogs({ write: (line) => lines.push(line), as: "json" });
    const stopLogs = logEvents(under.gateway, getLogger("mitral"));
    const metrics = measure(under.gateway);
    try {
      const before = under.gateway.snapshot();
      for (let probe = 0; probe < 3; probe++) {
        const probed = reported(under, "connectionProbed");
        (await RawPeer.dial(under.address("lab"))).close();
        await probed;
      }
      const turnedAway = reported(under, "strangerTurnedAway");
      using check = await RawPeer.dial(under.address("lab"));
      await check.write("GET /health HTTP/1.0\r\n\r\n");
      assertEquals((await check.end()).length, 0);
      await turnedAway;
      assertEquals(under.gateway.snapshot(), before);
      assertEquals(lines, []);
      const text = await metrics.render();
      assert(!text.includes('event="connectionOpened"'), text);
      assertStringIncludes(text, 'event="connectionProbed"} 3');
      using peer = await RawPeer.dial(under.address("lab"));
      await peer.send(message("1"));
      assert(isAccepted(await peer.text(), "1"), "a probe has taken the one place");
    } finally {
      metrics.stop();
      stopLogs();
      resetSync();
    }
  },
);

test("bytes between frames are in quarantine, with the verdict on them", lab, async (under) => {
  using peer = await RawPeer.dial(under.address("lab"));
  await peer.send(message("1"));
  await peer.write("hello there\x0b");
  await peer.write(`${message("2")}\x1c\r`);
  assert(isAccepted(await peer.text(), "1"));
  assert(isAccepted(await peer.text(), "2"));
  const [kept, ...others] = await under.gateway.archive.list({ state: "quarantined" });
  assertEquals(others, []);
  assertEquals(
    [kept.trouble?.code, kept.trouble?.says],
    ["MLLP_BYTES_STRAY", "Cannot read bytes between frames: 11 bytes belong to none (bytesStray)"],
  );
});

const port = freePort();
test("a destination that waits and a channel that calls find each other, in release 2, with many in flight", {
  out: {
    listen: { mllp: { port: 0 } },
    parse: "hl7v2",
    order: "none",
    send: { in: { mllp: { role: "server", port, release: 2, inFlightMax: 8 } } },
  },
  in: {
    listen: { mllp: { role: "client", host: "127.0.0.1", port, release: 2, inFlightMax: 8 } },
    parse: "hl7v2",
    send: files,
  },
}, async (under) => {
  assertEquals(under.address("in"), `calls 127.0.0.1:${port}`);
  using peer = await RawPeer.dial(under.address("out"));
  const ids = Array.from({ length: 20 }, (_, number) => `${number}`);
  const outcomes = under.gateway.outcomes();
  for (const id of ids) {
    await peer.send(message(id));
    assert(isAccepted(await peer.text(), id));
  }
  let written = 0;
  for await (const outcome of outcomes) {
    assert(outcome.kind === "delivered", outcome.kind);
    if (outcome.destination === "files" && ++written === ids.length) break;
  }
  const counts = under.gateway.snapshot().channels.map((
    { name, counts },
  ) => [name, counts.received, counts.failed]);
  assertEquals(counts, [["out", 20, 0], ["in", 20, 0]]);
});
