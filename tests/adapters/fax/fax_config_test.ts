import { assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/fax/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { configOf, openListener, probeOf } from "../../world/tools.ts";
import { type GivenAccount, open } from "./_fax_rig.ts";

const secret = secretOf("correct horse");
const login = { user: "fax", password: [secret] };

const rules = (accounts: Readonly<Record<string, GivenAccount>>) => {
  const providers = Object.fromEntries(
    Object.entries(accounts).map(([name, account]) => [name, { signatureAgeMsMax: 300_000, ...account }]),
  );
  return listener.check!(configOf(listener.config, { port: 0, providers })).map(({ rule }) => rule);
};

Deno.test("fax wants of each provider what it proves itself by, and nothing that it has no use for", () => {
  assertEquals(rules({}), ["must name one at least"]);
  assertEquals(rules({ a: { kind: "sinch" } }), ["must give a login: sinch cannot do without"]);
  assertEquals(rules({ a: { kind: "phaxio", login } }), [
    "must give a token: phaxio cannot do without",
    "must give a url: phaxio cannot do without",
  ]);
  assertEquals(rules({ a: { kind: "interfax" } }), ["must give a api: interfax cannot do without"]);
  assertEquals(rules({ a: { kind: "documo", login, token: [secret] } }), [
    "must not give a token: documo has no use for it",
  ]);
  assertEquals(rules({ a: { kind: "sinch", login, api: { secret } } }), [
    "must give a api.user: sinch cannot do without",
    "must give a api.project: sinch cannot do without",
  ]);
  assertEquals(rules({ a: { kind: "telnyx", publicKey: ["no key"] } }), [
    "must give a a publicKey of 32 bytes in base64, as telnyx shows it",
  ]);
  assertEquals(rules({ "a/b": { kind: "efax", login } }), [
    "must have names of letters, digits and . _ ~ -, 64 at most",
  ]);
  const right: Readonly<Record<string, GivenAccount>> = {
    a: { kind: "sinch", login },
    b: { kind: "documo", login, api: { secret } },
    c: { kind: "efax", login },
  };
  assertEquals(rules(right), []);
});

Deno.test("fax without TLS listens on a loopback address only, and says so in a connection test, too", async () => {
  const config = { port: 0, host: "0.0.0.0", providers: {} };
  const error = await assertRejects(() => openListener(listener, config), MitralError);
  assertEquals(error.code, "FAX_PLAIN_REFUSED");
  const results = await probeOf(listener, config);
  assertEquals(results.map(({ error }) => error?.code), ["FAX_PLAIN_REFUSED"]);
});

Deno.test("fax fetches from no host but those its provider's documents are at, whatever a request says", async () => {
  const media = ["https://media.telnyx.example/faxes/"];
  const { publicKey, signed } = await telnyx();
  await using rig = await open({ main: { kind: "telnyx", publicKey: [publicKey], media } }, {
    fetch: () => new Response("%PDF-"),
  });
  const post = async (url: unknown) => {
    const body = JSON.stringify({
      data: { event_type: "fax.received", payload: { fax_id: "f-1", direction: "inbound", media_url: url } },
    });
    return (await rig.post("main", await signed(body, rig.clock.nowMs()), body)).status;
  };
  for (
    const url of [
      "http://s3.amazonaws.com/faxes-prod/a.pdf",
      "https://s3.amazonaws.com/other-bucket/a.pdf",
      "https://s3.amazonaws.com/faxes-prod/../other-bucket/a.pdf",
      "https://s3.amazonaws.com/faxes-prod/%2e%2e/other-bucket/a.pdf",
      "https://s3.amazonaws.com.evil.example/faxes-prod/a.pdf",
      "https://s3.amazonaws.com:444/faxes-prod/a.pdf",
      "https://user@s3.amazonaws.com/faxes-prod/a.pdf",
      "https://media.telnyx.example@evil.example/faxes/a.pdf",
      "http://127.0.0.1:8480/",
      "file:///etc/passwd",
      "no URL",
    ]
  ) assertEquals(await post(url), 502, url);
  assertEquals(rig.asked.length, 0);
  // Without a URL there is nowhere to go: Telnyx gives documents no other way.
  assertEquals(await post(undefined), 503);
  assertEquals(await post("https://media.telnyx.example/faxes/a.pdf"), 200);
});

async function telnyx() {
  const keys = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)).toBase64();
  const signed = async (body: string, atMs: number) => {
    const timestamp = `${Math.floor(atMs / 1000)}`;
    const bytes = new TextEncoder().encode(`${timestamp}|${body}`);
    const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", keys.privateKey, bytes)).toBase64();
    return { "telnyx-timestamp": timestamp, "telnyx-signature-ed25519": signature };
  };
  return { publicKey, signed };
}
