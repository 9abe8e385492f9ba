import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ClientTls, isTlsFailure } from "../../../runtime/contract/tls.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { visit } from "../../world/openssl.ts";
import { type Certified, certify, pki } from "../../world/pki.ts";
import { bytesOf, Greeter, shownBy } from "./_greeter.ts";
import { turns } from "../../world/turns.ts";

const { net } = denoWorld;

const knowing = (...all: readonly Certified[]) =>
  new Map(all.map(({ fingerprint, name }) => [fingerprint, name]));
const trusting = (more: Partial<ClientTls> = {}): ClientTls => ({
  anchors: [pki.root.certificate],
  versionMin: "1.2",
  ...more,
});

/** What a server said to a client, up to its end. */
async function greeting(port: number, tls: ClientTls, host = "localhost"): Promise<string> {
  const connection = await net.connect({ host, port, tls });
  try {
    return await textOf(connection);
  } finally {
    connection.close();
  }
}

async function textOf(connection: Connection): Promise<string> {
  const into = new Uint8Array(1024);
  let text = "";
  for (let count = await connection.read(into); count !== null; count = await connection.read(into)) {
    text += new TextDecoder().decode(into.subarray(0, count));
  }
  return text;
}

async function troubleOf(port: number, tls: ClientTls, host?: string): Promise<string> {
  const cause = await assertRejects(() => greeting(port, tls, host), Error);
  return isTlsFailure(cause) ? cause.trouble : `no TLS failure but ${cause.message}`;
}

Deno.test("tls: client and server meet, and each knows whom it speaks to", async () => {
  await using greeter = await Greeter.open({ known: knowing(pki.client) });
  const identity = shownBy(pki.client);
  assertEquals(await greeting(greeter.port, trusting({ identity })), "IN: lab.hospital.example\n");
  const connection = await net.connect({
    host: "127.0.0.1",
    port: greeter.port,
    tls: trusting({ identity }),
  });
  assertEquals(connection.certificate?.fingerprint, pki.server.fingerprint);
  assertEquals(connection.certificate?.keyPin, pki.server.keyPin);
  connection.close();
});

Deno.test("tls: a server speaks 1.2 and 1.3, or 1.3 alone", async () => {
  await using both = await Greeter.open();
  await using newest = await Greeter.open({ versionMin: "1.3" });
  for (const version of ["1.2", "1.3"] as const) {
    assertEquals((await visit({ port: both.port, version })).text, "IN: anybody");
  }
  assertEquals((await visit({ port: newest.port, version: "1.3" })).text, "IN: anybody");
  assertEquals((await visit({ port: newest.port, version: "1.2" })).text, "");
  const refusal = await newest.nextRefusal();
  assertEquals(refusal.trouble, "version", refusal.detail);
});

Deno.test("tls: a client is let in by its own certificate alone", async () => {
  await using greeter = await Greeter.open({
    known: knowing(pki.client, pki.expired, pki.early, pki.v1, pki.stranger),
  });
  const comers: readonly (readonly [Certified | undefined, string])[] = [
    [undefined, "missing"],
    // The same authority has signed it: that is nobody's leave to come.
    [pki.otherClient, "unknown"],
    [pki.selfSigned, "unknown"],
    [pki.expired, "expired"],
    [pki.early, "early"],
    [pki.v1, "outdated"],
  ];
  for (const [comer, trouble] of comers) {
    for (const version of ["1.2", "1.3"] as const) {
      const { text } = await visit({ port: greeter.port, version, ...(comer ? { as: comer } : {}) });
      const refusal = await greeter.nextRefusal();
      assertEquals([text, refusal.trouble], ["", trouble], comer?.name);
      assertEquals(refusal.certificate?.fingerprint, comer?.fingerprint);
      assert(/^127\.0\.0\.1:\d+$/.test(refusal.peer));
    }
  }
  // Who has signed it does not matter either.
  assertEquals((await visit({ port: greeter.port, as: pki.stranger })).text, "IN: stranger.example");
});

