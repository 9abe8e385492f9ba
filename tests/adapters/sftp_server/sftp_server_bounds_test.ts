import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { sign } from "node:crypto";
import { utils } from "../../../adapters/_kit/ssh/ssh2.ts";
import type { Tools } from "../../../adapters/sftp_server/_listener_spec.ts";
import { SignIn } from "../../../adapters/sftp_server/_sign_in.ts";
import listener from "../../../adapters/sftp_server/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { noPartners } from "../../../runtime/contract/adapter.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { configOf, worldWith } from "../../world/tools.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { configIn, keys, partner, signIn, type SignInOptions, usable } from "./sftp_peer.ts";
import { bytesOf, type Given, half, open, refusedWith, test } from "./sftp_scene.ts";
import { sshKeyPair } from "../_kit/ssh/key_pair.ts";

test("keeps partners apart, and everybody within their own root", async (scene) => {
  using acme = await scene.connect();
  using lab = await scene.connect({ username: "lab", privateKey: keys.lab.private });
  await acme.put("../../../lab/x.part", "mine").catch(() => {});
  await acme.put("/x.part", "mine");
  assertEquals(await lab.list("/"), []);
  await refusedWith(lab.stat("../acme/x.part"), "No such file");
  assertEquals(await acme.realPath("../../../.."), "/");
  await refusedWith(acme.link("/etc/passwd", "/passwd"), "");
  await refusedWith(acme.put("/a\0b", "x"), "SFTP_SERVER_NAME_UNFIT");
  assertEquals([...Deno.readDirSync(scene.folder)].map(({ name }) => name).sort(), ["acme", "lab"]);
});

test("follows no link that somebody has put into its folder", async (scene) => {
  const secret = await Deno.makeTempFile();
  await Deno.writeTextFile(secret, "secret");
  await Deno.symlink(secret, `${scene.folder}/acme/link.whole`);
  await using again = await scene.again();
  using peer = await again.connect();
  assertEquals(await peer.list("/"), []);
  await refusedWith(peer.get("/link"), "No such file");
  await Deno.remove(secret);
});

test("has folders: fixed ones, and those partners make and remove", async (scene) => {
  using peer = await scene.connect();
  assertEquals(await peer.list("/"), ["in", "out"]);
  assertEquals(await peer.list("/out"), ["deep"]);
  await refusedWith(peer.removeFolder("/in"), "It stays");
  await refusedWith(peer.makeFolder("/in"), "It exists");
  await refusedWith(peer.makeFolder("/not/there"), "No such file");
  await peer.makeFolder("/in/day");
  assert((await peer.stat("/in/day")).isDirectory());
  await peer.put("/in/day/x.part", "x");
  await refusedWith(peer.removeFolder("/in/day"), "not empty");
  await refusedWith(peer.rename("/in/day", "/in/night"), "not empty");
  await peer.remove("/in/day/x.part");
  await refusedWith(peer.rename("/in/day", "/in/day/day"), "within itself");
  await peer.rename("/in/day", "/in/night");
  await peer.removeFolder("/in/night");
  assertEquals([await peer.list("/in"), scene.staged()], [[], []]);
}, { folders: ["/in", "/out/deep"] });

