import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { limits } from "../../../../runtime/engine/limits.ts";
import { turns } from "../../../world/turns.ts";
import { unanswered, unreached } from "./path_peers.ts";
import { PathSetRig } from "./path_set_rig.ts";

Deno.test("attempts go by the first path, and no other is opened before it is needed", async () => {
  await using rig = new PathSetRig();
  assertEquals(rig.peers.map(({ opened }) => opened), [0, 0]);
  assertEquals([await rig.send(), await rig.send()], ["accepted", "accepted"]);
  assertEquals([rig.went, rig.peers.map(({ opened }) => opened)], ["aa", [1, 0]]);
});

Deno.test("where nothing can be connected, the next attempt goes by the next path at once", async () => {
  await using rig = new PathSetRig(3);
  rig.peers[0].cut();
  rig.peers[1].cut();
  assertEquals([await rig.send(), await rig.send(), await rig.send()], [
    "elsewhere",
    "elsewhere",
    "accepted",
  ]);
  assertEquals(rig.went, "abc");
  assertEquals(rig.told, ["pathFailed a", "pathChosen b", "pathFailed b", "pathChosen c"]);
});

Deno.test("where a path was connected, attempts in a row without an answer are needed to leave it", async () => {
  await using rig = new PathSetRig();
  const [peer] = rig.peers;
  const silent = () => {
    throw unanswered;
  };
  peer.conduct = silent;
  assertEquals(await rig.send(), "failed");
  peer.mend();
  assertEquals(await rig.send(), "accepted");
  peer.conduct = silent;
  assertEquals([await rig.send(), await rig.send(), await rig.send()], ["failed", "elsewhere", "accepted"]);
  assertEquals([rig.went, rig.told], ["aaaab", ["pathFailed a", "pathChosen b"]]);
});

Deno.test("a refusal is an answer, for good or for now: the path stays", async () => {
  await using rig = new PathSetRig();
  const answer = { bytes: new Uint8Array(), contentType: "text/x-note" };
  for (const kind of ["rejected", "failed"] as const) {
    rig.peers[0].conduct = () => ({ kind, error: unanswered, answer });
    for (let times = 0; times < 5; times++) assertEquals(await rig.send(), kind);
  }
  assertEquals([rig.went, rig.told], ["a".repeat(10), []]);
});

Deno.test("what says something about the message is let through, and says nothing about the path", async () => {
  await using rig = new PathSetRig();
  const unfit = new MitralError("PEER_NOTE_UNFIT", { blame: "sender", retry: "never", says: "Cannot send" });
  rig.peers[0].conduct = () => {
    throw unfit;
  };
  for (let times = 0; times < 3; times++) await assertRejects(() => rig.send(), MitralError, unfit.message);
  assertEquals(rig.conditions, "healthy healthy");
});

Deno.test("a path that asks to be left alone is, and the others are not", async () => {
  await using rig = new PathSetRig(2, false);
  const fault = { blame: "receiver", retry: "later", says: "Cannot send" } as const;
  rig.peers[0].conduct = () => {
    throw new MitralError("PEER_PLACE_BUSY", fault, { retryAfterMs: 3_600_000 });
  };
  assertEquals([await rig.send(), await rig.send()], ["elsewhere", "accepted"]);
  rig.peers[0].mend();
  await rig.clock.advance(3_599_000);
  await rig.send();
  assertEquals(rig.went, "abb");
  await rig.clock.advance(1_000);
  await rig.send();
  assertEquals(rig.went, "abba");
});

Deno.test("a failed path is looked at with waits that double, and tried by one delivery once it was well for a while", async () => {
  await using rig = new PathSetRig(2, true, 4);
  const [a, b] = rig.peers;
  a.cut();
  await rig.send();
  const looksAt: number[] = [];
  for (let looks = a.looks; looksAt.length < 4;) {
    await rig.clock.advance(500);
    if (a.looks > looks) looksAt.push(rig.clock.elapsedMs());
    looks = a.looks;
  }
  const waits = looksAt.map((at, index) => at - (looksAt[index - 1] ?? 0));
  waits.forEach((waitMs, at) => {
    const fullMs = limits.pathLookMs * 2 ** at;
    assertEquals(waitMs >= fullMs / 2 && waitMs <= fullMs + 500, true, `${waits}`);
  });
  a.mend();
  await rig.until("recovering healthy");
  const foundMs = rig.clock.elapsedMs();
  await rig.clock.advance(limits.pathSteadyMs - 1_000);
  await rig.send();
  assertEquals(b.attempts.length, 1, "it is not well for long enough");
  await rig.clock.advance(2_000);
  const release = a.hold();
  const trial = rig.send();
  await a.tried(2);
  await rig.send();
  assertEquals([a.attempts.length, b.attempts.length], [2, 2], "one delivery tries it");
  release();
  assertEquals(await trial, "accepted");
  await rig.send();
  assertEquals([a.attempts.length, b.attempts.length], [3, 2]);
  assertEquals(rig.told, ["pathFailed a", "pathChosen b", "pathRestored a", "pathChosen a"]);
  assertEquals(rig.clock.elapsedMs() - foundMs >= limits.pathSteadyMs, true);
});

