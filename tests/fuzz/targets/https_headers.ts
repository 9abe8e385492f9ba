import { compareDigest } from "../../../adapters/https/receiving/content_digest.ts";
import { idempotencyKeyIn } from "../../../adapters/https/receiving/idempotency_key.ts";
import { signatureBase, signaturesOf } from "../../../adapters/https/receiving/signature.ts";
import { bytesOf, must, type Target, textOf } from "../target.ts";

const NOTHING = bytesOf("");

/** Headers by which a client signs a request, tells its body's digest and gives it a key. */
export const httpsHeadersTarget: Target = {
  name: "https-headers",
  seeds: [
    'sig1=("@method" "@target-uri" "content-digest");created=1618884473;keyid="lab";alg="hmac-sha256"',
    'a=("@path");created=1, b=();created=2;expires=3;nonce="x\\"y"',
    "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-512=:AA==:",
    '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  ],
  words: [
    ...'"();:,=\\ @*-.',
    "created=",
    "keyid=",
    "alg=",
    "sig1=",
    "sha-256=:",
    '("@method"',
    '"x"',
    ";expires=-1",
  ],
  // A server takes no larger head.
  bytesMax: 16 * 1024,
  attempt(input) {
    const text = textOf(input).replace(/[^\t\x20-\x7e]/g, "~");
    const headers = { "signature-input": text, signature: "sig1=:AAAA:, a=:AA==:, b=:AA==:" };
    const request = new Request("https://mitral.example/lab?a=b", { headers });
    const signatures = signaturesOf(request.headers);
    for (const signature of signatures ?? []) {
      must(text.includes(signature.params), "what is signed stands in the header");
      must(Number.isSafeInteger(signature.createdAt), "a time is a whole number");
      const base = signatureBase(request, signature);
      must(
        base === undefined || base.endsWith(`"@signature-params": ${signature.params}`),
        "a base ends with it",
      );
    }
    must(
      compareDigest(text, NOTHING) !== "right" || text.includes("47DEQpj8") || text.includes("z4PhNX7v"),
      "a digest is of its body",
    );
    const key = idempotencyKeyIn(text);
    must(key === undefined || key.length > 0 && key.length < 256, "a key has 1 to 255 characters");
    return signatures;
  },
};