Deno.test("tls: resumption of a session from a server that asks nobody lets nobody in", async () => {
  const session = await Deno.makeTempFile();
  await using open = await Greeter.open();
  await using strict = await Greeter.open({ known: knowing(pki.client) });
  for (const version of ["1.2", "1.3"] as const) {
    await visit({ port: open.port, keep: session, version });
    const { text, isResumed } = await visit({ port: strict.port, resume: session, version });
    // Where the platform does not resume it, the guard has nothing to do, and this test shows nothing.
    assertEquals([text, isResumed], ["", true], version);
    assertEquals((await strict.nextRefusal()).trouble, "missing");
  }
  await Deno.remove(session);
});

Deno.test("tls: resumption of a session from a plain web server of the same process lets nobody in", async () => {
  const session = await Deno.makeTempFile();
  const { chain: cert, key } = pki.server;
  await using strict = await Greeter.open({ known: knowing(pki.client) });
  await using web = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} },
    () => new Response("IN: the web\n", { headers: { connection: "close" } }),
  );
  await visit({
    port: web.addr.port,
    keep: session,
    says: "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  });
  assertEquals((await visit({ port: strict.port, resume: session })).text, "");
  assertEquals((await strict.nextRefusal()).trouble, "missing");
  await Deno.remove(session);
});

Deno.test("tls: resumption does not carry one server's guest into another", async () => {
  const session = await Deno.makeTempFile();
  await using theirs = await Greeter.open({ known: knowing(pki.otherClient) });
  await using ours = await Greeter.open({ known: knowing(pki.client) });
  for (const version of ["1.2", "1.3"] as const) {
    const first = await visit({ port: theirs.port, as: pki.otherClient, keep: session, version });
    assertEquals(first.text, "IN: radiology.hospital.example");
    // Once with the session alone, and once with the certificate, too.
    const { text, isResumed } = await visit({ port: ours.port, resume: session, version });
    assertEquals([text, isResumed], ["", true], version);
    assertEquals((await visit({ port: ours.port, resume: session, version, as: pki.otherClient })).text, "");
  }
  await Deno.remove(session);
});

Deno.test("tls: resumption of a partner's session ends with the partner's leave to come", async () => {
  const session = await Deno.makeTempFile();
  const known = knowing(pki.client);
  await using greeter = await Greeter.open({ known });
  await visit({ port: greeter.port, as: pki.client, keep: session });
  assertEquals(
    (await visit({ port: greeter.port, as: pki.client, resume: session })).text,
    "IN: lab.hospital.example",
  );
  known.clear();
  assertEquals((await visit({ port: greeter.port, as: pki.client, resume: session })).text, "");
  assertEquals((await greeter.nextRefusal()).trouble, "unknown");
  await Deno.remove(session);
});

Deno.test("tls: a v1 certificate lets nobody in, with its key or without", async () => {
  // Under Deno a client that shows one is not asked to prove that it has the key.
  await using greeter = await Greeter.open({ known: knowing(pki.v1, pki.v1SelfSigned) });
  for (const shown of [pki.v1, pki.v1SelfSigned]) {
    for (const key of [shown.key, pki.stranger.key]) {
      const identity = { certificate: shown.certificate, key };
      assertEquals(await greeting(greeter.port, trusting({ identity })).catch(() => ""), "");
      assertEquals((await greeter.nextRefusal()).trouble, "outdated");
    }
  }
});

Deno.test("tls: a v1 certificate is no server's, pinned or not", async () => {
  for (const shown of [pki.v1, pki.v1SelfSigned]) {
    await using impostor = await Greeter.open({ certificate: shown.certificate, key: pki.stranger.key });
    const pinned = { admit: () => true, versionMin: "1.2" } as const;
    assertEquals(await troubleOf(impostor.port, pinned), "outdated");
    const anchored = await troubleOf(
      impostor.port,
      trusting({ anchors: [shown.certificate, pki.root.certificate] }),
    );
    assert(["outdated", "untrusted", "named"].includes(anchored), anchored);
  }
});

