import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { folder } from "../../../adapters/_kit/probe/folder.ts";
import { port } from "../../../adapters/_kit/probe/port.ts";
import { type Attempt, probe } from "../../../adapters/_kit/probe/attempts.ts";
import { certificateSays, reach } from "../../../adapters/_kit/probe/reach.ts";
import { declareErrors } from "../../../runtime/contract/error.ts";
import type { ClientTls } from "../../../runtime/contract/tls.ts";
import type { Net } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken, FakeConnection, fakeNet } from "../../world/fake_net.ts";

const { error } = declareErrors("trial", {
  TRIAL_STEP_FAILED: { blame: "operator", retry: "later", says: "Cannot try: {reason}" },
  TRIAL_STEP_LATE: { blame: "operator", retry: "later", says: "Cannot try: late" },
});

const failed = (cause: unknown) =>
  error("TRIAL_STEP_FAILED", { reason: String((cause as { code?: unknown }).code) }, cause);
const late = () => error("TRIAL_STEP_LATE");
const forEver = () => new Promise<never>(() => {});

async function told(
  attempts: Iterable<Attempt>,
  clock = new FakeClock(),
  signal = new AbortController().signal,
) {
  const results = await Array.fromAsync(probe({ world: { clock }, signal }, attempts));
  return results.map(({ step, says, error }) => `${step}: ${says}${error ? ` [${error.code}]` : ""}`);
}

/** The steps of a peer, on a clock of their own. */
const peer = (net: Partial<Net>, rest: { clock?: FakeClock; host?: string; tls?: () => ClientTls } = {}) =>
  reach({
    world: { clock: rest.clock ?? new FakeClock(), net: fakeNet(net) },
    host: "ehr.example",
    port: 2575,
    msMax: 5_000,
    failed,
    late,
    ...rest,
  });

const tls = (): ClientTls => ({ versionMin: "1.2" });

Deno.test("a peer is looked up, called and asked for its certificate", async () => {
  const opened: FakeConnection[] = [];
  const clock = new FakeClock();
  const steps = peer({
    lookup: () => Promise.resolve(["10.1.2.3", "10.1.2.4"]),
    connect({ tls }) {
      const [connection] = FakeConnection.pair();
      opened.push(connection);
      return Promise.resolve(tls ? Object.assign(connection, { certificate: CERTIFICATE }) : connection);
    },
  }, { clock, tls });
  assertEquals(await clock.pass(told(steps)), [
    "name: ehr.example is 10.1.2.3 and 10.1.2.4",
    "connection: 192.0.2.7:51022 accepts",
    "tls: CN=ehr, by CN=Hospital CA, 83 days left",
  ]);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true, true]);
});

Deno.test("a peer that closes the connection at once has failed, one that speaks first has not", async () => {
  const connectTo = (act: (far: FakeConnection) => void) => ({
    connect() {
      const [near, far] = FakeConnection.pair();
      act(far);
      return Promise.resolve(near);
    },
  });
  const closing = peer(connectTo((far) => far.close()), { host: "10.1.2.3" });
  assertEquals(await told(closing), ["connection: Cannot try: ECONNRESET [TRIAL_STEP_FAILED]"]);
  const greeting = peer(connectTo((far) => far.write(new Uint8Array([10]))), { host: "10.1.2.3" });
  assertEquals(await told(greeting), ["connection: 192.0.2.7:51022 accepts"]);
});

const CERTIFICATE = {
  fingerprint: "00".repeat(32),
  keyPin: "",
  subject: "CN=ehr",
  issuer: "CN=Hospital CA",
  validFromMs: 0,
  validUntilMs: new FakeClock().nowMs() + 83.5 * 86_400_000,
};

Deno.test("a certificate that signs itself, and one with a day left, say so", () => {
  const own = { ...CERTIFICATE, issuer: "CN=ehr", validUntilMs: 86_400_000 };
  assertEquals(certificateSays(own, 0), "CN=ehr, by itself, 1 day left");
});

Deno.test("an address is not looked up, and a probe ends with the step that failed", async () => {
  const steps = peer({ connect: () => Promise.reject(broken("ECONNREFUSED")) }, {
    host: "10.1.2.3",
    tls,
  });
  assertEquals(await told(steps), ["connection: Cannot try: ECONNREFUSED [TRIAL_STEP_FAILED]"]);
});

Deno.test("a step that takes longer than it may has failed, and what it still makes is closed", async () => {
  const [near, far] = FakeConnection.pair();
  const connecting = Promise.withResolvers<FakeConnection>();
  const clock = new FakeClock();
  const telling = told(peer({ connect: () => connecting.promise }, { host: "10.1.2.3" }), clock);
  await clock.advance(5_000);
  assertEquals(await telling, ["connection: Cannot try: late [TRIAL_STEP_LATE]"]);
  connecting.resolve(near);
  assertEquals(await far.read(new Uint8Array(1)), null);
});

Deno.test("a probe that nobody waits for ends without a result, and leaves no timer", async () => {
  const [life, clock] = [new AbortController(), new FakeClock()];
  const telling = told(peer({ lookup: forEver }, { clock }), clock, life.signal);
  life.abort();
  assertEquals(await telling, []);
  assertEquals(clock.waiting, 0);
});

Deno.test("each step tells how long it took", async () => {
  const clock = new FakeClock();
  const run = () => clock.sleep(40).then(() => "done");
  const step: Attempt = { step: "exchange", msMax: 1_000, run, failed, late };
  const results = Array.fromAsync(probe({ world: { clock }, signal: new AbortController().signal }, [step]));
  await clock.advance(40);
  assertEquals(await results, [{ step: "exchange", ms: 40, says: "done" }]);
});

Deno.test("a free port is taken and given back; a taken one is the channel's own only where that runs", async () => {
  const world = denoWorld;
  const acceptor = await world.net.listen({ host: "127.0.0.1", port: 0 });
  const tools = { world, host: "127.0.0.1", port: acceptor.port, failed };
  const [taken] = await told([port({ ...tools, isRunning: false })]);
  assertEquals(taken, "port: Cannot try: EADDRINUSE [TRIAL_STEP_FAILED]");
  const [own] = await told([port({ ...tools, isRunning: true })]);
  assertMatch(own, /^port: port \d+ of 127\.0\.0\.1 is taken by the gateway, which runs$/);
  acceptor.close();
  for (const _ of [1, 2]) {
    assertMatch((await told([port({ ...tools, isRunning: false })]))[0], /^port: port \d+ of .* is free$/);
  }
  assertMatch((await told([port({ ...tools, isRunning: true })]))[0], /does not listen on it$/);
});

Deno.test("a folder is written to by a file that is gone afterwards", async () => {
  const path = await Deno.makeTempDir();
  await Deno.writeTextFile(join(path, "a.hl7"), "");
  const steps = folder({ world: denoWorld, path, uses: ["read", "write"], failed });
  const [read, written] = await told(steps);
  assertEquals(read, `folder: ${path} can be read: 1 name`);
  assertMatch(written, /^folder: .* can be written to: [\d,]+ MB free$/);
  assertEquals(await denoWorld.disk.list(path), ["a.hl7"]);
  await Deno.remove(path, { recursive: true });
  assertEquals(await told(steps), ["folder: Cannot try: ENOENT [TRIAL_STEP_FAILED]"]);
  const made = folder({ world: denoWorld, path, uses: ["write"], isMade: true, failed });
  assertEquals(await told(made), [`folder: ${path} is made when the channel starts`]);
});
