import { assert, assertEquals, assertMatch } from "@std/assert";
import { resetSync } from "@logtape/logtape";
import type { GatewayEvent } from "../../../runtime/engine/events.ts";
import { logEvents, type LogOptions, writeLogs } from "../../../runtime/telemetry/logs.ts";
import { CANARY, everyEvent, ProbeGateway, troubleWithCanary } from "./_probe_gateway.ts";

/** The lines written for some events. */
function logged(events: readonly GatewayEvent[], options: Partial<LogOptions> = {}): readonly string[] {
  const lines: string[] = [];
  const gateway = new ProbeGateway();
  writeLogs({ write: (line) => lines.push(line), as: "json", ...options });
  const stop = logEvents(gateway);
  try {
    gateway.report(...events);
  } finally {
    stop();
    resetSync();
  }
  assertEquals(gateway.listeners, 0);
  return lines;
}

const entries = (lines: readonly string[]): readonly Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line));

Deno.test("logs hold one JSON object a line, with the event's own time, name and properties", () => {
  const lines = logged(everyEvent().filter(({ name }) => name === "channelStarted"));
  assertEquals(lines.map((line) => line.endsWith("\n")), [true]);
  assertEquals(entries(lines), [{
    "@timestamp": "2023-11-14T22:13:20.123Z",
    level: "INFO",
    message: "channel started",
    logger: "mitral",
    properties: { name: "channelStarted", channel: "lab", address: "127.0.0.1:2575" },
  }]);
});

for (const as of ["json", "text"] as const) {
  for (const colours of [false, true]) {
    Deno.test(`logs tell every event and no content, as ${as}${colours ? " with colours" : ""}`, () => {
      const lines = logged(everyEvent(), { as, colours, level: "debug" });
      // One more than events: the row of failures that the success among them ended, or began anew.
      assert(lines.length >= everyEvent().length, `${lines.length} lines`);
      assert(!lines.join("").includes(CANARY), lines.find((line) => line.includes(CANARY)));
    });
  }
}

Deno.test("logs tell of a crash what kind of error it was, and where in the code", () => {
  const [entry] = entries(logged(everyEvent().filter(({ name }) => name === "stageCrashed")));
  const { cause } = entry.properties as { cause: unknown };
  assertEquals([entry.level, cause], ["ERROR", "TypeError at set.ts:3:9"]);
});

Deno.test("logs tell an error's code, blame, sentence and facts", () => {
  const [entry] = entries(logged(everyEvent().filter(({ name }) => name === "lineHalted")));
  assertEquals(entry.level, "ERROR");
  assertEquals(entry.properties, {
    name: "lineHalted",
    channel: "lab",
    destination: "ehr",
    stage: "send",
    code: "MLLP_PEER_SILENT",
    blame: "receiver",
    retry: "later",
    error: "Cannot send: no answer within answerMsMax (500)",
    facts: { answerMsMax: 500, setting: "answerMsMax" },
  });
});

Deno.test("logs at info hold nothing about messages that do well", () => {
  const quiet = [
    "messageReceived",
    "messageRepeated",
    "messageAnswered",
    "messageFiltered",
    "messageProcessed",
  ];
  quiet.push("messageDelivered", "stagePassed", "journalCommitted", "transportReported");
  const events = everyEvent().filter(({ name }) => quiet.includes(name));
  assertEquals(events.length, quiet.length);
  assertEquals(logged(events), []);
  assertEquals(logged(events, { level: "debug" }).length, quiet.length);
});

Deno.test("logs tell a row of failures once for each code, and when it is over", () => {
  const id = "1";
  const atMs = 0;
  const failed = (code: string, destination = "ehr"): GatewayEvent => {
    const error = troubleWithCanary(code);
    return { name: "deliveryFailed", atMs, channel: "lab", destination, id, attempt: 1, error, againInMs: 1 };
  };
  const delivered = (destination = "ehr"): GatewayEvent => {
    return {
      name: "messageDelivered",
      atMs,
      channel: "lab",
      destination,
      id,
      attempt: 1,
      tookMs: 1,
      attemptMs: 1,
    };
  };
  const [silent, closed] = ["MLLP_PEER_SILENT", "MLLP_PEER_CLOSED"];
  const row = [failed(silent), failed(silent), failed(closed), failed(silent), failed(silent, "other")];
  const told = entries(logged([...row, delivered(), delivered(), delivered("third"), failed(silent)]));
  const shown = told.map(({ level, message, properties }) => {
    const { destination, code } = properties as Record<string, unknown>;
    return [level, message, destination, code];
  });
  assertEquals(shown, [
    ["WARN", "delivery failed", "ehr", silent],
    ["WARN", "delivery failed", "ehr", closed],
    ["WARN", "delivery failed", "other", silent],
    ["INFO", "trouble over", "ehr", undefined],
    ["WARN", "delivery failed", "ehr", silent],
  ]);
});

Deno.test("logs warn of what keeps a transport from its work once, until a message gets through", () => {
  const place = { atMs: 0, channel: "lab" } as const;
  const error = troubleWithCanary("MLLP_PEER_UNREACHABLE");
  const away: GatewayEvent = {
    name: "transportReported",
    ...place,
    event: "connectionFailed",
    facts: { host: "analyser" },
    error,
  };
  const through: GatewayEvent = { name: "messageProcessed", ...place, id: "1", deliveries: 1, tookMs: 1 };
  const lines = logged([away, away, through, through, away]);
  assertEquals(entries(lines).map(({ level, message }) => [level, message]), [
    ["WARN", "transport reported"],
    ["INFO", "trouble over"],
    ["WARN", "transport reported"],
  ]);
  const { code, event } = entries(lines)[0].properties as Record<string, unknown>;
  assertEquals([event, code], ["connectionFailed", "MLLP_PEER_UNREACHABLE"]);
  assert(!lines.join("").includes(CANARY));
});

Deno.test("logs warn of each certificate that is turned away, so that one stranger hides no other", () => {
  const error = troubleWithCanary("MLLP_CLIENT_REFUSED");
  const turnedAway = (trouble: string, fingerprint?: string): GatewayEvent => ({
    name: "transportReported",
    atMs: 0,
    channel: "lab",
    event: "clientRefused",
    facts: { trouble, ...(fingerprint ? { fingerprint } : {}) },
    error,
  });
  const count = (events: readonly GatewayEvent[]) => logged(events).length;
  const [nobody, one, other] = [
    turnedAway("missing"),
    turnedAway("unknown", "1"),
    turnedAway("unknown", "2"),
  ];
  assertEquals(count([nobody, one, nobody, one, other, other]), 3);
  // Who shows another one each time fills no log.
  assertEquals(count(Array.from({ length: 1_000 }, (_, at) => turnedAway("unknown", String(at)))), 64);
});

Deno.test("logs as text keep one line to an event and quote what could be taken for something else", () => {
  const [started] = everyEvent().filter(({ name }) => name === "channelStarted");
  const [line, ...rest] = logged([
    { ...started, channel: "a b\nforged=1", address: "\u001b[31m" } as GatewayEvent,
  ], { as: "text" });
  assertEquals(rest, []);
  assertEquals(line.indexOf("\n"), line.length - 1);
  assert(!line.includes("\u001b"), line);
  assertMatch(line, /^22:13:20\.123 INFO channel started channel="a b\\+nforged=1" address=/);
});
