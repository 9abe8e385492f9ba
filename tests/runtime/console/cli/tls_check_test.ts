import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { pki } from "../../../world/pki.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { broken, FakeConnection, fakeNet } from "../../../world/fake_net.ts";
import { worldWith } from "../../../world/tools.ts";
import { run, withFolder } from "../console_kit.ts";

/** What `mitral tls check` says of a peer that does this with its connection. */
async function checked(act: (far: FakeConnection) => Promise<void> | void) {
  const clock = new FakeClock();
  const net = fakeNet({
    lookup: (host) => Promise.resolve([host]),
    connect() {
      const [near, far] = FakeConnection.pair();
      void act(far);
      return Promise.resolve(near);
    },
  });
  const { code, out } = await clock.pass(
    run(["tls", "check", "10.1.2.3:443"], { world: worldWith(clock, { net }) }),
  );
  return { code, out, codes: [...out.matchAll(/ \[(\w+)\]$/gm)].map(([, code]) => code) };
}

const say = (bytes: string | Uint8Array) => (far: FakeConnection) =>
  far.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);

Deno.test("tls check says what is spoken on a port instead of TLS", async () => {
  for (
    const [bytes, what] of [
      ["HTTP/1.1 400 Bad Request\r\n", "plain HTTP"],
      ["SSH-2.0-OpenSSH_9.2\r\n", "SSH"],
      ["220 mail.example ESMTP\r\n", "SMTP"],
      ["\x0bMSH|^~\\&|A\r\x1c\r", "MLLP without TLS"],
    ]
  ) {
    const { code, out, codes } = await checked(say(bytes));
    assertEquals([code, codes], [exitCodes.no, ["tlsForeign"]]);
    assertStringIncludes(out, `It speaks ${what}, not TLS`);
    assertStringIncludes(out, "at byte 0:");
  }
  assertStringIncludes((await checked(say(Uint8Array.of(1, 2, 3)))).out, "with what is no TLS");
});

Deno.test("tls check tells a peer that closes from one that keeps silent, and that from one that cannot be reached", async () => {
  assertEquals((await checked((far) => far.close())).codes, ["tlsClosed"]);
  assertEquals((await checked((far) => far.reset())).codes, ["tlsClosed"]);
  const silent = await checked(() => {});
  assertEquals(silent.codes, ["tlsSilent"]);
  assertStringIncludes(silent.out, "does not answer a TLS hello within 10000 ms");
});

Deno.test("tls check says by its name which alert a server ends the handshake with", async () => {
  const alert = (description: number) => say(Uint8Array.of(21, 3, 3, 0, 2, 2, description));
  const unknown = await checked(alert(112));
  assertEquals(unknown.codes, ["tlsRefused"]);
  assertMatch(unknown.out, /with the alert unrecognized_name .*\n {7}It does not know the name 10\.1\.2\.3/);
  assertStringIncludes((await checked(alert(99))).out, "with the alert number 99");
});

Deno.test("tls check takes whatever a server says that breaks the rules of TLS", async () => {
  for (
    const record of [
      Uint8Array.of(22, 3, 3, 0, 4, 2, 0, 0, 0),
      Uint8Array.of(22, 3, 3, 0, 6, 2, 0, 0, 2, 3, 3),
      Uint8Array.of(23, 3, 3, 0, 3, 1, 2, 3),
      Uint8Array.of(22, 3, 3, 0, 7, 11, 0, 0, 3, 0, 0, 9),
    ]
  ) assertEquals((await checked(say(record))).codes, ["tlsBroken"]);
});

Deno.test("tls check says why a server cannot be reached", async () => {
  const codeOf = async (net: Parameters<typeof fakeNet>[0]) => {
    const clock = new FakeClock();
    const world = worldWith(clock, { net: fakeNet(net) });
    const { out } = await clock.pass(run(["tls", "check", "ehr.example:443"], { world }));
    return / \[(\w+)\]$/m.exec(out)?.[1];
  };
  const found = { lookup: () => Promise.resolve(["10.1.2.3"]) };
  assertEquals(await codeOf({ lookup: () => Promise.reject(broken("ENOTFOUND")) }), "hostUnknown");
  assertEquals(
    await codeOf({ ...found, connect: () => Promise.reject(broken("ECONNREFUSED")) }),
    "connectionRefused",
  );
  assertEquals(
    await codeOf({ ...found, connect: () => Promise.reject(broken("EHOSTUNREACH")) }),
    "peerUnreachable",
  );
  assertEquals(await codeOf({ ...found, connect: () => new Promise(() => {}) }), "peerSilent");
});

Deno.test("tls check tells programs what it tells people", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "root.pem"), pki.root.certificate);
    const acceptor = await denoWorld.net.listen({
      host: "127.0.0.1",
      port: 0,
      tls: () => ({ certificate: pki.server.chain, key: pki.server.key, versionMin: "1.3" }),
    });
    const accepting = (async () => {
      for await (const connection of acceptor) {
        void connection.read(new Uint8Array(1)).catch(() => {}).finally(() => connection.close());
      }
    })();
    const { out } = await run(["tls", "check", `127.0.0.1:${acceptor.port}`, "--ca", "root.pem", "--json"], {
      cwd,
    });
    acceptor.close();
    await accepting;
    const { ok, steps, chain } = JSON.parse(out);
    assertEquals([ok, steps.at(-1).state], [true, "ok"]);
    assertEquals(
      chain.map((
        { subject, fingerprint }: { subject: string; fingerprint: string },
      ) => [subject, fingerprint]),
      [
        ["CN=ehr.hospital.example", `sha256:${pki.server.fingerprint}`],
        ["CN=Hospital Issuing", `sha256:${pki.intermediate.fingerprint}`],
      ],
    );
  }));

Deno.test("tls check refuses files that are no certificates, and half an identity", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "no.pem"), "no");
    const ca = await run(["tls", "check", "127.0.0.1:1", "--ca", "no.pem"], { cwd });
    assertEquals(ca.code, exitCodes.usage);
    assertStringIncludes(ca.err, "Cannot read no.pem: must be a PEM file of certificates");
    const half = await run(["tls", "check", "127.0.0.1:1", "--cert", "no.pem"], { cwd });
    assertStringIncludes(half.err, "--cert and --key go together");
  }));