Deno.test("tls: a client says what is wrong with a server", async () => {
  const servers: readonly (readonly [Certified, string])[] = [
    [pki.expired, "expired"],
    [pki.early, "early"],
    [pki.misnamed, "named"],
    [pki.selfSigned, "untrusted"],
    [pki.impostor, "untrusted"],
  ];
  for (const [shown, trouble] of servers) {
    await using greeter = await Greeter.open(shownBy(shown));
    assertEquals(await troubleOf(greeter.port, trusting()), trouble, shown.name);
  }
  await using leafOnly = await Greeter.open({ certificate: pki.server.certificate, key: pki.server.key });
  assertEquals(await troubleOf(leafOnly.port, trusting()), "untrusted");
  await using good = await Greeter.open();
  assertEquals(await troubleOf(good.port, trusting({ serverName: "other.example" })), "named");
  assertEquals(await troubleOf(good.port, { versionMin: "1.2" }), "untrusted");
});

Deno.test("tls: a pinned server is known by its own certificate, whoever has signed it", async () => {
  await using greeter = await Greeter.open(shownBy(pki.selfSigned));
  const pinnedTo = ({ fingerprint }: Certified): ClientTls => ({
    admit: (shown) => shown.fingerprint === fingerprint,
    versionMin: "1.2",
  });
  assertEquals(await greeting(greeter.port, pinnedTo(pki.selfSigned)), "IN: anybody\n");
  assertEquals(await troubleOf(greeter.port, pinnedTo(pki.server)), "unknown");
  await using late = await Greeter.open(shownBy(pki.expired));
  assertEquals(await troubleOf(late.port, pinnedTo(pki.expired)), "expired");
});

Deno.test("tls: what is no TLS is told from what is cut", async () => {
  const plain = await net.listen({ host: "127.0.0.1", port: 0 });
  const answering = (async () => {
    for await (const connection of plain) {
      await connection.write(bytesOf("HTTP/1.1 400 Bad Request\r\n\r\n")).catch(() => {});
    }
  })();
  assertEquals(await troubleOf(plain.port, trusting()), "foreign");
  plain.close();
  await answering;
  const cutting = await net.listen({ host: "127.0.0.1", port: 0 });
  const closing = (async () => {
    for await (const connection of cutting) connection.close();
  })();
  assertEquals(await troubleOf(cutting.port, trusting()), "cut");
  cutting.close();
  await closing;
});

Deno.test("tls: a client that does not shake hands is cut, and one that gives up is no trouble", async () => {
  await using greeter = await Greeter.open({}, 1);
  const silent = await net.connect({ host: "127.0.0.1", port: greeter.port });
  assertEquals(await silent.read(new Uint8Array(1)).catch(() => null), null);
  silent.close();
  assertEquals((await greeter.nextRefusal()).trouble, "late");
  await using patient = await Greeter.open();
  (await net.connect({ host: "127.0.0.1", port: patient.port })).close();
  assertEquals((await patient.nextRefusal()).trouble, "cut");
  const stranger = await net.connect({ host: "127.0.0.1", port: patient.port });
  await stranger.write(bytesOf("MSH|^~\\&|LAB\r"));
  assertEquals((await patient.nextRefusal()).trouble, "foreign");
  stranger.close();
});

Deno.test("tls: a review cuts the connections of those who may not come any more, and of nobody else", async () => {
  const known = knowing(pki.client, pki.otherClient);
  await using greeter = await Greeter.open({ known, stays: true });
  const open = (as: Certified) =>
    net.connect({ host: "localhost", port: greeter.port, tls: trusting({ identity: shownBy(as) }) });
  const [leaving, staying] = [await open(pki.client), await open(pki.otherClient)];
  const into = new Uint8Array(100);
  for (const connection of [leaving, staying]) assert(await connection.read(into));
  known.delete(pki.client.fingerprint);
  greeter.review();
  assertEquals(await leaving.read(into).catch(() => null), null);
  const guest = greeter.guests.find(({ partner }) => partner === pki.otherClient.name)!;
  await guest.write(bytesOf("still here"));
  assertEquals(await staying.read(into), "still here".length);
  for (const connection of [leaving, staying]) connection.close();
});

