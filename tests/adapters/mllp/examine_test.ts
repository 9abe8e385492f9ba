import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { examine } from "../../../adapters/mllp/framing/examine.ts";
import { latin1 } from "./mllp_peer.ts";

const message = "MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5\rPID|1\r";
/** Bytes of the message, and of its frame. */
const [M, F] = [message.length, message.length + 3];
const framed = (text: string) => `\x0b${text}\x1c\r`;

function codes(text: string, of: "stream" | "message" = "stream"): string {
  return examine(latin1(text), of).map(({ code, at, isTolerated }) =>
    `${code}@${at}${isTolerated ? "" : "!"}`
  ).join(
    " ",
  );
}

for (
  const [what, text, expected] of [
    ["a frame", framed(message), ""],
    ["two frames in one", framed(message) + framed(message), ""],
    ["line ends between frames", `${framed(message)}\r\n${framed(message)}`, `bytesBetween@${F}`],
    ["LF for CR", framed(message.replaceAll("\r", "\n")), "terminatorsWrong@39!"],
    ["CR LF for CR", framed(message.replaceAll("\r", "\r\n")), "terminatorsDoubled@39"],
    ["LF for some CR", framed(`${message}EVN|1\nOBX|2\r`), `terminatorsMixed@${M + 6}!`],
    ["LF within a field", framed(`${message}NTE|1||one\ntwo\r`), ""],
    ["no VT", `${message}\x1c\r`, "startMissing@0!"],
    ["no VT in the second", `${framed(message)}${message}\x1c\r`, `startMissing@${F}!`],
    ["no FS", `\x0b${message}`, `endMissing@${M + 1}!`],
    ["FS without CR", framed("MSH|^~\\&|A").slice(0, -1), "endCutShort@11"],
    ["FS LF", `${framed("MSH|^~\\&|A").slice(0, -1)}\n`, "endCutShort@11 bytesBetween@12"],
    ["CR FS", framed(message).slice(0, -1), `endSwapped@${M + 1}`],
    ["FS CR within", framed(`${message}OBX|1\x1c\rOBX|2\r`), `endEarly@${M + 6}!`],
    ["an FS within", framed(`${message}OBX|1\x1cOBX|2\r`), `endWithin@${M + 6}`],
    ["a VT within", framed(`${message}OBX|1\x0bOBX|2\r`), `startWithin@${M + 6}`],
    ["a frame within", framed(`${message}\x0b${message}`), `startRepeated@${M + 1}!`],
    ["several messages", framed(message + message), `messagesSeveral@${M + 1}!`],
    ["a batch", framed(`BHS|^~\\&\r${message}${message}BTS|2\r`), ""],
    ["HTTP", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", "httpSpoken@0!"],
    ["a ClientHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "tlsSpoken@0!"],
    ["SSH", "SSH-2.0-OpenSSH_9.6\r\n", "sshSpoken@0!"],
    ["a load balancer's header", `PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n${framed(message)}`, "proxySpoken@0!"],
    ["UTF-16", framed([...message].join("\0") + "\0"), "charsetWide@0!"],
    ["UTF-16 with its mark", "\xff\xfeM\0S\0H\0", "charsetWide@0!"],
    ["NULs", framed(message + "\0\0"), `nulWithin@${M + 1}`],
    ["a BOM in front of the VT", `\xef\xbb\xbf${framed(message)}`, "bomBeforeStart@0!"],
    ["a BOM behind the VT", framed(`\xef\xbb\xbf${message}`), "bomWithin@1"],
    ["a blank line first", framed(`\r\n${message}`), "headBlank@1"],
    ["marks in letters", `<VT>${message}<FS><CR>`, "marksPrinted@0!"],
    ["marks in escapes", `\\x0b${message}\\x1c\\x0d`, "marksPrinted@0!"],
    ["marks as of a terminal", `^K${message}^\\^M`, "marksPrinted@0!"],
    ["a length in front", `${F}${framed(message)}`, "lengthPrefixed@0!"],
    ["a length in four bytes", `\0\0\0${String.fromCharCode(F)}${framed(message)}`, "lengthPrefixed@0!"],
    ["no HL7", framed("INVALID PAYLOAD"), "headForeign@1"],
    ["XML", framed("<?xml version='1.0'?>"), ""],
    ["an empty frame", framed(""), "frameEmpty@1"],
    ["a commit", framed("\x06") + framed("\x15"), "commitSent@1"],
    ["junk between", `${framed(message)}hello${framed(message)}`, `bytesStray@${F}!`],
    ["nothing", "", ""],
  ] as const
) {
  Deno.test(`mllp examines ${what}`, () => assertEquals(codes(text), expected));
}

Deno.test("mllp minds no missing marks around a message of its own", () => {
  assertEquals(codes(message, "message"), "");
  assertEquals(codes(framed(message), "message"), "");
  assertEquals(codes(`${message}\x1c\r`, "message"), "startMissing@0!");
  assertEquals(codes(`${message}NTE|a\x0bb\r`, "message"), `startWithin@${M + 5}`);
  assertEquals(codes(`${message}NTE|a\x1c\rb\r`, "message"), `endEarly@${M + 5}!`);
});

Deno.test("mllp finds something to say about any bytes, within them, and never the same twice", () => {
  const odd = fc.array(
    fc.oneof(fc.constantFrom(0x0b, 0x1c, 0x0d, 0x0a, 0x00, 0x06), fc.integer({ min: 0, max: 255 })),
    { maxLength: 80 },
  );
  fc.assert(fc.property(odd, fc.constantFrom("stream", "message"), (bytes, of) => {
    const findings = examine(Uint8Array.from(bytes), of);
    assert(findings.every(({ at }) => at >= 0 && at <= bytes.length));
    assertEquals(new Set(findings.map(({ code }) => code)).size, findings.length);
  }));
});

Deno.test("mllp says nothing of a message's content in a finding", () => {
  const secret = "SECRETNAME";
  const breaks = [
    `${secret}\x0b${secret}`,
    framed(`${secret}\n${secret}\0`),
    `\x0bMSH|${secret}\x0bMSH|${secret}\x1c`,
    `MSH|${secret}`,
  ];
  for (const text of breaks) {
    const says = examine(latin1(text), "stream").map(({ says }) => says).join();
    assert(says.length > 0 && !says.includes(secret), says);
  }
});
