import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { run, withFolder } from "../runtime/console/console_kit.ts";
import { type Certified, pki } from "../world/pki.ts";
import { opensslServer, type ServerWish } from "./_openssl_server.ts";
import { requirePeer } from "./_peers.ts";

const openssl = await requirePeer("openssl");
const ignore = openssl.missing;

/** What `mitral tls check` says of a server: the code of each step, and all it printed. */
async function checked(wish: ServerWish, args: readonly string[] = ["--ca", "root.pem"]) {
  await using server = await opensslServer(openssl, wish);
  let result = { code: -1, out: "", codes: [] as readonly string[] };
  await withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "root.pem"), pki.root.certificate);
    await Deno.writeTextFile(join(cwd, "us.pem"), pki.client.chain);
    await Deno.writeTextFile(join(cwd, "us.key"), pki.client.key);
    const { code, out, err } = await run(["tls", "check", `localhost:${server.port}`, ...args], { cwd });
    assertEquals(err, "");
    result = { code, out, codes: [...out.matchAll(/ \[(\w+)\]$/gm)].map(([, code]) => code) };
  });
  return result;
}

const whole = { shows: pki.server, between: [pki.intermediate] };
const OLD = ["-cipher", "ALL:@SECLEVEL=0"];

Deno.test(
  "tls check shows version, cipher and chain of a server of either version, trusted by a private CA",
  {
    ignore,
  },
  async () => {
    for (const [version, args] of [["1.2", ["-tls1_2"]], ["1.3", ["-tls1_3"]]] as const) {
      const { code, out, codes } = await checked({ ...whole, args });
      assertEquals([code, codes], [exitCodes.ok, []], out);
      assertMatch(out, new RegExp(`ok   speaks TLS ${version} with TLS_\\w+\\n`));
      assertMatch(
        out,
        /1\. CN=ehr\.hospital\.example\n +by CN=Hospital Issuing\n.*89 days left\n.*EC P-256.*\n +for localhost, /,
      );
      assertStringIncludes(out, `sha256:${pki.server.fingerprint}`);
      assertStringIncludes(out, `sha256//${pki.server.keyPin}`);
      assertMatch(out, /2\. CN=Hospital Issuing\n +by CN=Hospital Root\n/);
      assertMatch(
        out,
        /ok {3}shakes hands: its certificate is trusted by what --ca names\nTLS comes about\n$/,
      );
    }
  },
);

Deno.test("tls check says what is wrong with each server's certificate", { ignore }, async () => {
  const codesOf = async (shows: Certified, args?: readonly string[]) => {
    const { code, codes } = await checked({ shows, ...(args ? { args } : {}) });
    assertEquals(code, exitCodes.no);
    return codes;
  };
  assertEquals(await codesOf(pki.server), ["chainIncomplete"]);
  assertEquals(await codesOf(pki.expired), ["certificateExpired"]);
  assertEquals(await codesOf(pki.early), ["certificateEarly"]);
  assertEquals(await codesOf(pki.misnamed), ["certificateMisnamed"]);
  assertEquals(await codesOf(pki.selfSigned), ["certificateSelfSigned"]);
  assertEquals(await codesOf(pki.v1), ["certificateOutdated", "certificateMisnamed"]);
  assertEquals(await codesOf(pki.weakKey, OLD), ["certificateWeak"]);
  assertEquals(await codesOf(pki.weakHash, OLD), ["certificateWeak"]);
  assertEquals(await codesOf(pki.clientOnly), ["certificateUnfit"]);
  assertEquals(await codesOf(pki.impostor), ["authorityOther"]);
});

Deno.test("tls check says who is not trusted: the CA of the chain, by name", { ignore }, async () => {
  const sent = await checked({ shows: pki.stranger, between: [pki.strangerRoot] });
  assertEquals(sent.codes, ["authorityUnknown"]);
  assertStringIncludes(sent.out, "the chain ends in CN=Stranger Root, which is not trusted by --ca");
  const unsent = await checked(whole, []);
  assertEquals(unsent.codes, ["authorityUnknown"]);
  assertStringIncludes(
    unsent.out,
    "CN=Hospital Root, who signed CN=Hospital Issuing, is neither sent nor trusted",
  );
  const disordered = await checked({ shows: pki.server, between: [pki.strangerRoot] });
  assertEquals(disordered.codes, ["chainBroken"]);
});

Deno.test("tls check looks for the name it is told", { ignore }, async () => {
  const args = ["--ca", "root.pem", "--servername", "other.hospital.example"];
  assertEquals((await checked({ shows: pki.misnamed }, args)).codes, []);
  assertStringIncludes(
    (await checked(whole, args)).out,
    "is not for other.hospital.example: it is for localhost",
  );
});

Deno.test(
  "tls check says which client certificates a server wants, and whether ours is one",
  { ignore },
  async () => {
    const us = ["--ca", "root.pem", "--cert", "us.pem", "--key", "us.key"];
    for (const args of [["-tls1_2"], ["-tls1_3"]]) {
      const wants = { ...whole, clientsOf: pki.root, args };
      const without = await checked(wants);
      assertEquals(without.codes, ["clientWanted", "clientMissing"]);
      assertStringIncludes(without.out, "It asks for a client's certificate, by CN=Hospital Root ");
      const fit = await checked(wants, us);
      assertEquals([fit.code, fit.codes], [exitCodes.ok, []]);
      assertStringIncludes(fit.out, "and takes our certificate");
      const unfit = await checked({ ...wants, clientsOf: pki.strangerRoot }, us);
      assertEquals(unfit.codes, ["clientRefused"]);
      assertStringIncludes(unfit.out, "It wants one by CN=Stranger Root.");
    }
  },
);

Deno.test("tls check says that a server speaks only what is too old", { ignore }, async () => {
  const old = await checked({ ...whole, args: ["-tls1_1", ...OLD] });
  assertEquals([old.code, old.codes], [exitCodes.no, ["tlsOutdated"]]);
  assertStringIncludes(old.out, "It speaks TLS 1.1 at most");
  const cipher = "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0";
  assertEquals((await checked({ ...whole, args: ["-tls1_2", "-cipher", cipher] })).codes, ["cipherOutdated"]);
});

Deno.test(
  "tls check reads every key exchange and cipher of TLS 1.3 that servers choose",
  { ignore },
  async () => {
    const ciphers = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
    const groups = ["X25519", "P-256", "P-384"];
    for (const [at, cipher] of ciphers.entries()) {
      const args = ["-tls1_3", "-ciphersuites", cipher, "-groups", groups[at]];
      const { out, codes } = await checked({ ...whole, args });
      assertEquals(codes, []);
      assertStringIncludes(out, `speaks TLS 1.3 with ${cipher}`);
      assertStringIncludes(out, "1. CN=ehr.hospital.example");
    }
  },
);