Deno.test("tls: who is shut out between the handshake and the first byte is out", async () => {
  let asked = 0;
  const clients = { admit: () => asked++ === 0 ? "lab" : undefined };
  await using greeter = await Greeter.open({ clients });
  const tls = trusting({ identity: shownBy(pki.client) });
  assertEquals(await greeting(greeter.port, tls).catch(() => ""), "");
  assertEquals([asked, greeter.guests.length], [2, 0]);
});

Deno.test("tls: who sends is held back where nobody reads, on either side", async () => {
  await using greeter = await Greeter.open({ stays: true });
  const client = await net.connect({ host: "localhost", port: greeter.port, tls: trusting() });
  while (greeter.guests.length === 0) await turns();
  const size = 32 << 20, piece = new Uint8Array(1 << 20);
  for (const [from, to] of [[client, greeter.guests[0]], [greeter.guests[0], client]]) {
    let written = 0;
    const write = async () => {
      for (; written < size; written += piece.length) await from.write(piece);
    };
    const writing = write();
    for (let before = -1; before < written;) {
      before = written;
      await turns(100);
    }
    assert(written < size / 2, `${written} bytes were taken, and nobody read them`);
    const into = new Uint8Array(1 << 16);
    for (let read = 0; read < size;) read += (await to.read(into))!;
    await writing;
  }
  client.close();
});

Deno.test("tls: a new certificate counts from the next connection on, and cuts none", async () => {
  let shown = pki.server;
  const acceptor = await net.listen({
    host: "127.0.0.1",
    port: 0,
    tls: () => ({ ...shownBy(shown), versionMin: "1.2" }),
  });
  const guests: Connection[] = [];
  const accepting = (async () => {
    for await (const connection of acceptor) guests.push(connection);
  })();
  const before = await net.connect({ host: "localhost", port: acceptor.port, tls: trusting() });
  shown = certify("ehr.hospital.example", { by: pki.intermediate });
  const after = await net.connect({ host: "localhost", port: acceptor.port, tls: trusting() });
  assertEquals(
    [before, after].map(({ certificate }) => certificate?.fingerprint),
    [pki.server.fingerprint, shown.fingerprint],
  );
  await before.write(bytesOf("x"));
  assertEquals(await guests[0].read(new Uint8Array(1)), 1);
  acceptor.close();
  for (const connection of [before, after, ...guests]) connection.close();
  await accepting;
});

Deno.test("tls: a server shows the certificate for the name it is asked for", async () => {
  await using greeter = await Greeter.open({ names: { "other.hospital.example": shownBy(pki.misnamed) } });
  const shownFor = async (serverName: string) => {
    const connection = await net.connect({
      host: "127.0.0.1",
      port: greeter.port,
      tls: trusting({ serverName }),
    });
    connection.close();
    return connection.certificate?.fingerprint;
  };
  assertEquals(await shownFor("other.hospital.example"), pki.misnamed.fingerprint);
  assertEquals(await shownFor("OTHER.hospital.example"), pki.misnamed.fingerprint);
  assertEquals(await shownFor("localhost"), pki.server.fingerprint);
});

Deno.test("tls: without anchors a server is trusted by the roots of this machine, those an operator adds among them", async () => {
  await using greeter = await Greeter.open();
  const root = await Deno.makeTempFile();
  await Deno.writeTextFile(root, pki.root.certificate);
  const world = new URL("../../../runtime/world/deno_world.ts", import.meta.url);
  const script = `const { denoWorld: { net } } = await import(${JSON.stringify(world)});
    await net.connect({ host: "localhost", port: ${greeter.port}, tls: { versionMin: "1.2" } })
      .then(() => console.log("in"), ({ trouble }) => console.log(trouble));
    Deno.exit();`;
  const called = async (env: Record<string, string>) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", script], env }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  const ways: Record<string, string>[] = [
    {},
    { DENO_CERT: root },
    { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: root },
  ];
  try {
    assertEquals(await Promise.all(ways.map(called)), ["untrusted", "in", "in"]);
  } finally {
    await Deno.remove(root);
  }
});
