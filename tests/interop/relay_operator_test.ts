import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { run } from "../runtime/console/console_kit.ts";
import { certify } from "../world/pki.ts";
import { NatsServer, natsServer } from "./_nats.ts";
import { RelaySite } from "./_relay.ts";

/** What `mitral relay check --json` says. */
async function check(site: RelaySite) {
  const { code, out } = await run(["relay", "check", site.folder, "--json"]);
  const { ok, steps, mailboxes } = JSON.parse(out);
  const troubles: string[] = steps.filter(({ state }: { state: string }) => state !== "ok")
    .map(({ state, code }: { state: string; code: string }) => `${state} ${code}`);
  assertEquals(ok, code === exitCodes.ok);
  return { code, troubles, mailboxes };
}

/** Its exit code, and what is not as it should be. */
async function verdict(site: RelaySite) {
  const { code, troubles } = await check(site);
  return [code, troubles];
}

/** Changes the server's configuration as its operator may, and starts it anew. */
async function restartWith(site: RelaySite, from: string | RegExp, to: string): Promise<void> {
  const file = join(site.folder, "nats-server.conf");
  const config = await Deno.readTextFile(file);
  const changed = config.replace(from, to);
  assert(changed !== config);
  await Deno.writeTextFile(file, changed);
  await site.server.stop();
  await site.server.start(file);
}

Deno.test({
  name: "relay apply makes mailboxes once, and changes nothing that is as it must be",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start();
    const a = await site.partner("st-elsewhere");
    const b = await site.partner("state-registry", ["--with", "st-elsewhere"]);
    assertEquals(
      await site.apply(),
      `nats-server ${
        (await site.connect(a)).info?.version
      }, everything on the disk before it is acknowledged\n` +
        `mailbox ${a.mailbox} of st-elsewhere: made\nmailbox ${b.mailbox} of state-registry: made\nthe server has it\n`,
    );
    const again = JSON.parse(await site.apply("--json"));
    assertEquals(again.mailboxes.map(({ outcome }: { outcome: string }) => outcome), [
      "as it was",
      "as it was",
    ]);
    assertEquals(again.server.sync, "always");
    await site.partner("county", ["--mailbox-bytes-max", "5 MB"]);
    await site.mitral(
      "add",
      site.folder,
      site.server.at("state-registry.partner.json"),
      "--mailbox-bytes-max",
      "2 GB",
    );
    const changed = JSON.parse(await site.apply("--json"));
    assertEquals(changed.mailboxes.map(({ outcome }: { outcome: string }) => outcome), [
      "as it was",
      "changed",
      "made",
    ]);
    assertEquals((await check(site)).troubles, []);
  },
});

Deno.test({
  name: "relay check says what waits in which mailbox, how much and how long",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start();
    const a = await site.partner("a"),
      b = await site.partner("b", ["--with", "a", "--mailbox-bytes-max", "1 MB"]);
    await site.apply();
    const gateway = await site.connect(a);
    await gateway.request(`relay.send.${b.mailbox}.m`, new Uint8Array(500_000));
    await gateway.request(`relay.send.${b.mailbox}.m`, new Uint8Array(400_000));
    await gateway.request(`relay.send.${b.mailbox}.r`, "receipt");
    const { code, troubles, mailboxes } = await check(site);
    assertEquals([code, troubles], [exitCodes.ok, ["odd mailboxFull"]]);
    assertEquals(
      mailboxes.map(({ name, messages, receipts }: Record<string, unknown>) => [name, messages, receipts]),
      [
        ["a", 0, 0],
        ["b", 2, 1],
      ],
    );
    assert(mailboxes[1].bytes > 900_000 && mailboxes[1].oldestMs >= 0 && !("oldestMs" in mailboxes[0]));
    const { out } = await run(["relay", "check", site.folder]);
    assertMatch(out, /^partner {2}mailbox +messages +receipts +size +oldest\na /);
    assertMatch(out, /b +[0-9a-f]{16} +2 +1 +900\.\d kB of 1\.0 MB +\d+ m?s\n/);
    assertStringIncludes(out, "the mailbox of b is nearly full [mailboxFull]");
  },
});

Deno.test({
  name: "relay apply refuses a server that acknowledges before it syncs, and tells gateways so",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start();
    const a = await site.partner("a");
    await site.apply();
    await restartWith(site, "sync_interval: always", 'sync_interval: "1m"');
    assertEquals(await verdict(site), [exitCodes.no, ["bad serverUnsafe", "bad mailboxUnfit"]]);
    const { code, err } = await run(["relay", "apply", site.folder]);
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "CONSOLE_RELAY_UNSAFE");
    assertStringIncludes(err, "sync_interval must be always");
    const marks = async () => {
      const gateway = await site.connect(a);
      const { config } = (await gateway.request(`$JS.API.STREAM.INFO.MBX_${a.mailbox}`)).json<
        { config: { metadata: Record<string, string> } }
      >();
      return config.metadata["mitral.sync"];
    };
    assertEquals(await marks(), "late");
    await restartWith(site, 'sync_interval: "1m"', "sync_interval: always");
    await site.apply();
    assertEquals([await marks(), (await check(site)).troubles], ["always", []]);
  },
});