Deno.test("sftp_server bounds what may lie here: size, files, bytes", async () => {
  const folder = await Deno.makeTempDir();
  const acme = partner({ keys: [keys.acme.public], filesMax: 3, bytesMax: 1_000 });
  await using scene = await open({ partners: { acme }, fileBytesMax: 600 }, folder);
  await unstuck(async () => {
    using peer = await scene.connect();
    await refusedWith(peer.put("/large.hl7", "x".repeat(601)), "SFTP_SERVER_FILE_TOO_LARGE");
    await peer.remove("/large.hl7");
    await peer.put("/a.part", "x".repeat(600));
    await refusedWith(peer.put("/b.part", "x".repeat(401)), "SFTP_SERVER_QUOTA_SPENT");
    await peer.put("/b.part", "x".repeat(400));
    await peer.put("/c.part", "");
    await refusedWith(peer.put("/d.part", ""), "SFTP_SERVER_QUOTA_SPENT");
    await refusedWith(peer.makeFolder("/d"), "SFTP_SERVER_QUOTA_SPENT");
    // What is taken counts no more.
    await peer.rename("/a.part", "/a.hl7");
    await peer.put("/d.part", "x".repeat(600));
    assertEquals(scene.intake.received.length, 1);
  });
  await scene[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

test("slows an address down to messagesPerSecondMax", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/first", "1");
  const second = peer.put("/second", "2");
  await scene.clock.armed(1_000);
  assertEquals(scene.intake.texts, ["1"]);
  await scene.clock.advance(1_000);
  await second;
  assertEquals(scene.intake.texts, ["1", "2"]);
}, { messagesPerSecondMax: 1 });

test("keeps what waits for its turn while it stops, and takes it no more", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/first", "1");
  const second = peer.put("/second", "2");
  await scene.clock.armed(1_000);
  const stopped = scene.listening.stop();
  await refusedWith(second, "SFTP_SERVER_STOPPED");
  await stopped;
  assertEquals([scene.intake.texts, scene.staged().length], [["1"], 1]);
}, { messagesPerSecondMax: 1 });

test("removes what stays unfinished for too long, and nothing that was closed", async (scene) => {
  scene.clock.set(Date.now() - scene.clock.nowMs());
  const first = await scene.connect();
  await half(first, "/a.hl7", "half");
  await first.put("/b.part", "whole");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  await scene.clock.advance(8 * 86_400_000);
  using peer = await scene.connect();
  for (let names = await peer.list("/"); names.length > 1; names = await peer.list("/"));
  assertEquals(await peer.list("/"), ["b.part"]);
  assertEquals(scene.staged(), ["b.part.whole"]);
});

test("reads nothing back where it is told so", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.part", "x");
  await refusedWith(peer.get("/a.part"), "Not allowed");
}, { readBack: false });

test("refuses who shows another key, or an unknown name, the same way", async (scene) => {
  for (
    const options of [
      { privateKey: keys.lab.private },
      { username: "nobody" },
      { username: "toString" },
    ]
  ) {
    await assertRejects(
      () => signIn(scene.listening.address, options),
      Error,
      "authentication methods failed",
    );
  }
  assertEquals(scene.reports.count("signedIn"), 0);
  // Each is told once it has left; whoever has a name we know, by it.
  await scene.reports.seen("signInRefused", 3);
  const all = scene.reports.events.filter(({ name }) => name === "signInRefused");
  assertEquals(all.map(({ facts, error }) => [facts?.partner, error?.code]), [
    ["acme", "SFTP_SERVER_SIGN_IN_REFUSED"],
    [undefined, "SFTP_SERVER_SIGN_IN_REFUSED"],
    [undefined, undefined],
  ]);
});

test("refuses who shows the key of another and cannot prove to have it, and bars who tries that often", async (scene) => {
  const forgery = { forgedWith: sshKeyPair("ed25519").private };
  for (let tries = 0; tries < 10; tries++) {
    const forging = assertRejects(() => scene.connect(forgery), Error, "authentication methods failed");
    await scene.clock.armed(500);
    await scene.clock.advance(500);
    await forging;
  }
  assertEquals([scene.reports.count("signedIn"), scene.reports.count("signInRefused")], [0, 10]);
  await assertRejects(() => scene.connect());
  assertEquals((await scene.reports.seen("connectionTurnedAway")).facts?.code, "SFTP_SERVER_ADDRESS_BARRED");
  await scene.clock.advance(60_000);
  (await scene.connect()).vanish();
});

Deno.test("sftp_server takes no signature made with SHA-1", async () => {
  const pair = sshKeyPair("rsa", { bits: 2048 });
  const [own, shown] = [usable(pair.private), utils.parseKey(pair.public)];
  assert(!(shown instanceof Error) && !Array.isArray(shown));
  const config = configOf(listener.config, {
    ...configIn("/nowhere"),
    partners: { acme: partner({ keys: [pair.public] }) },
  });
  const signIn = new SignIn({ config, world: worldWith(new FakeClock()) } as Tools);
  const blob = Buffer.from("to be signed");
  const verdict = (hashAlgo: string | undefined, signature: unknown) =>
    signIn.judge(
      {
        method: "publickey",
        username: "acme",
        key: { algo: "ssh-rsa", data: shown.getPublicSSH() },
        blob,
        hashAlgo,
        signature,
      } as never,
      "192.0.2.1",
    );
  const sha1 = sign("sha1", blob, own.getPrivatePEM());
  assertEquals(await verdict(undefined, sha1), "passed");
  assertEquals(await verdict("sha1", sha1), "passed");
  assertEquals(await verdict("sha256", sha1), "failed");
  assertEquals(await verdict("sha256", own.sign(blob, "sha256")), "signedIn");
  assertEquals(await verdict("sha512", undefined), "offered");
});

