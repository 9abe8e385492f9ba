import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import listener from "../../../adapters/sftp_server/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { failedInSilence, FakeIntake, refused } from "../../world/fake_intake.ts";
import { type ListenerRig, openListener, worldWith } from "../../world/tools.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { configIn, keys, partner, SftpPeer, signIn, type SignInOptions } from "./sftp_peer.ts";

type Given = Partial<Parameters<typeof openListener<typeof listener.config, never>>[1]>;

interface Scene extends ListenerRig {
  readonly folder: string;
  connect(options?: SignInOptions): Promise<SftpPeer>;
  /** Names of what is staged, of a partner. */
  staged(partner?: string): string[];
  /** Another listener in the same folder, after this one is gone. */
  again(): Promise<Scene>;
}

async function open(
  given: Given,
  folder: string,
  parts: { readonly clock?: FakeClock; readonly intake?: FakeIntake } = {},
): Promise<Scene> {
  const rig = await openListener(listener, { ...configIn(folder), ...given }, parts);
  return {
    ...rig,
    folder,
    connect: (options) => SftpPeer.connect(rig.listening.address, options),
    staged: (partner = "acme") =>
      [...Deno.readDirSync(`${folder}/${partner}`)].map(({ name }) => name).sort(),
    async again() {
      await rig[Symbol.asyncDispose]();
      return await open(given, folder, parts);
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** A test with a listener of its own, in a folder of its own. */
function test(sentence: string, run: (scene: Scene) => Promise<void>, given: Given = {}): void {
  Deno.test(`sftp_server ${sentence}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using scene = await open(given, folder);
      await unstuck(() => run(scene));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const trouble = new MitralError("TEST_MESSAGE_BAD", {
  blame: "sender",
  retry: "never",
  says: "Cannot take message: the test says so",
});
const bytesOf = (text: string) => new TextEncoder().encode(text);
/** Starts a file and leaves it open. */
async function half(peer: SftpPeer, path: string, text: string): Promise<Uint8Array> {
  const handle = await peer.open(path, "w");
  await peer.write(handle, bytesOf(text), 0);
  return handle;
}
const refusedWith = (work: Promise<unknown>, words: string) => assertRejects(() => work, Error, words);

test("says who pushed a message, from where, and gives the same push the same key", async (scene) => {
  using acme = await scene.connect();
  using lab = await scene.connect({ username: "lab", privateKey: keys.lab.private });
  await acme.put("/a.hl7", "one");
  await acme.put("/a.hl7", "one");
  await acme.put("/a.hl7", "two");
  await lab.put("/a.hl7", "one");
  const { received } = scene.intake;
  assertEquals(received.map(({ partner }) => partner), ["acme", "acme", "acme", "lab"]);
  assert(received.every(({ peer }) => /^127\.0\.0\.1:\d+$/.test(peer)));
  assertEquals(received[0].key, received[1].key);
  assertEquals(new Set(received.map(({ key }) => key)).size, 3);
});

test("shows a file that was taken for a while, without its content", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.hl7", "content");
  assertEquals((await peer.stat("/a.hl7")).size, 7);
  await peer.setTimes("/a.hl7", 1_700_000_000);
  assertEquals((await peer.stat("/a.hl7")).mtime, 1_700_000_000);
  assertEquals(await peer.list("/"), ["a.hl7"]);
  await refusedWith(peer.get("/a.hl7"), "No such file");
  assertEquals(scene.staged(), []);
  await scene.clock.advance(600_000);
  assertEquals(await peer.list("/"), []);
  await refusedWith(peer.stat("/a.hl7"), "No such file");
  // The connection has been idle for as long.
}, { idleMsMax: 3_600_000 });

test("takes a file once whose partner did not hear of it and wants to go on with it", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.hl7", "all of it");
  const handle = await peer.open("/a.hl7", "r+");
  await peer.close(handle);
  const other = await peer.open("/a.hl7", "a");
  await refusedWith(peer.write(other, bytesOf(" and more"), 9), "Not allowed");
  await peer.close(other);
  assertEquals((await peer.stat("/a.hl7")).size, 9);
  assertEquals(scene.intake.texts, ["all of it"]);
});

test("makes no message of an upload that is cut off, and lets the partner go on with it", async (scene) => {
  const first = await scene.connect();
  await half(first, "/a.hl7", "first half, ");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  assertEquals(scene.intake.received.length, 0);
  assertEquals(scene.staged(), ["a.hl7.part"]);

  using second = await scene.connect();
  assertEquals((await second.stat("/a.hl7")).size, 12);
  const handle = await second.open("/a.hl7", "a");
  await second.write(handle, bytesOf("second half"), 12);
  await second.close(handle);
  assertEquals(scene.intake.texts, ["first half, second half"]);
  assertEquals(scene.staged(), []);
});

test("keeps what is unfinished through a restart", async (scene) => {
  const first = await scene.connect();
  await first.makeFolder("/sub");
  await half(first, "/sub/ä b.hl7", "begun, ");
  await first.put("/x.part", "whole, not renamed");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  await using again = await scene.again();
  using peer = await again.connect();
  assertEquals(await peer.list("/"), ["sub", "x.part"]);
  assertEquals(await peer.list("/sub"), ["ä b.hl7"]);
  const handle = await peer.open("/sub/ä b.hl7", "a");
  await peer.write(handle, bytesOf("ended"), 7);
  await peer.close(handle);
  await peer.rename("/x.part", "/x.hl7");
  assertEquals(again.intake.texts.toSorted(), ["begun, ended", "whole, not renamed"]);
});

test("does not take an unfinished file that is merely renamed", async (scene) => {
  const first = await scene.connect();
  await half(first, "/a.part", "half");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  using peer = await scene.connect();
  await refusedWith(peer.rename("/a.part", "/a.hl7"), "SFTP_SERVER_FILE_UNFINISHED");
  assertEquals(await peer.list("/"), ["a.part"]);
  assertEquals(scene.intake.received.length, 0);
});

test("lets a new connection go on with a file that a lost one still has open", async (scene) => {
  const lost = await scene.connect();
  const old = await half(lost, "/a.hl7", "old, and longer");
  using peer = await scene.connect();
  await peer.put("/a.hl7", "new");
  await refusedWith(lost.write(old as never, bytesOf("more"), 15), "SFTP_SERVER_FILE_BUSY");
  await refusedWith(lost.close(old as never), "SFTP_SERVER_FILE_BUSY");
  assertEquals(scene.intake.texts, ["new"]);
  lost.vanish();
});

test("takes pieces that come side by side, and out of order", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  await peer.write(handle, bytesOf("three"), 6);
  await peer.write(handle, bytesOf("two"), 3);
  await peer.write(handle, bytesOf("one"), 0);
  await peer.write(handle, bytesOf("TWO"), 3);
  await peer.close(handle);
  assertEquals(scene.intake.texts, ["oneTWOthree"]);

  const content = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(6_000_000).map((_, at) => content[at % content.length] ^ (at >> 16));
  const local = await Deno.makeTempFile();
  await Deno.writeFile(local, large);
  await peer.putFast("/large.bin", local);
  await Deno.remove(local);
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  assertEquals(digest(scene.intake.received[1].bytes), digest(large));
});

test("makes no message of a file with a gap, and keeps what came before it", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  await peer.write(handle, bytesOf("head"), 0);
  await peer.write(handle, bytesOf("tail"), 100);
  await refusedWith(peer.close(handle), "SFTP_SERVER_FILE_UNFINISHED");
  assertEquals((await peer.stat("/a.hl7")).size, 4);
  assertEquals(scene.intake.received.length, 0);
  const far = await peer.open("/b.hl7", "w");
  for (let at = 1; at < 200; at++) {
    const written = await peer.write(far, new Uint8Array(32_000), at * 32_000).then(() => true, () => false);
    if (!written) return assert(at * 32_000 > 4_000_000);
  }
  throw new Error("it took all");
});

test("answers the close only when the channel has the message", async (scene) => {
  const release = scene.intake.hold();
  using peer = await scene.connect();
  let isClosed = false;
  const put = peer.put("/a.hl7", "content").then(() => isClosed = true);
  await scene.intake.gotten(1);
  await turns(20);
  assert(!isClosed);
  assertEquals(scene.staged(), ["a.hl7.part"]);
  release();
  await put;
  assertEquals(scene.staged(), []);
});

test("tells the partner by code that a message was refused, and removes the file", async (scene) => {
  scene.intake.reply = (delivery) => refused(delivery, trouble);
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7", "bad"), "TEST_MESSAGE_BAD");
  assertEquals([await peer.list("/"), scene.staged()], [[], []]);
  const { facts } = await scene.reports.seen("requestRefused");
  assertEquals(facts, { partner: "acme", code: "TEST_MESSAGE_BAD" });
});

test("keeps a refused file where it is told to", async (scene) => {
  scene.intake.reply = (delivery) => refused(delivery, trouble);
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7", "bad"), "TEST_MESSAGE_BAD");
  assertEquals(await peer.get("/a.hl7"), "bad");
  await peer.remove("/a.hl7");
  assertEquals(scene.staged(), []);
}, { refused: "keep" });

test("keeps a file that the channel cannot take now, and takes it when it is closed again", async (scene) => {
  const { reply } = scene.intake;
  scene.intake.reply = () => failedInSilence(trouble);
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7", "later"), "TEST_MESSAGE_BAD");
  scene.intake.reply = reply;
  await peer.close(await peer.open("/a.hl7", "a"));
  assertEquals(scene.intake.texts, ["later", "later"]);
  assertEquals(scene.staged(), []);
});

test("takes a file once it is renamed, with complete: rename", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/up/a.hl7", "x").catch(() => {});
  await peer.makeFolder("/up");
  await peer.put("/up/a.hl7", "one");
  assertEquals(scene.staged(), ["up%2Fa.hl7.whole", "up.folder"].sort());
  assertEquals(scene.intake.received.length, 0);
  await peer.rename("/up/a.hl7", "/up/b.part");
  assertEquals(scene.intake.received.length, 0);
  await peer.rename("/up/b.part", "/a.hl7");
  assertEquals(scene.intake.texts, ["one"]);
  assertEquals(await peer.list("/"), ["a.hl7", "up"]);
}, { complete: "rename" });

test("leaves a file where it was when its rename is refused", async (scene) => {
  scene.intake.reply = () => failedInSilence(trouble);
  using peer = await scene.connect();
  await peer.put("/a.part", "one");
  await refusedWith(peer.rename("/a.part", "/a.hl7"), "TEST_MESSAGE_BAD");
  assertEquals(await peer.list("/"), ["a.part"]);
  await peer.put("/b.part", "two");
  await refusedWith(peer.rename("/b.part", "/a.part"), "It exists");
  assertEquals(await peer.get("/a.part"), "one");
  assertEquals(scene.staged(), ["a.part.whole", "b.part.whole"]);
});

test("takes a file once its marker is there, with complete: marker", async (scene) => {
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7.done", ""), "No such file");
  await peer.put("/a.hl7", "one");
  assertEquals(scene.intake.received.length, 0);
  await peer.put("/a.hl7.done", "");
  assertEquals(scene.intake.texts, ["one"]);
  assertEquals(scene.staged(), []);
  await peer.put("/b.hl7", "two");
  await peer.put("/b.tmp", "");
  await peer.rename("/b.tmp", "/b.hl7.done");
  assertEquals(scene.intake.texts, ["one", "two"]);
}, { complete: "marker" });

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
    assertEquals((await scene.reports.seen("signInRefused")).facts?.code, "SFTP_SERVER_PARTNER_FULL");
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

test("closes who speaks no SSH", async (scene) => {
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
  using peer = await scene.connect();
  await peer.put("/a.hl7", "still here");
  assertEquals(scene.intake.texts, ["still here"]);
});

test("takes a thousand files over one connection", async (scene) => {
  using peer = await scene.connect();
  for (let first = 0; first < 1_000; first += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => peer.put(`/${first + at}.hl7`, `file ${first + at}`)),
    );
  }
  assertEquals(scene.intake.received.length, 1_000);
  assertEquals(scene.intake.texts.toSorted(), Array.from({ length: 1_000 }, (_, at) => `file ${at}`).sort());
  assertEquals((await peer.list("/")).length, 1_000);
  assertEquals([scene.staged(), scene.intake.held], [[], 0]);
});

test("holds a peer back that sends more than can be written, and loses nothing", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  const writes = Array.from(
    { length: 600 },
    (_, at) => peer.write(handle, new Uint8Array(30_000).fill(at), at * 30_000),
  );
  await Promise.all(writes);
  await peer.close(handle);
  const [{ bytes }] = scene.intake.received;
  assertEquals(bytes.length, 18_000_000);
  assert(bytes.every((byte, at) => byte === (Math.floor(at / 30_000) & 255)));
  assert(scene.intake.heldMost < 18_000_000 + 3_000_000);
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
      config: {
        ...Object.fromEntries(
          Object.entries(config).map(([name, field]) => [name, (field as { default?: unknown }).default]),
        ),
        ...configIn(scene.folder),
        ...given,
      },
      world: worldWith(new FakeClock(), { disk: denoWorld.disk }),
      partners: { names: [], holderOf: () => undefined, watch: () => () => {} },
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
