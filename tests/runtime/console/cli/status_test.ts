import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { allIsWell, linesByUrgency } from "../../../../runtime/console/cli/attention.ts";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { paintFor } from "../../../../runtime/console/cli/paint.ts";
import { statusLine, statusText } from "../../../../runtime/console/cli/status_text.ts";
import type { LineState } from "../../../../runtime/engine/events.ts";
import type { GatewayStatistics, LineStatistics } from "../../../../runtime/engine/statistics.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { worldWith } from "../../../world/tools.ts";
import { FakeGateway, snapshot, statistics } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const { atMs } = statistics;
const [lab] = snapshot.channels;
const running: LineState = { condition: "running", restarts: 0, stages: [], queued: 0 };
const idle: LineStatistics = { queued: { messages: 0 }, quarantined: { messages: 0 }, holding: 0 };

/** A gateway of one channel with these destinations. */
function statusOf(lines: Readonly<Record<string, readonly [Partial<LineState>, Partial<LineStatistics>]>>) {
  const each = <T>(of: (line: readonly [Partial<LineState>, Partial<LineStatistics>]) => T) =>
    Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, of(line)]));
  const destinations = each(([state]) => ({ ...running, ...state }));
  const known = each(([, line]) => ({ ...idle, ...line }));
  return {
    ...snapshot,
    channels: [{ ...lab, work: running, destinations }],
    statistics: { ...statistics, channels: [{ name: "lab", work: idle, destinations: known }] },
  };
}

const waiting = (ms: number) => ({ messages: 1, oldestAtMs: atMs - ms });

Deno.test("status puts halted lines first, then those that do not run, hold up others, have a quarantine, are old, fail", () => {
  const status = statusOf({
    fine: [{}, {}],
    failing: [{ trouble: "MLLP_PEER_SILENT" }, { queued: waiting(10_000) }],
    old: [{}, { queued: waiting(300_001) }],
    older: [{}, { queued: waiting(900_000) }],
    kept: [{}, { quarantined: waiting(1) }],
    holding: [{}, { quarantined: waiting(1), holding: 1 }],
    restarting: [{ condition: "restarting" }, {}],
    halted: [{ condition: "halted" }, {}],
  });
  assertEquals(
    linesByUrgency(status).map(({ destination = "work" }) => destination),
    ["halted", "restarting", "holding", "kept", "older", "old", "failing", "work", "fine"],
  );
});

Deno.test("status says by which path a destination sends, and which of them failed", () => {
  const path = { adapter: "mllp", condition: "healthy", isChosen: false } as const;
  const status = statusOf({
    fine: [{ paths: [{ ...path, name: "mllp-1", isChosen: true }, { ...path, name: "mllp-2" }] }, {}],
    ehr: [{
      paths: [
        { ...path, name: "mllp-1", condition: "suspect", suspectSinceMs: 1 },
        { ...path, name: "mllp-2", isChosen: true },
        { ...path, name: "https-3", condition: "recovering", suspectSinceMs: 1 },
      ],
    }, {}],
  });
  assertEquals(linesByUrgency(status)[0].destination, "ehr");
  const text = statusText(status, paintFor({ colour: false }));
  assertStringIncludes(text, "running, by mllp-2, mllp-1 suspect, https-3 recovering");
  assert(/→ fine +running {2}/.test(text), text);
});

Deno.test("status shows the work line of a channel that takes nothing before those that run", () => {
  const status = statusOf({ old: [{}, { queued: waiting(900_000) }] });
  const channels = status.channels.map((channel) => ({ ...channel, isOpen: false }));
  assertEquals(linesByUrgency({ ...status, channels })[0].destination, undefined);
});

Deno.test("status finds nothing older than now where somebody has set the clock back", () => {
  const [, line] = linesByUrgency(statusOf({ ehr: [{}, { queued: waiting(-60_000) }] }));
  assertEquals([line.waitedMs, line.urgency], [0, allIsWell]);
});

Deno.test("status says why nothing is taken in or sent: a disk that is low, a restore", () => {
  const disk = { freeBytes: 1, isLow: true };
  const status = { ...snapshot, statistics, journal: { ...snapshot.journal, disk }, sendersHeld: true };
  const text = statusText(status, paintFor({ colour: false }));
  assertStringIncludes(text, "40.0 GB free, less than journal.diskFreeMin: nothing is taken in\n");
  assertStringIncludes(text, "nothing is sent since the restore");
  assertStringIncludes(statusLine(status), ", disk is low, nothing is sent since the restore");
});