Deno.test("sftp_server lets in by password, and by a file of keys that may change", async () => {
  const folder = await Deno.makeTempDir();
  const keysFile = `${folder}/acme.keys`;
  await Deno.writeTextFile(keysFile, `# keys\n\n${keys.acme.public}\n`);
  let password = "first";
  const partners = {
    acme: partner({ keysFile }),
    lab: partner({ password: secretOf("first", () => Promise.resolve(password)) }),
  };
  await using scene = await open({ partners }, `${folder}/staged`);
  await unstuck(async () => {
    (await scene.connect()).vanish();
    await Deno.writeTextFile(keysFile, "ssh-rsa nonsense\n");
    await assertRejects(() => scene.connect());
    await scene.reports.seen("keysSkipped");
    const guess = async (options: SignInOptions) => {
      const guessing = assertRejects(() => scene.connect(options), Error, "authentication methods failed");
      // A wrong password is thought about.
      await scene.clock.armed(500);
      await scene.clock.advance(500);
      await guessing;
    };
    const lab = { username: "lab" };
    (await scene.connect({ ...lab, password: "first" })).vanish();
    password = "second";
    await guess({ ...lab, password: "first" });
    (await scene.connect({ ...lab, password: "second" })).vanish();
    await guess({ username: "acme", password: "" });
    await guess({ username: "nobody", password: "second" });
  });
  await scene[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sftp_server lets a partner in from its own networks only, and so often at once", async () => {
  const folder = await Deno.makeTempDir();
  const partners = {
    acme: partner({ keys: [keys.acme.public], connectionsMax: 2 }),
    lab: partner({ keys: [keys.lab.public], allow: ["192.0.2.0/24"] }),
  };
  await using scene = await open({ partners }, folder);
  await unstuck(async () => {
    await assertRejects(() => scene.connect({ username: "lab", privateKey: keys.lab.private }));
    const first = await scene.connect();
    using _second = await scene.connect();
    await assertRejects(() => scene.connect());
    // Who comes from elsewhere was the first.
    assertEquals((await scene.reports.seen("signInRefused", 2)).facts?.code, "SFTP_SERVER_PARTNER_FULL");
    first.vanish();
    await scene.reports.seen("connectionClosed", 3);
    (await scene.connect()).vanish();
  });
  await scene[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

test("closes who does not sign in, and who asks for nothing any more", async (scene) => {
  const [hostname, port] = scene.listening.address.split(":");
  const silent = await Deno.connect({ hostname, port: Number(port) });
  await scene.reports.seen("connectionOpened");
  await scene.clock.advance(30_000);
  const rest = await new Response(silent.readable).bytes();
  assert(rest.length < 100);
  using peer = await scene.connect();
  await scene.clock.advance(200_000);
  await peer.list("/");
  await scene.clock.advance(200_000);
  assertEquals(await peer.list("/"), []);
  await scene.clock.advance(300_000);
  await peer.gone;
});

test("closes who speaks no SSH, and says so by code", async (scene) => {
  const [hostname, port] = scene.listening.address.split(":");
  for (
    const words of [
      "GET / HTTP/1.1\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00",
      "SSH-1.0-x\r\n",
      "A".repeat(100_000),
    ]
  ) {
    const peer = await Deno.connect({ hostname, port: Number(port) });
    await peer.write(bytesOf(words)).catch(() => {});
    const rest = new Response(peer.readable).bytes().catch(() => {});
    await turns(5);
    await scene.clock.advance(30_000);
    await rest;
  }
  const codes = scene.reports.events.flatMap(({ facts }) => facts?.code ?? []);
  const stranger = "SFTP_SERVER_STRANGER_REFUSED";
  assertEquals(codes, [stranger, "SFTP_SERVER_SIGN_IN_LATE", stranger, stranger]);
  using peer = await scene.connect();
  await peer.put("/a.hl7", "still here");
  assertEquals(scene.intake.texts, ["still here"]);
});

test("says by code what it cannot work with", async (scene) => {
  const { folder } = scene;
  const codeOf = async (given: Given) => {
    try {
      await using _ = await open(given, folder);
    } catch (error) {
      if (error instanceof MitralError) return error.code;
      throw error;
    }
  };
  assertEquals(await codeOf({ hostKey: [secretOf("nonsense")] }), "SFTP_SERVER_KEY_UNUSABLE");
  const acme = partner({ keys: ["ssh-ed25519 nonsense"] });
  assertEquals(await codeOf({ partners: { acme } }), "SFTP_SERVER_PARTNER_KEY_UNUSABLE");
  await Deno.writeTextFile(`${folder}/file`, "");
  assertEquals(await codeOf({ folder: `${folder}/file` }), "SFTP_SERVER_FOLDER_UNUSABLE");
});

test("tells in a connection test which keys it is known by, and whether folder and port are there", async (scene) => {
  const steps = async (given: Given) => {
    const { config, errors, probe } = listener;
    const error = (code: keyof typeof errors, facts = {}, cause?: unknown) =>
      new MitralError(code, errors[code], facts, cause);
    const tools = {
      config: configOf(config, { ...configIn(scene.folder), ...given }),
      world: worldWith(new FakeClock()),
      partners: noPartners,
      error,
      fail(code: keyof typeof errors, facts = {}, cause?: unknown): never {
        throw error(code, facts, cause);
      },
      report() {},
      signal: new AbortController().signal,
      isRunning: false,
    };
    return await Array.fromAsync(
      probe!(tools as never),
      ({ step, says, error }) => [step, error?.code ?? says],
    );
  };
  const [settings, folder, port] = await steps({});
  assert(settings[1].includes("ssh-ed25519 SHA256:"));
  assertEquals([folder[0], port[0]], ["folder", "port"]);
  const busy = Number(scene.listening.address.split(":")[1]);
  assertEquals((await steps({ port: busy })).at(-1), ["port", "SFTP_SERVER_PORT_BUSY"]);
  assertEquals(await steps({ hostKey: [secretOf("x")] }), [["settings", "SFTP_SERVER_KEY_UNUSABLE"]]);
});

test("turns away who comes from elsewhere, and who has enough connections", async (scene) => {
  const first = await scene.connect();
  using _second = await scene.connect();
  await assertRejects(() => scene.connect());
  const { facts } = await scene.reports.seen("connectionTurnedAway");
  assertEquals(facts?.code, "SFTP_SERVER_ADDRESS_FULL");
  first.vanish();
  await scene.reports.seen("connectionClosed");
  (await scene.connect()).vanish();
}, { connectionsPerAddressMax: 2 });

test("turns a network away that is not allowed", async (scene) => {
  await assertRejects(() => scene.connect());
  assertEquals((await scene.reports.seen("connectionTurnedAway")).facts?.code, "SFTP_SERVER_NETWORK_REFUSED");
}, { allow: ["192.0.2.0/24"] });

test("reads no file into memory before there is room for it", async (scene) => {
  const { intake } = scene;
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  await peer.write(handle, bytesOf("content"), 0);
  intake.isOutOfMemory = true;
  let isClosed = false;
  const closed = peer.close(handle).then(() => isClosed = true);
  await turns(20);
  assert(!isClosed);
  assertEquals(intake.received.length, 0);
  intake.open();
  await closed;
  assertEquals([intake.texts, intake.held], [["content"], 0]);
});

Deno.test("sftp_server refuses settings that do not fit together", () => {
  const { acme } = configIn("/nowhere").partners;
  const rules = (given: Given) =>
    listener.check!(configOf(listener.config, { ...configIn("/nowhere"), ...given })).map(({ rule }) => rule);
  assertEquals(rules({}), []);
  assertEquals(rules({ partners: {} }), ["must name somebody"]);
  assertEquals(rules({ partners: { acme: partner({}) } }), ["must give acme keys, a keysFile or a password"]);
  assertEquals(rules({ partners: { "../x": acme } }).length, 1);
  assertEquals(rules({ partners: { acme: { ...acme, allow: ["10.0.0.0/99"] } } }).length, 1);
  assertEquals(rules({ hostKey: [] }), ["must be one key at least"]);
  assertEquals(rules({ folders: ["in"] }), ["must be paths such as /in, not in"]);
  assertEquals(rules({ allow: ["nowhere"] }).length, 1);
});
