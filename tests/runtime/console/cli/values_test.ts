import { assertEquals, assertThrows } from "@std/assert";
import { integerReader, readAddress, readPeer, timeReader } from "../../../../runtime/console/cli/values.ts";
import { bytesText, countText, durationText, plural } from "../../../../runtime/console/cli/figures.ts";
import { plain, plainLines } from "../../../../runtime/console/cli/plain.ts";
import { splitMessages } from "../../../../runtime/console/cli/split_messages.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { hl7With } from "../../../actors/formats/hl7v2/hl7_with.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const format = hl7With();
const split = (text: string, options?: { verbatim: boolean }) =>
  splitMessages(bytes(text), format, options).map((message) => new TextDecoder().decode(message));

Deno.test("console reads addresses as people write them", () => {
  assertEquals(readAddress("ehr.local:2575"), { host: "ehr.local", port: 2575 });
  assertEquals(readAddress("2575"), { host: "127.0.0.1", port: 2575 });
  assertEquals(readAddress("[::1]:0"), { host: "::1", port: 0 });
  for (const text of ["", "host", "host:", "host:65536", "a b:1", "::1:80", "host:1:2", "host:1x"]) {
    assertThrows(() => readAddress(text), MitralError, "HOST:PORT");
  }
  assertThrows(() => readPeer("host:0"), MitralError, "at least 1");
});

Deno.test("console reads whole numbers within bounds", () => {
  const read = integerReader("--count", 1, 10);
  assertEquals([read("1"), read("10"), read("007")], [1, 10, 7]);
  for (const text of ["0", "11", "1.5", "-1", "", "1e1", " 1", "ten"]) {
    assertThrows(() => read(text), MitralError, "a whole number between 1 and 10");
  }
});

Deno.test("console reads times, UTC where no offset is given, and times ago", () => {
  const read = timeReader("--since", () => Date.UTC(2026, 0, 2));
  const cases: [string, number][] = [
    ["2026-01-31", Date.UTC(2026, 0, 31)],
    ["2026-01-31T08:00", Date.UTC(2026, 0, 31, 8)],
    ["2026-01-31 08:00:05", Date.UTC(2026, 0, 31, 8, 0, 5)],
    ["2026-01-31T08:00Z", Date.UTC(2026, 0, 31, 8)],
    ["2026-01-31T08:00:00.250+02:00", Date.UTC(2026, 0, 31, 6, 0, 0, 250)],
    ["2h", Date.UTC(2026, 0, 1, 22)],
    ["15m", Date.UTC(2026, 0, 1, 23, 45)],
    ["1d", Date.UTC(2026, 0, 1)],
  ];
  for (const [text, ms] of cases) assertEquals(read(text), ms, text);
  for (const text of ["", "yesterday", "2026", "2026-13-01", "2026-01-31T25:00", "5", "5w", "-5m"]) {
    assertThrows(() => read(text), MitralError, "--since");
  }
});

Deno.test("console prints figures with the unit that fits", () => {
  assertEquals([0, 999, 1000, 12_400, 999_950, 2e9].map(bytesText), [
    "0 B",
    "999 B",
    "1.0 kB",
    "12.4 kB",
    "1.0 MB",
    "2.0 GB",
  ]);
  assertEquals([0, 999, 1000, 59_999, 60_000, 7_199_999, 172_800_000].map(durationText), [
    "0 ms",
    "999 ms",
    "1 s",
    "59 s",
    "1 min",
    "1 h",
    "2 d",
  ]);
  assertEquals([0, 999, 1000, 1_234_567].map(countText), ["0", "999", "1,000", "1,234,567"]);
  assertEquals([plural(1, "message"), plural(1000, "message")], ["1 message", "1,000 messages"]);
});

Deno.test("console shows control characters by number", () => {
  assertEquals(plain("a\x1b[31m\u202eb\r\n\u009b"), "a\\u{1b}[31m\\u{202e}b\\u{d}\\u{a}\\u{9b}");
  assertEquals(plain("Müller 日本 ^~\\&"), "Müller 日本 ^~\\&");
  assertEquals(plainLines("MSH|\rPID|\x1b\r\nZ"), "MSH|\nPID|\\u{1b}\nZ");
});

Deno.test("console splits a file at each line that starts with MSH", () => {
  assertEquals(split("MSH|1\rPID|1\rMSH|2\r"), ["MSH|1\rPID|1\r", "MSH|2\r"]);
  assertEquals(split("\ufeffMSH|1\nPID|MSH|x\n\nMSH|2"), ["MSH|1\rPID|MSH|x\r", "MSH|2\r"]);
  assertEquals(split("FHS|a\rBHS|b\rMSH|1\rPID|1\rBTS|1\rFTS|1\r"), ["MSH|1\rPID|1\r"]);
  assertEquals(split("\x0bMSH|1\rPID|1\r\x1c\r\x0bMSH|2\r\x1c\r"), ["MSH|1\rPID|1\r", "MSH|2\r"]);
  assertEquals(split("\x0bMSH|1\r\x1c\x0bMSH|2\r\x1c"), ["MSH|1\r", "MSH|2\r"]);
  assertEquals(split("no message\rPID|1\r"), []);
  assertEquals(split(""), []);
});

Deno.test("console mends line ends only where an editor has changed all of them", () => {
  assertEquals(split("MSH|1\nPID|1\n"), ["MSH|1\rPID|1\r"]);
  assertEquals(split("MSH|1\r\nPID|1\r\n"), ["MSH|1\rPID|1\r"]);
  assertEquals(split("MSH|1\rOBX|a\nb\rNTE|1\r"), ["MSH|1\rOBX|a\nb\rNTE|1\r"]);
  assertEquals(split("MSH|1\r\nOBX|a\nb\r\n"), ["MSH|1\r\nOBX|a\nb\r"]);
  assertEquals(split("MSH|1\nPID|1", { verbatim: true }), ["MSH|1\nPID|1"]);
});
