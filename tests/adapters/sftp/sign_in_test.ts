import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import type { AuthContext } from "../../../adapters/_kit/ssh/ssh2.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { fakeNet } from "../../world/fake_net.ts";
import { FakeConnection } from "../../world/fake_net.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { worldWith } from "../../world/tools.ts";
import { refusal, sessionWith } from "./connection.ts";
import { fingerprint, keys, letInBy, SshPeer } from "./ssh_peer.ts";
import { sshKeyPair } from "../_kit/ssh/key_pair.ts";

const letInByPassword = (attempt: AuthContext) => {
  if (attempt.method === "password" && attempt.password === "open sesame") return attempt.accept();
  attempt.reject(["password", "publickey"]);
};
const letInByDialogue = (attempt: AuthContext) => {
  if (attempt.method !== "keyboard-interactive") return attempt.reject(["keyboard-interactive"]);
  attempt.prompt([{ prompt: "Password: ", echo: false }], ([answer]) => {
    if (answer === "open sesame") attempt.accept();
    else attempt.reject();
  });
};

Deno.test("sftp signs in with each kind of key, locked or not, in each form", async () => {
  const locked = sshKeyPair("ed25519", {
    cipher: "aes256-ctr",
    rounds: 4,
    passphrase: "open",
  });
  const cases = [
    [keys.ed25519.private, keys.ed25519.public],
    [keys.ecdsa.private, keys.ecdsa.public],
    [keys.rsa.private, keys.rsa.public],
    [locked.private, locked.public, "open"],
  ];
  for (const [key, line, passphrase] of cases) {
    await using peer = await SshPeer.start({ judge: letInBy(line) });
    const secrets = { key: secretOf(key), ...(passphrase ? { passphrase: secretOf(passphrase) } : {}) };
    using session = await sessionWith({ ...peer.config, ...secrets });
    assert(session.isOpen);
  }
});

Deno.test("sftp signs in with a password, also where the server asks for it in a dialogue", async () => {
  for (const judge of [letInByPassword, letInByDialogue]) {
    await using peer = await SshPeer.start({ judge });
    const { key: _, ...config } = peer.config;
    using session = await sessionWith({ ...config, password: secretOf("open sesame") });
    assert(session.isOpen);
    const error = await refusal({ ...config, password: secretOf("wrong") });
    assertEquals(error.code, "SFTP_SIGNIN_REFUSED");
  }
});

Deno.test("sftp signs in with key and password where a server wants both", async () => {
  let hasKey = false;
  await using peer = await SshPeer.start({
    judge(attempt) {
      if (attempt.method === "publickey" && !attempt.signature) return attempt.accept();
      if (attempt.method === "publickey") {
        hasKey = true;
        return attempt.reject(["password"], true);
      }
      if (hasKey && attempt.method === "password") return attempt.accept();
      attempt.reject(["publickey"]);
    },
  });
  using session = await sessionWith({ ...peer.config, password: secretOf("open sesame") });
  assert(session.isOpen);
});

Deno.test("sftp says what it has tried and what the server takes", async () => {
  await using peer = await SshPeer.start({ judge: (attempt) => attempt.reject(["publickey", "password"]) });
  const error = await refusal(peer.config);
  assertEquals(error.code, "SFTP_SIGNIN_REFUSED");
  assertStringIncludes(error.message, "tried publickey, and it takes publickey, password");
  assertEquals(peer.attempts, ["publickey"], "nothing but what the config gives is tried");
});

Deno.test("sftp does not set another password for a server that wants one", async () => {
  await using peer = await SshPeer.start({
    judge(attempt) {
      if (attempt.method !== "password") return attempt.reject(["password"]);
      attempt.requestChange("yours is old", () => attempt.accept());
    },
  });
  const { key: _, ...config } = peer.config;
  const error = await refusal({ ...config, password: secretOf("open sesame") });
  assertEquals(error.code, "SFTP_PASSWORD_EXPIRED");
});

Deno.test("sftp says which key cannot be used, and why", async () => {
  await using peer = await SshPeer.start();
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({
    type: "pkcs1",
    format: "pem",
  });
  for (const [key, why] of [["no key", "OpenSSH or PEM"], [String(short), "2048 bits"]]) {
    const error = await refusal({ ...peer.config, key: secretOf(key) });
    assertEquals(error.code, "SFTP_KEY_UNUSABLE");
    assertStringIncludes(error.message, why);
  }
  const gone = secretOf("", () => Promise.reject(new Error("gone")));
  assertEquals((await refusal({ ...peer.config, key: gone })).code, "SFTP_SECRET_UNREADABLE");
  assertEquals(peer.attempts, []);
});

Deno.test("sftp speaks no algorithm that is not safe, and says which is missing", async () => {
  for (
    const [algorithms, kind] of [
      [{ kex: ["diffie-hellman-group14-sha1"] }, "key exchange"],
      [{ cipher: ["aes128-cbc"] }, "cipher"],
      [{ cipher: ["aes128-ctr"], hmac: ["hmac-sha1"] }, "MAC"],
    ] as const
  ) {
    await using peer = await SshPeer.start({ algorithms });
    const error = await refusal(peer.config);
    assertEquals(error.code, "SFTP_ALGORITHMS_WEAK");
    assertStringIncludes(error.message, kind);
  }
});

Deno.test("sftp says that a server has no SFTP for this user", async () => {
  await using peer = await SshPeer.start({ withoutSftp: true });
  assertEquals((await refusal(peer.config)).code, "SFTP_SUBSYSTEM_MISSING");
});

Deno.test("sftp says that nobody is there, and that a name has no address", async () => {
  const peer = await SshPeer.start();
  await peer[Symbol.asyncDispose]();
  assertEquals((await refusal(peer.config)).code, "SFTP_PEER_UNREACHABLE");
  const error = await refusal({ ...peer.config, host: "nobody.invalid" });
  assertEquals(error.code, "SFTP_HOST_UNKNOWN");
});

Deno.test("sftp gives up a server that speaks something else, or nothing", async () => {
  const clock = new FakeClock();
  const config = {
    host: "files.example",
    user: "mitral",
    key: secretOf(keys.ed25519.private),
    hostKeys: [fingerprint(keys.ed25519.public)],
  };
  for (
    const [greet, code] of [
      [
        (far: FakeConnection) =>
          far.write(new TextEncoder().encode("220 mail.example ESMTP\r\n".repeat(2_000))),
        "SFTP_HANDSHAKE_FAILED",
      ],
      [(far: FakeConnection) => far.close(), "SFTP_HANDSHAKE_FAILED"],
      [(far: FakeConnection) => far.reset(), "SFTP_HANDSHAKE_FAILED"],
      [() => {}, "SFTP_SIGNIN_LATE"],
    ] as const
  ) {
    const [near, far] = FakeConnection.pair();
    const net = fakeNet({
      async connect() {
        greet(far);
        return near;
      },
    });
    assertEquals((await clock.pass(refusal(config, worldWith(clock, { net })))).code, code);
    assert(near.isClosed);
  }
  const never = fakeNet({ connect: () => new Promise(() => {}) });
  const late = await clock.pass(refusal(config, worldWith(clock, { net: never })));
  assertEquals(late.code, "SFTP_CONNECT_LATE");
});
