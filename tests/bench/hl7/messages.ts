/** Messages to measure with. */
const encoder = new TextEncoder();

const HEADER =
  "MSH|^~\\&|ADT1|HOSPITAL|EHR|HOSPITAL|20260215073012+0000||ADT^A01^ADT_A01|MSG-000001|P|2.5.1\r";
const PATIENT = "PID|1||4711^^^HOSPITAL^MR~99-001^^^STATE^SS||EXAMPLE^ANN^Q||19700203|F|||" +
  "1 SAMPLE ROAD^^TOWN^ST^12345^USA||5550100^PRN^PH\r";
const observation = (at: number) =>
  `OBX|${at}|NM|${2345 + at}-7^GLUCOSE^LN||${100 + at % 100}|mg/dL|70-105|H|||F|||202602150730\r`;

/** An admission of just over 1 kB. */
export const admission: Uint8Array = encoder.encode(
  `${HEADER}EVN|A01|202602150730|||CLERK^CARA\r${PATIENT}` +
    "NK1|1|EXAMPLE^BOB|SPO^SPOUSE^HL70063|1 SAMPLE ROAD^^TOWN^ST^12345|5550101\r" +
    "PV1|1|I|WARD^12^A^HOSPITAL||||1234^DOCTOR^DEE^^^DR|5678^REFERRER^RAY|||MED||||1|A0\r" +
    "AL1|1|DA|70618^PENICILLIN^RXNORM|SV|RASH\rDG1|1||I10^HYPERTENSION^I10|||A\r" +
    Array.from({ length: 8 }, (_, at) => observation(at + 1)).join(""),
);

/** A report of `count` observations. */
export function report(count: number): Uint8Array {
  return encoder.encode(
    `${HEADER.replace("ADT^A01^ADT_A01", "ORU^R01^ORU_R01")}${PATIENT}OBR|1|A-1|B-1|24320-4^PANEL^LN\r` +
      Array.from({ length: count }, (_, at) => observation(at + 1)).join(""),
  );
}

/** A document of `megabytes` of Base64 within OBX-5. */
export function document(megabytes: number): Uint8Array {
  return encoder.encode(
    `${HEADER.replace("ADT^A01^ADT_A01", "MDM^T02^MDM_T02")}${PATIENT}TXA|1|CN|TEXT\r` +
      `OBX|1|ED|DOC||APP^application^pdf^Base64^${
        "JVBERi0xLjcK".repeat(megabytes * 1_000_000 / 12)
      }||||||F\r`,
  );
}