Deno.test({
  name: "relay check finds what the server was not told, and what nobody has any more",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start();
    await site.partner("a");
    const b = await site.partner("b", ["--with", "a"]);
    assertEquals((await check(site)).troubles, [
      "bad grantsDiffer",
      "bad mailboxMissing",
      "bad mailboxMissing",
    ]);
    await site.apply();
    await site.mitral("unlink", site.folder, "a", "b");
    assertEquals((await check(site)).troubles, ["bad grantsDiffer"]);
    await site.mitral("remove", site.folder, "b");
    assertEquals((await check(site)).troubles, ["bad grantsDiffer", "odd streamUnknown"]);
    await site.apply();
    assertEquals(await verdict(site), [exitCodes.ok, ["odd streamUnknown"]]);
    assertEquals(JSON.parse(await site.apply("--prune", "--json")).pruned, [b.mailbox]);
    assertEquals((await check(site)).troubles, []);
  },
});

Deno.test({
  name: "relay check finds ports that are open to more than they should be",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start();
    await restartWith(site, /^http: "127\.0\.0\.1:/m, 'http: "0.0.0.0:');
    assertEquals(await verdict(site), [exitCodes.no, ["bad monitorOpen"]]);
    await restartWith(site, /^http: .*$/m, "");
    await restartWith(site, /^ {4}tls \{[^}]*\}/m, "    no_tls: true");
    assertEquals(await verdict(site), [exitCodes.no, ["bad tlsMissing"]]);
    await restartWith(site, /^websocket \{[^}]*\}/m, "");
    assertEquals(await verdict(site), [exitCodes.ok, ["odd websocketMissing"]]);
  },
});

Deno.test({
  name: "relay apply and check know the server by its certificate, and say when that ends",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start([], certify("relay.example", { untilDays: 5 }));
    assertEquals((await check(site)).troubles, ["odd certificateEnds"]);
    const renewed = certify("relay.example");
    await Deno.writeTextFile(site.server.at("relay.pem"), renewed.certificate);
    await Deno.writeTextFile(site.server.at("relay.key"), renewed.key);
    const { code, err } = await run(["relay", "check", site.folder]);
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "CONSOLE_RELAY_UNREACHABLE");
    assertStringIncludes(err, "it shows another certificate than the file has");
    await site.server.reload();
    assertEquals((await check(site)).troubles, []);
  },
});

Deno.test({
  name: "relay apply leaves the server as it is where it refuses the configuration, or a mailbox",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start(["--store-bytes-max", "10 MB"]);
    await site.partner("a", ["--mailbox-bytes-max", "8 MB"]);
    await site.apply();
    await site.partner("b", ["--mailbox-bytes-max", "8 MB"]);
    const full = await run(["relay", "apply", site.folder]);
    assertEquals([full.code, full.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_RELAY_MAILBOX_REFUSED"]);
    assertStringIncludes(full.err, "Cannot make the mailbox of b: the server says: insufficient storage");
    await site.mitral("remove", site.folder, "b");

    const file = join(site.folder, "nats-server.conf");
    const config = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `${config}\nfrequency: 7\n`);
    const broken = await run(["relay", "apply", site.folder]);
    assertEquals([broken.code, broken.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_RELAY_CONFIG_REFUSED"]);
    assertStringIncludes(broken.err, "frequency");
    await Deno.writeTextFile(file, config);
    await site.apply();
    assertEquals((await check(site)).troubles, []);
  },
});

Deno.test({
  name: "relay apply says that a server is not there, is another's, or is no server",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.prepare();
    const refusal = async (...options: string[]) => {
      const { code, err } = await run(["relay", "apply", site.folder, ...options]);
      assertEquals(code, exitCodes.cannot);
      return err;
    };
    assertMatch(await refusal(), /^CONSOLE_RELAY_UNREACHABLE .*ECONNREFUSED\n {2}hint: start it with/);
    await using other = await RelaySite.start();
    assertMatch(
      await refusal("--address", `127.0.0.1:${other.server.port}`),
      /^CONSOLE_RELAY_SIGN_IN_REFUSED .*it does not know the operator's keys\n/,
    );
    await using clear = await NatsServer.start(({ port }) => `listen: "127.0.0.1:${port}"`);
    assertMatch(
      await refusal("--address", `127.0.0.1:${clear.port}`),
      /^CONSOLE_RELAY_UNREACHABLE .*TLS does not come about \(foreign\)\n/,
    );
  },
});

Deno.test({
  name: "relay keeps what it was given over a crash of the server",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.start();
    const a = await site.partner("a"), b = await site.partner("b", ["--with", "a"]);
    await site.apply();
    const gateway = await site.connect(a);
    await gateway.request(`relay.send.${b.mailbox}.m`, "sealed");
    await site.server.kill();
    await site.server.start(join(site.folder, "nats-server.conf"));
    const { troubles, mailboxes } = await check(site);
    assertEquals([troubles, mailboxes[1].messages], [[], 1]);
    // What partners may do is in the configuration alone: it holds before anything is applied again.
    const again = await site.connect(a);
    assertEquals((await again.request(`relay.send.${b.mailbox}.m`, "sealed")).json<{ seq: number }>().seq, 2);
  },
});

Deno.test({
  name: "relay writes what nats-server can read, whatever its partners and folders are called",
  ignore: natsServer.missing,
  async fn() {
    await using site = await RelaySite.prepare(["--store", 'it\'s a "store" $HOME # {}']);
    for (const name of ["Åbo", "a:b@c", "x-1_2.3", "include"]) await site.partner(name);
    await site.mitral("link", site.folder, "Åbo", "include");
    const { success, stderr } = await natsServer.command(
      ["-t", "-c", join(site.folder, "nats-server.conf")],
      {
        stderr: "piped",
      },
    ).output();
    assert(success, new TextDecoder().decode(stderr));
  },
});
