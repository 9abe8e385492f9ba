import { assert, assertEquals } from "@std/assert";
import listener from "../../adapters/sftp/listener.ts";
import sender from "../../adapters/sftp/sender.ts";
import type { Parcel } from "../../runtime/contract/adapter.ts";
import { secretOf } from "../../runtime/contract/spec.ts";
import type { Connection, World } from "../../runtime/contract/world.ts";
import { denoWorld as world } from "../../runtime/world/deno_world.ts";
import { errorOf, refusal, sessionWith } from "../adapters/sftp/connection.ts";
import { openListener, openSender } from "../world/tools.ts";
import { unstuck } from "../world/turns.ts";
import { keygen, KINDS, openssh, Sshd } from "./_sshd.ts";

const never = new AbortController().signal;

function parcel(number: number, bytes: Uint8Array): Parcel {
  return {
    id: String(number).padStart(4, "0"),
    bytes,
    contentType: "text/plain",
    attempt: 1,
    sequence: number,
    atMs: 0,
    value: () => "",
    judge() {
      throw new Error("a file is never answered");
    },
  };
}

function test(sentence: string, run: (sshd: Sshd) => Promise<void>): void {
  Deno.test({
    name: `OpenSSH's server ${sentence}`,
    ignore: openssh.missing,
    async fn() {
      await using sshd = await Sshd.start();
      await unstuck(() => run(sshd), 120_000);
    },
  });
}

/** Fifty megabytes that are nowhere alike. */
function fiftyMegabytes(): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(50_000_000 / 4);
  for (let at = 0, word = 1; at < words.length; at++) {
    words[at] = word = Math.imul(word, 1664525) + 1013904223;
  }
  return new Uint8Array(words.buffer);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A world whose connections stop in the middle of something, until the test has done what it means to do then. */
class Stalling {
  /** Bytes that have gone either way. */
  bytes = 0;
  readonly reached: Promise<void>;
  readonly world: World;
  readonly #goesOn = Promise.withResolvers<void>();

  constructor(atBytes: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.reached = promise;
    const moved = async (count: number) => {
      this.bytes += count;
      if (this.bytes < atBytes) return;
      resolve();
      await this.#goesOn.promise;
    };
    const stalled = (connection: Connection): Connection => ({
      peer: connection.peer,
      async read(into) {
        const count = await connection.read(into);
        await moved(count ?? 0);
        return count;
      },
      async write(bytes) {
        await moved(bytes.length);
        await connection.write(bytes);
      },
      close: () => connection.close(),
    });
    const connect: World["net"]["connect"] = async (options) => stalled(await world.net.connect(options));
    this.world = { ...world, net: { ...world.net, connect } };
  }

  goOn(): void {
    this.#goesOn.resolve();
  }
}

test("takes five hundred files, and gives them back in order, each once", async (sshd) => {
  const given = {
    ...await sshd.config(),
    path: `${sshd.files}/in`,
    makeFolders: true,
    connections: 4,
  } as const;
  {
    await using rig = await openSender(sender, given, { world });
    const numbers = Array.from({ length: 500 }, (_, number) => number);
    const sendAll = async () => {
      for (let next = numbers.shift(); next !== undefined; next = numbers.shift()) {
        const bytes = new TextEncoder().encode(`message ${next}`);
        assertEquals((await rig.sender.send(parcel(next, bytes), never)).kind, "accepted");
      }
    };
    await Promise.all(Array.from({ length: rig.lanes }, sendAll));
  }
  const watched = {
    ...await sshd.config(),
    path: `${sshd.files}/in`,
    everyMs: 10,
    settleMs: 0,
    readsAtOnce: 8,
  };
  await using rig = await openListener(listener, watched, { world });
  await rig.intake.gotten(500);
  await rig.listening.stop();
  assertEquals(rig.intake.texts, Array.from({ length: 500 }, (_, number) => `message ${number}`));
  assertEquals([...Deno.readDirSync(`${sshd.files}/in/done`)].length, 500);
});

test("lets us in by each kind of key, and is known by each kind of its own", async (sshd) => {
  for (const kind of KINDS) {
    using session = await sessionWith(await sshd.config(kind));
    assert(session.isOpen, kind);
  }
  // The kinds are asked for in the order they are known in, so that one of them is enough.
  const { hostKeys: [rsa] } = await sshd.config("rsa");
  using session = await sessionWith({ ...await sshd.config("ed25519"), hostKeys: [rsa] });
  assert(session.isOpen);
});