Deno.test("status says who has seen the ledger, and each alarm that nobody has settled", () => {
  const { atMs } = statistics;
  const ledger: typeof snapshot.ledger = {
    isSigned: true,
    head: { epoch: 1, size: 18_204, atMs },
    witnesses: [
      { partner: "lab", signed: { epoch: 1, size: 18_200, atMs: atMs - 40_000 } },
      { partner: "registry", trouble: "EXCHANGE_WAY_MISSING" },
    ],
    alarms: [{
      id: "3",
      atMs: atMs - 7_200_000,
      code: "LEDGER_VIEW_SPLIT",
      says: "Cannot vouch",
      gateway: "lab.example",
      partner: "lab",
    }],
  };
  const status = { ...snapshot, statistics, ledger };
  assertStringIncludes(
    statusText(status, paintFor({ colour: false })),
    `
ledger: 18,204 entries signed just now, seen by lab 40 s ago, not yet seen by registry (EXCHANGE_WAY_MISSING)
ledger alarm 3: LEDGER_VIEW_SPLIT, lab, for 2 h
  Cannot vouch
  settle one, once it is looked into: mitral audit settle NUMBER
`,
  );
  assertStringIncludes(statusLine(status), ", 1 ledger alarm, ");
});

Deno.test("status says what is known where the journal and its disk say nothing", () => {
  const status = {
    ...snapshot,
    journal: { ...snapshot.journal, condition: "failed" as const },
    statistics: {
      ...statistics,
      channels: [{
        name: "lab",
        work: { queued: { messages: 2 } },
        destinations: { ehr: { queued: { messages: 0 } }, registry: { queued: { messages: 10 } } },
      }],
      commits: { commits: 0, operations: 0 },
      storage: {},
    },
  };
  assertEquals(
    statusText(status, paintFor({ colour: false })).split("\n").slice(0, 8),
    [
      "st-elsewhere ready since 2026-01-02 03:00:00Z (10 min)",
      "journal failed, 12 messages pending, 12.4 kB of 268.4 MB",
      "ledger: not signed: there is no ledger key; `mitral keys init` makes one, `mitral keys seal` adds it to older keys",
      "",
      "channel  line        condition  queued  oldest  in quarantine  restarts  trouble",
      "lab      → registry  halted         10                                5  MLLP_PEER_UNREACHABLE",
      "lab      work        running         2                                1",
      "lab      → ehr       running         0                                0",
    ],
  );
  assertEquals(
    statusLine(status),
    "2026-01-02 03:10:00Z ready, journal failed, 12 messages pending, 12.4 kB of 268.4 MB, look at lab → registry",
  );
});

Deno.test("status --watch prints a line a second where nobody draws, until it is interrupted", () =>
  withGateway(async ({ begin }) => {
    const clock = new FakeClock();
    const { terminal, exitCode } = begin("status --watch", { world: worldWith(clock) });
    const line = "2026-01-02 03:10:00Z ready, 12 messages pending, 12.4 kB of 268.4 MB, oldest 3 h, " +
      "3 in quarantine, commits p99 4.9 ms, 40.0 GB free, look at lab → registry\n";
    await clock.armed(1000);
    assertEquals(terminal.stdout, line);
    await clock.advance(1000);
    await clock.armed(1000);
    assertEquals(terminal.stdout, line + line);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertEquals([terminal.stdout, terminal.stderr], [line + line, ""]);
  }));

Deno.test("status --watch draws in place for a person, and no more than fits", () =>
  withGateway(async ({ begin }) => {
    const clock = new FakeClock();
    const options = { world: worldWith(clock), isTerminal: true, rows: 10 };
    const { terminal, exitCode } = begin("status --watch", options);
    await clock.armed(1000);
    const first = terminal.stdout;
    await clock.advance(1000);
    await clock.armed(1000);
    const second = terminal.stdout.slice(first.length);
    assert(first.startsWith("\x1b[2J\x1b[H"), first);
    assert(second.startsWith("\x1b[H"), second);
    assertEquals(second.split("\n").length - 1, 9);
    assertStringIncludes(second, "MLLP_PEER_UNREACHABLE\x1b[K\n");
    assert(!second.includes("listens on"), second);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
  }));

Deno.test("status --watch prints JSON a line where that is asked for, also on a terminal", () =>
  withGateway(async ({ begin }) => {
    const clock = new FakeClock();
    const { terminal, exitCode } = begin("status --watch --json", {
      world: worldWith(clock),
      isTerminal: true,
    });
    await clock.armed(1000);
    terminal.interrupt();
    await exitCode;
    assertEquals(JSON.parse(terminal.stdout).statistics.atMs, atMs);
  }));

Deno.test("status --watch ends at Ctrl-C also while the gateway says nothing", () => {
  const gateway = new FakeGateway();
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<GatewayStatistics>();
  gateway.statistics = () => {
    asked.resolve();
    return told.promise;
  };
  return withGateway(async ({ begin }) => {
    const { terminal, exitCode } = begin("status --watch");
    await asked.promise;
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    told.resolve(statistics);
  }, gateway);
});

Deno.test("status --watch ends with a code when the gateway goes", () =>
  withGateway(async ({ begin, leave }) => {
    const clock = new FakeClock();
    const { terminal, exitCode } = begin("status --watch", { world: worldWith(clock) });
    await clock.armed(1000);
    await leave();
    await clock.advance(1000);
    assertEquals(await exitCode, exitCodes.cannot);
    assertStringIncludes(terminal.stderr, "CONTROL_GATEWAY_MISSING");
  }));