Deno.test("a trial that gets no answer goes elsewhere, and the path begins to recover anew", async () => {
  await using rig = new PathSetRig();
  const [a] = rig.peers;
  a.cut();
  await rig.send();
  a.trouble = undefined;
  while (a.attempts.length < 2) {
    await rig.clock.advance(1_000);
    const came = await rig.send();
    assertEquals(came, a.attempts.length < 2 ? "accepted" : "elsewhere");
  }
  assertEquals([rig.conditions, rig.told], ["suspect healthy", ["pathFailed a", "pathChosen b"]]);
});

Deno.test("where only an attempt can tell, one delivery at a time looks, until it was well for a while", async () => {
  await using rig = new PathSetRig(2, false);
  const [a, b] = rig.peers;
  a.cut();
  await rig.send();
  await rig.clock.advance(limits.pathLookMs);
  assertEquals([await rig.send(), await rig.send()], ["elsewhere", "accepted"]);
  a.mend();
  await rig.clock.advance(2 * limits.pathLookMs);
  const firstMs = rig.clock.elapsedMs();
  await rig.until("healthy healthy", () => rig.send());
  const tookMs = rig.clock.elapsedMs() - firstMs;
  assertEquals(tookMs >= limits.pathSteadyMs && tookMs <= limits.pathSteadyMs + 7_000, true, `${tookMs}`);
  assertEquals(a.taken.length < b.taken.length, true, `${a.taken.length} of ${b.taken.length}`);
});

Deno.test("a path that fails again soon must be well for twice as long", async () => {
  await using rig = new PathSetRig();
  const [a] = rig.peers;
  const recovery = async () => {
    a.cut();
    while (rig.conditions === "healthy healthy") await rig.send();
    a.mend();
    await rig.until("recovering healthy");
    const fromMs = rig.clock.elapsedMs();
    await rig.until("healthy healthy", () => rig.send());
    return Math.round((rig.clock.elapsedMs() - fromMs) / 1_000) * 1_000;
  };
  const first = await recovery();
  assertEquals([await recovery(), await recovery()], [first * 2, first * 4]);
  await rig.clock.advance(limits.pathRelapseMs);
  assertEquals(await recovery(), first);
});

Deno.test("where no path is healthy each is tried in turn, and the first answer restores its path at once", async () => {
  await using rig = new PathSetRig(2, false);
  const [a, b] = rig.peers;
  a.cut();
  b.cut();
  assertEquals([await rig.send(), await rig.send()], ["elsewhere", "failed"]);
  await rig.clock.advance(limits.pathRestMs);
  assertEquals([await rig.send(), await rig.send()], ["elsewhere", "failed"]);
  assertEquals(rig.went, "abab");
  b.mend();
  await rig.clock.advance(limits.pathRestMs);
  assertEquals([await rig.send(), await rig.send(), rig.conditions], [
    "elsewhere",
    "accepted",
    "suspect healthy",
  ]);
  assertEquals(rig.told, ["pathFailed a", "pathChosen b", "pathFailed b", "pathRestored b"]);
});

Deno.test("where no path is healthy, one that is found well is told of, and goes first", async () => {
  await using rig = new PathSetRig();
  const [a, b] = rig.peers;
  a.cut();
  b.cut();
  await rig.send();
  await rig.send();
  assertEquals(rig.revived, 0);
  b.mend();
  while (rig.revived === 0) await rig.clock.advance(500);
  assertEquals([await rig.send(), rig.went], ["accepted", "abb"]);
});

Deno.test("a path that nothing goes by is looked at, so that its failure is known before it is needed", async () => {
  await using rig = new PathSetRig();
  const [a, b] = rig.peers;
  b.cut();
  for (let minutes = 0; minutes < 3; minutes++) {
    await rig.send();
    await rig.clock.advance(limits.pathStandbyMs - 1);
  }
  assertEquals([rig.conditions, a.looks, rig.told], ["healthy suspect", 0, ["pathFailed b"]]);
  b.mend();
  await rig.clock.advance(5 * 60_000);
  assertEquals([rig.conditions, b.attempts.length], ["healthy healthy", 0], "no delivery needs to try it");
});

