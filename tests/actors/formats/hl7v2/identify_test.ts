import { assertEquals } from "@std/assert";
import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { hl7With } from "./hl7_with.ts";

const format = hl7With();
const identify = (text: string) => format.identify(new TextEncoder().encode(text));

Deno.test("hl7v2 tells queries and tests from other messages", () => {
  const purposes = {
    "QBP^Q22|1|P": "query",
    "VXQ^V01|1|P": "query",
    "QRY|1|T": "query",
    "ADT^A01|1|T": "test",
  };
  for (const [rest, purpose] of Object.entries(purposes)) {
    assertEquals(identify(`MSH|^~\\&|||||||${rest}`).purpose, purpose, rest);
  }
  for (const rest of ["ADT^A01|1|P", "ADT^A01|1|P^T", "SUR^P09|1|P", "ORU^R01|1"]) {
    assertEquals(identify(`MSH|^~\\&|||||||${rest}`).purpose, "message", rest);
  }
});

Deno.test("hl7v2 takes the control id verbatim and needs nothing behind MSH", () => {
  assertEquals(identify("MSH|^~\\&|||||||ADT^A01|a\\T\\b^c |P\rnot a segment").controlId, "a\\T\\b^c ");
  assertEquals(identify("\x0bMSH|^~\\&||F|||||ADT|1|P\x1c\r").sender, "|F");
});

Deno.test("hl7v2 names both patients of a merge, and one patient once", () => {
  const keys = (...segments: string[]) =>
    format.keys(Hl7Message.parse(["MSH|^~\\&|||||||ADT^A40|1|P|2.5", ...segments].join("\r")));
  assertEquals(keys("PID|||1^^^A", "MRG|2^^^A"), ["1^A", "2^A"]);
  assertEquals(keys("PID|||1^^^A", "MRG|1^^^A"), ["1^A"]);
  assertEquals(keys("PID|||1^^^A", "PV1|1", "PID|||2^^^A"), ["1^A", "2^A"]);
  assertEquals(keys("PID|||1^^^A", "MRG|2^^^A", "PID|||3^^^A", "MRG|4^^^A"), ["1^A", "3^A", "2^A", "4^A"]);
  assertEquals(keys("PID|1", "MRG||||7"), ["7^"]);
});

Deno.test("hl7v2 picks a patient's identifier by its type, not by its place", () => {
  const key = (pid: string) => format.keys(Hl7Message.parse(`MSH|^~\\&|A\rPID|${pid}`));
  assertEquals(key("||9^^^S^SS~1^^^H^MR"), ["1^H"]);
  assertEquals(key("||1^^^H^MR~9^^^S^SS"), ["1^H"]);
  assertEquals(key("||9^^^S^SS~5^^^H&1.2&ISO^PI"), ["5^H&1.2&ISO"]);
  assertEquals(key("||9~5^^^H"), ["5^H"]);
  assertEquals(key('||""~9'), ["9^"]);
  assertEquals(key("|7^^^X"), ["7^X"]);
  assertEquals(key("|||8"), ["8^"]);
  assertEquals(key("1"), []);
});
