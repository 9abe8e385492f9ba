import { assertEquals, assertThrows } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { hl7With } from "./hl7_with.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };
const format = hl7With();
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder("latin1").decode(bytes);
const created = (what: string) => textOf(format.create(what, FACTS)?.toBytes());
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const joined = (...payloads: string[]) => textOf(format.batch?.join(payloads.map(bytes), FACTS));

const TIME = "20260215073012+0000", ID = "0192f3a4b5c6456789ab";

Deno.test("hl7v2 creates a message with what all of its type must have", () => {
  assertEquals(
    created("ADT^A04"),
    `MSH|^~\\&|||||${TIME}||ADT^A04^ADT_A01|${ID}|P|2.5.1||||||UNICODE UTF-8\rEVN|A04|${TIME}\r`,
  );
  assertEquals(
    created("ORU^R01"),
    `MSH|^~\\&|||||${TIME}||ORU^R01^ORU_R01|${ID}|P|2.5.1||||||UNICODE UTF-8\r`,
  );
});

Deno.test("hl7v2 says of a type it creates only what is known", () => {
  const type = (what: string) =>
    format.create(what, FACTS)?.getAll("MSH-9").concat(
      ["MSH-9.2", "MSH-9.3"].map((path) => format.create(what, FACTS)?.get(path) ?? ""),
    );
  assertEquals(type("ADT^A31"), ["ADT", "A31", "ADT_A05"]);
  assertEquals(type("SIU^S14"), ["SIU", "S14", "SIU_S12"]);
  assertEquals(type("MDM^T06"), ["MDM", "T06", "MDM_T02"]);
  assertEquals(type("ZZZ^Z01"), ["ZZZ", "Z01", ""]);
  assertEquals(type("ORM"), ["ORM", "", ""]);
  assertEquals(type("ADT^A08^ADT_A08"), ["ADT", "A08", "ADT_A08"]);
});

Deno.test("hl7v2 creates nothing of what is no type", () => {
  for (
    const what of ["", "adt", "ADT^", "ADT_A01", "ADT^A04^", "ADT|A04", "ADT^A04^ADT_A01^X", "ADT^A04\r"]
  ) {
    const { code } = assertThrows(() => format.create(what, FACTS), MitralError);
    assertEquals(code, "HL7V2_TYPE_INVALID", what);
  }
});

Deno.test("hl7v2 puts messages into a file of one batch and counts them", () => {
  const one = "MSH|^~\\&|LAB|NORTH|HUB|EAST|2026||DFT^P03|1|P|2.5\rFT1|1\r";
  const header = `|^~\\&|LAB|NORTH|HUB|EAST|${TIME}||||${ID}\r`;
  const two = one.replace("LAB", "ICU");
  assertEquals(joined(one, two), `FHS${header}BHS${header}${one}${two}BTS|2\rFTS|1\r`);
  assertEquals(joined(one.slice(0, -1)), `FHS${header}BHS${header}${one}BTS|1\rFTS|1\r`);
});

Deno.test("hl7v2 makes a batch of no messages", () => {
  const header = `|^~\\&|||||${TIME}||||${ID}\r`;
  assertEquals(joined(), `FHS${header}BHS${header}BTS|0\rFTS|1\r`);
});

Deno.test("hl7v2 heads a batch in the first message's own delimiters and bytes", () => {
  const one = "MSH$%*!@$Zo\xeb%1@2$B$C$D$2026$$ORU%R01$1$P$2.7\r";
  const header = `$%*!@$Zo\xeb%1@2$B$C$D$${TIME}$$$$${ID}\r`;
  // A character a byte, where the batch is not all ASCII.
  const whole = format.batch?.join([bytes(one)], FACTS);
  assertEquals(whole, bytes(`FHS${header}BHS${header}${one}BTS$1\rFTS$1\r`));
});

Deno.test("hl7v2 knows which types later messages build on", () => {
  const isBuiltOn = (type: string) =>
    format.isBuiltOn({ controlId: "1", type, sender: "", purpose: "message" });
  const built =
    "ADT ADT^A01 ADT^Z99 ORM^O01 OMG^O19 OML^O21 OMP^O09 OMD^O03 OMI^O23 OMN^O07 OMS^O05 OMB^O27 " +
    "RDE^O11 RDS^O13 RGV^O15 RAS^O17 SIU^S12";
  for (const type of built.split(" ")) assertEquals(isBuiltOn(type), true, type);
  const alone = "ORU^R01 DFT^P03 MDM^T02 ACK ORR^O02 BAR^P01 MFN^M02 QBP^Q22 VXU^V04 ZZZ^Z01 ADTX adt";
  for (const type of [...alone.split(" "), ""]) assertEquals(isBuiltOn(type), false, type);
});
