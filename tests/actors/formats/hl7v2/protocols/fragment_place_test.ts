import { assertEquals } from "@std/assert";
import { hl7With } from "../hl7_with.ts";

const format = hl7With();

/** The place of a message of some MSH-9, MSH-14 to MSH-16, and segments. */
function placeOf(type: string, end: string, segments: string, spoken = format) {
  const text = `MSH|^~\\&|S|F|R|RF|2024||${type}|1|P|2.4||${end}\rPID|1\r${segments}`;
  return spoken.identify(new TextEncoder().encode(text)).piece;
}

Deno.test("hl7v2 knows a fragment by MSH-14, and by a DSC at its end", () => {
  assertEquals(placeOf("ORU^R01", "", "OBX|1\r"), undefined);
  assertEquals(placeOf("ORU^R01", "", "DSC|A\r"), { until: "A" });
  assertEquals(placeOf("ORU^R01", "", "DSC|A|F"), { until: "A" });
  assertEquals(placeOf("ORU^R01", "", "DSC|A|F\r\n\x1c\r"), { until: "A" });
  assertEquals(placeOf("ORU^R01", "A", "DSC|B|F\r"), { after: "A", until: "B" });
  const last = new TextEncoder().encode("MSH|^~\\&|S|F|R|RF|2024||ORU^R01|1|P|2.4||B\rOBX|1\r");
  assertEquals(format.identify(last).piece, { after: "B" });
  assertEquals(
    placeOf("ORU^R01", "B", "OBX|1\r"),
    { after: "B", mayBeWhole: true },
    "it begins as messages do",
  );
  assertEquals(placeOf("ORU^R01", "B", "DSC\r"), { after: "B", mayBeWhole: true });
  assertEquals(placeOf("ORU^R01", '""', 'DSC|""\r'), undefined);
  assertEquals(placeOf("ORU^R01", " ", "DSC| \r"), undefined);
  assertEquals(placeOf("ORU^R01", "", "DSC|A\rOBX|1\r"), undefined, "only at the end");
  assertEquals(placeOf("ORU^R01", "", `DSC|${"A".repeat(2_000)}\r`), undefined, "no pointer is so long");
});

Deno.test("hl7v2 takes neither queries nor responses that can be asked to go on for fragments", () => {
  assertEquals(placeOf("QRY^Q01", "", "DSC|A\r"), undefined);
  assertEquals(placeOf("QBP^Q22", "A", "DSC|B|I\r"), undefined);
  assertEquals(placeOf("RSP^K22", "", "DSC|A|I\r"), undefined);
  const response = new TextEncoder().encode(
    "MSH|^~\\&|S|F|R|RF|2024||DSR^Q03|1|P|2.3\rMSA|AA|1\rDSP|1\rDSC|A\r",
  );
  assertEquals(format.identify(response).piece, undefined);
  const fragment = new TextEncoder().encode(
    "MSH|^~\\&|S|F|R|RF|2024||DSR^Q03|1|P|2.5\rMSA|AA|1\rDSP|1\rDSC|A|F\r",
  );
  assertEquals(format.identify(fragment).piece, { until: "A" });
});

Deno.test("hl7v2 says whose answer the sender of a fragment takes for the first's", () => {
  assertEquals(placeOf("ORU^R01", "A||AL", "OBX|1\r"), {
    after: "A",
    mayBeWhole: true,
    isAnsweredAsWhole: true,
  });
  assertEquals(placeOf("ORU^R01", "A|AL|AL", "OBX|1\r"), { after: "A", mayBeWhole: true });
});

Deno.test("hl7v2 compares pointers as they stand, whatever their character set", () => {
  const bytes = (head: string, tail: string) =>
    Uint8Array.from(
      `MSH|^~\\&|S|F|R|RF|2024||ORU^R01|1|P|2.4||${head}||||8859/1\rOBX|1\r${tail}`,
      (one) => one.charCodeAt(0),
    );
  assertEquals(
    format.identify(bytes("Zo\xeb", "")).piece?.after,
    format.identify(bytes("", "DSC|Zo\xeb\r")).piece?.until,
  );
});

Deno.test("hl7v2 knows no fragments where none are waited for", () => {
  assertEquals(placeOf("ORU^R01", "A", "DSC|B|F\r", hl7With({ continuationMsMax: 0 })), undefined);
});