test("lets us in by what ssh-keygen writes, in each form and locked", async (sshd) => {
  for (const kind of KINDS) {
    for (const form of ["RFC4716", "PEM", "PKCS8"]) {
      await Deno.copyFile(sshd.at(`user_${kind}`), sshd.at("other"));
      await Deno.chmod(sshd.at("other"), 0o600);
      await keygen("-q", "-p", "-m", form, "-P", "", "-N", "open sesame", "-f", sshd.at("other"));
      const key = secretOf(await Deno.readTextFile(sshd.at("other")));
      const config = { ...await sshd.config(), key, passphrase: secretOf("open sesame") };
      using session = await sessionWith(config);
      assert(session.isOpen, `${kind} as ${form}`);
      const locked = await refusal({ ...config, passphrase: secretOf("wrong") });
      assertEquals(locked.code, "SFTP_KEY_UNUSABLE", `${kind} as ${form}`);
    }
  }
});

test("is known by a known_hosts file that ssh-keygen has hashed, and no longer once its key is another", async (sshd) => {
  const { hostKeys: [line], ...config } = await sshd.config();
  await Deno.writeTextFile(sshd.at("known_hosts"), `[127.0.0.1]:${sshd.port} ${line}`);
  await keygen("-q", "-H", "-f", sshd.at("known_hosts"));
  assert(!(await Deno.readTextFile(sshd.at("known_hosts"))).includes("127.0.0.1"));
  const given = { ...config, knownHosts: sshd.at("known_hosts") };
  (await sessionWith(given)).close();
  await sshd.kill();
  await Deno.remove(sshd.at("host_ed25519"));
  await keygen("-q", "-t", "ed25519", "-N", "", "-f", sshd.at("host_ed25519"));
  await sshd.start(["ed25519"]);
  assertEquals((await refusal(given)).code, "SFTP_HOSTKEY_CHANGED");
});

test("is reached through another", async (sshd) => {
  const config = await sshd.config();
  await Deno.writeTextFile(`${sshd.files}/a.hl7`, "far away");
  const given = { ...config, via: config, path: sshd.files, everyMs: 10, settleMs: 0 };
  await using rig = await openListener(listener, given, { world });
  await rig.intake.gotten(1);
  assertEquals(rig.intake.texts, ["far away"]);
});

test("replaces a file at once, and refuses a name that is taken", async (sshd) => {
  const config = { ...await sshd.config(), path: sshd.files, as: "a.txt" };
  await Deno.writeTextFile(`${sshd.files}/a.txt`, "old");
  await using refusing = await openSender(sender, config, { world });
  const sending = refusing.sender.send(parcel(1, new TextEncoder().encode("new")), never);
  assertEquals((await errorOf(sending)).code, "SFTP_NAME_TAKEN");
  await using replacing = await openSender(sender, { ...config, collision: "replace" }, { world });
  await replacing.sender.send(parcel(1, new TextEncoder().encode("new")), never);
  assertEquals(await Deno.readTextFile(`${sshd.files}/a.txt`), "new");
  assertEquals([...Deno.readDirSync(sshd.files)].map(({ name }) => name), ["a.txt"]);
});

test("is killed while it takes fifty megabytes, and has them whole once it is back", async (sshd) => {
  const bytes = fiftyMegabytes();
  const stalling = new Stalling(bytes.length / 2);
  const given = { ...await sshd.config(), path: sshd.files };
  await using rig = await openSender(sender, given, { world: stalling.world });
  const sending = errorOf(rig.sender.send(parcel(1, bytes), never));
  await stalling.reached;
  await sshd.kill();
  stalling.goOn();
  assertEquals((await sending).code, "SFTP_CONNECTION_LOST");
  assertEquals([...Deno.readDirSync(sshd.files)].map(({ name }) => name), ["0001.txt.part"]);
  await sshd.start();
  await rig.sender.send(parcel(1, bytes), never);
  assertEquals([...Deno.readDirSync(sshd.files)].map(({ name }) => name), ["0001.txt"]);
  assertEquals(await digest(await Deno.readFile(`${sshd.files}/0001.txt`)), await digest(bytes));
});

test("is killed while it gives fifty megabytes, and gives the rest once it is back", async (sshd) => {
  const bytes = fiftyMegabytes();
  await Deno.writeFile(`${sshd.files}/large`, bytes);
  const stalling = new Stalling(bytes.length / 2);
  const given = {
    ...await sshd.config(),
    path: sshd.files,
    everyMs: 50,
    settleMs: 0,
    after: "delete",
  } as const;
  await using rig = await openListener(listener, given, { world: stalling.world });
  await stalling.reached;
  await sshd.kill();
  stalling.goOn();
  await sshd.start();
  await rig.intake.gotten(1);
  assertEquals(await digest(rig.intake.received[0].bytes as Uint8Array<ArrayBuffer>), await digest(bytes));
  assert(stalling.bytes < 1.3 * bytes.length, `${stalling.bytes} bytes came in all: it began anew`);
});