Deno.test("no more attempts go by a path at once than its lanes allow", async () => {
  await using rig = new PathSetRig(2, true, 2);
  const [a] = rig.peers;
  const release = a.hold();
  const all = Array.from({ length: 6 }, () => rig.send());
  await turns(3);
  assertEquals([a.busy, a.attempts.length], [2, 2]);
  release();
  assertEquals(new Set(await Promise.all(all)), new Set(["accepted"]));
  assertEquals([a.busiest, a.attempts.length], [2, 6]);
});

Deno.test("an attempt that waits for a lane goes by another path where its own fails, or gives up when it is told to", async () => {
  await using rig = new PathSetRig();
  const [a, b] = rig.peers;
  const { promise, reject } = Promise.withResolvers<never>();
  a.conduct = () => promise;
  const first = rig.send();
  const nobody = new AbortController();
  const given = rig.send(rig.set, nobody.signal);
  const waiting = rig.send();
  nobody.abort(unanswered);
  await assertRejects(() => given, MitralError, unanswered.message);
  reject(unreached);
  assertEquals([await first, await waiting, b.attempts.length], ["elsewhere", "accepted", 1]);
});

Deno.test("a path whose sender cannot be opened is left, and opened again when it is tried", async () => {
  const rig = new PathSetRig(2, false);
  const [a] = rig.peers;
  let faults = 1;
  const { spec, config } = rig.ways[0].send;
  const never = new MitralError("PEER_KEY_UNREADABLE", {
    blame: "operator",
    retry: "never",
    says: "Cannot open",
  });
  const send = {
    spec: { ...spec, open: (tools: never) => faults-- > 0 ? Promise.reject(never) : spec.open(tools) },
    config,
  };
  await rig.set.setPaths([{ name: "a", send }, rig.ways[1]]);
  assertEquals([await rig.send(), await rig.send()], ["elsewhere", "accepted"]);
  await rig.clock.advance(limits.pathLookMs);
  assertEquals([await rig.send(), a.attempts.length], ["accepted", 1]);
  await rig.set[Symbol.asyncDispose]();
});

Deno.test("paths may be added, put in another order and taken away; what stays keeps its connection", async () => {
  await using rig = new PathSetRig(3);
  const [a, b, c] = rig.ways;
  await rig.set.setPaths([a, b]);
  await rig.send();
  await rig.set.setPaths([b, a]);
  await rig.send();
  await rig.set.setPaths([c, a]);
  await rig.send();
  await rig.set.setPaths([a]);
  await rig.send();
  assertEquals(rig.went, "abca");
  assertEquals(rig.peers.map(({ opened, closed }) => [opened, closed]), [[1, 0], [1, 1], [1, 1]]);
  await rig.set.setPaths([]);
  await assertRejects(() => rig.send(), MitralError, "no such path");
});

Deno.test("an attempt by a path that is taken away gets its answer, and then its sender is closed", async () => {
  await using rig = new PathSetRig();
  const [a] = rig.peers;
  const release = a.hold();
  const under = rig.send();
  await a.tried(1);
  await rig.set.setPaths([rig.ways[1]]);
  assertEquals(a.closed, 0);
  release();
  assertEquals(await under, "accepted");
  await turns();
  assertEquals(a.closed, 1);
});

Deno.test("one path alone may be gone by, and its answer counts", async () => {
  await using rig = new PathSetRig();
  const [a, b] = rig.peers;
  assertEquals([await rig.send(rig.set.by("b")), b.attempts.length], ["accepted", 1]);
  a.cut();
  await rig.send();
  await rig.send(rig.set.by("a"));
  assertEquals([rig.conditions, a.attempts.length], ["suspect healthy", 2]);
});

Deno.test("the state says of each path how it is, since when and why, and when it last answered", async () => {
  await using rig = new PathSetRig();
  const startMs = rig.clock.nowMs();
  await rig.send();
  await rig.clock.advance(1_000);
  rig.peers[0].cut();
  await rig.send();
  assertEquals(rig.set.state(), [
    {
      name: "a",
      adapter: "peer",
      condition: "suspect",
      isChosen: false,
      suspectSinceMs: startMs + 1_000,
      trouble: "PEER_PLACE_UNREACHED",
      lastAnswerMs: startMs,
    },
    { name: "b", adapter: "peer", condition: "healthy", isChosen: true },
  ]);
});

Deno.test("closed, it keeps no timer and no sender", async () => {
  const rig = new PathSetRig();
  rig.peers[0].cut();
  await rig.send();
  await rig.send();
  await rig.set[Symbol.asyncDispose]();
  assertEquals([rig.clock.waiting, rig.peers.map(({ opened, closed }) => opened - closed)], [0, [0, 0]]);
});
