/** The examples of RFC 9421 and RFC 9530, and what is none. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createSecretKey } from "node:crypto";
import { compareDigest } from "../../../adapters/https/receiving/content_digest.ts";
import { isBy, signatureBase, signaturesOf } from "../../../adapters/https/receiving/signature.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** RFC 9421 appendix B.2.5. */
const params = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"';
const key = createSecretKey(
  Buffer.from(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
    "base64",
  ),
);
const example = (input: string, signature = "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=") =>
  new Request("https://example.com/foo?param=Value&Pet=dog", {
    method: "POST",
    headers: {
      "date": "Tue, 20 Apr 2021 02:07:55 GMT",
      "content-type": "application/json",
      "signature-input": `sig-b25=${input}`,
      "signature": `sig-b25=:${signature}:`,
    },
  });

Deno.test("the example of RFC 9421 that is signed with hmac-sha256 has the signature it is given there", () => {
  const request = example(params);
  const [signature] = signaturesOf(request.headers)!;
  assertEquals([signature.keyId, signature.createdAt], ["test-shared-secret", 1618884473]);
  const base = signatureBase(request, signature)!;
  assertEquals(base.split("\n").slice(0, 3), [
    '"date": Tue, 20 Apr 2021 02:07:55 GMT',
    '"@authority": example.com',
    '"content-type": application/json',
  ]);
  assert(isBy(key, base, signature));
  assert(!isBy(createSecretKey(Buffer.from("another key")), base, signature));
  assert(!isBy(key, base + " ", signature));
});

Deno.test("derived components are what RFC 9421 section 2.2 makes of a request", () => {
  const names = ["@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query"];
  const input = `(${names.map((name) => `"${name}"`).join(" ")});created=1`;
  const request = example(input);
  const [signature] = signaturesOf(request.headers)!;
  assertEquals(signatureBase(request, signature)!.split("\n").slice(0, -1), [
    '"@method": POST',
    '"@target-uri": https://example.com/foo?param=Value&Pet=dog',
    '"@authority": example.com',
    '"@scheme": https',
    '"@request-target": /foo?param=Value&Pet=dog',
    '"@path": /foo',
    '"@query": ?param=Value&Pet=dog',
  ]);
});

Deno.test("signatures that are not written as RFC 9421 has them, or that no time or another algorithm is in, are none", () => {
  for (
    const input of [
      "",
      '("date")',
      '("date");created=1;alg="ed25519"',
      '("date";req);created=1',
      '("date"  "@authority");created=1',
      "(date);created=1",
      '("da@te");created=1',
      '("date");created="1"',
      '("date");created=1;expires="2"',
      '("date");created=1.5',
      '("date");created=1,',
      '("date");created=1 x',
    ]
  ) {
    assertEquals(signaturesOf(example(input).headers), undefined, input);
  }
  assertEquals(signaturesOf(example(params, "!").headers), undefined);
});

Deno.test("a component that a request does not have cannot be signed", () => {
  const request = example('("date" "x-none");created=1');
  assertEquals(signatureBase(request, signaturesOf(request.headers)![0]), undefined);
});

Deno.test("the digests of RFC 9530 are right for their body alone", () => {
  const body = bytesOf('{"hello": "world"}');
  const sha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
  const sha512 =
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
  for (const header of [sha256, sha512, `${sha256}, ${sha512}`, `unixsum=:AAA=:, ${sha256}`]) {
    assertEquals(compareDigest(header, body), "right", header);
    assertEquals(compareDigest(header, bytesOf('{"hello": "world"} ')), "wrong", header);
  }
  assertEquals(compareDigest(`${sha256}, ${sha512.replace("W", "V")}`, body), "wrong");
  for (const header of ["", "md5=:AAAA:", "sha-256=X48E", "sha-256"]) {
    assertEquals(compareDigest(header, body), "unreadable", header);
  }
});
