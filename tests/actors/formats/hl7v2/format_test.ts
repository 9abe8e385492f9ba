import { assertEquals, assertThrows } from "@std/assert";
import hl7v2 from "../../../../actors/formats/hl7v2/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { testFormat } from "../../../contract/format_kit.ts";
import { hl7With, SETTINGS } from "./hl7_with.ts";

const admit = "MSH|^~\\&|WARD|NORTH|HUB|HOSPITAL|20260215073012||ADT^A01^ADT_A01|W-1|P|2.5.1\r" +
  'EVN|A01|20260215\rPID|1||4711^^^NORTH^MR~99^^^STATE^SS||Canary^Ann&M^\\T\\||""|F\rPV1|1|I|A^12\r';

testFormat(hl7v2, {
  config: SETTINGS,
  canary: "Canary",
  creates: ["ADT", "ADT^A04", "ADT^A40", "ORU^R01^ORU_R01", "ZZZ^Z01", "ACK"],
  valid: [
    {
      name: "an admission",
      bytes: admit,
      identity: { controlId: "W-1", type: "ADT^A01", sender: "WARD|NORTH", purpose: "message" },
      keys: ["4711^NORTH"],
      isBuiltOn: true,
      values: {
        "MSH-1": "|",
        "MSH-2": "^~\\&",
        "PID-3": "4711",
        "PID-3[2].4": "STATE",
        "PID-5.2.2": "M",
        "PID-5.3": "&",
        "PID-7": '""',
        "PID-6": undefined,
        "PID-8.1.1": "F",
        "PID-8.2": undefined,
        "PV1-3.2": "12",
        "ZZZ-1": undefined,
      },
      writable: [
        "PID-3[2].1",
        "PID-5.1",
        "PID-5.2.2",
        "PID-5.9.3",
        "PID-11[3].4.2",
        "PV1-44",
        "NK1[1]-2",
        "MSH-6",
      ],
      places: {
        "PID": ["PID[1]"],
        "PID[*]": ["PID[1]"],
        "PID[2]": [],
        "PID-3": ["PID[1]-3[1]", "PID[1]-3[2]"],
        "PID-3[*]": ["PID[1]-3[1]", "PID[1]-3[2]"],
        "PID-3[2].4": ["PID[1]-3[2].4"],
        "PID-5.2.2": ["PID[1]-5[1].2.2"],
        "PID-6": [],
        "MSH-2": ["MSH[1]-2[1]"],
        "ZZZ-1": [],
      },
      splits: { "MSH": [admit], "PV1": [admit], "ZZZ": [], "PID[2]": [] },
    },
    {
      name: "LF between segments, a byte order mark and blank lines",
      bytes: "\uFEFF\r\n" + admit.replaceAll("\r", "\r\n\r\n"),
      output: admit,
    },
    { name: "a frame", bytes: `\x0b${admit}\x1c\r`, output: admit },
    { name: "no terminator behind the last segment", bytes: admit.slice(0, -1), output: admit },
    {
      name: "unusual delimiters, in enhanced mode",
      bytes:
        "MSH$%*!@#$A%1.2%ISO$B$C$D$20260215$$ORU%R01$77$T%X$2.7$$$AL$NE\rPID$1$$Canary%%%X@Y\rOBX$1$ST$$$a!F!b!P!\r",
      identity: { controlId: "77", type: "ORU^R01", sender: "A%1.2%ISO$B", purpose: "test" },
      keys: ["Canary^X@Y"],
      values: { "MSH-2": "%*!@#", "OBX-5": "a$b#", "PID-3.4.2": "Y" },
      writable: ["OBX-5", "OBX-5[2].3", "MSH-3.2", "PID-3.4.2"],
    },
    {
      name: "a query of an early version",
      bytes: "MSH|^~\\&|A|B|C|D|199001011200||QRY^A19|1|P|2.1\rQRD|19900101|R|I|Q1\r",
      identity: { controlId: "1", type: "QRY^A19", purpose: "query" },
      keys: [],
      isBuiltOn: false,
    },
    {
      name: "latin letters of one byte",
      bytes: Uint8Array.from(
        "MSH|^~\\&|A|B|C|D|2026||ADT^A08|9|P|2.3||||||8859/1\rPID|1||5||Zo\xeb\r",
        (c) => c.charCodeAt(0),
      ),
      isBuiltOn: true,
      values: { "PID-5": "Zoë" },
      writable: ["PID-5.2", "PID-6"],
    },
    {
      name: "blanks before segments, a frame's marks within, NUL and Ctrl-Z at the end",
      bytes: ` \t${admit.replaceAll("\r", "\r \x1c\r\x0b")}\r\n\0\x1a`,
      output: admit,
    },
    {
      name: "LF and NUL at the end of the last field",
      bytes: admit.replace(/\r$/, "\n\0\r"),
      values: { "PV1-3.2": "12\n\0" },
    },
    {
      name: "blanks within and behind fields",
      bytes: "MSH|^~\\&| A |\rPID|1 ||  7  |x   \rZZ1\r",
      values: { "MSH-3": " A ", "PID-1": "1 ", "PID-3": "  7  ", "PID-4": "x   ", "ZZ1-1": undefined },
      writable: ["PID-4", "ZZ1-1"],
    },
    {
      name: "no subcomponent separator",
      bytes: "MSH|^~\\|A|B|C|D|2026||ADT^A08|9|P|2.3\rPID|1||5^^^A&B|\\T\\ \\S\\\r",
      isBuiltOn: true,
      values: { "MSH-2": "^~\\", "PID-3.4": "A&B", "PID-3.4.2": undefined, "PID-4": "\\T\\ ^" },
      writable: ["PID-3", "PID-3.4", "PID-5"],
      places: { "PID-3.4.2": [] },
    },
    {
      name: "a header and nothing else",
      bytes: "MSH|^~\\&\r",
      identity: { controlId: "", type: "", sender: "" },
      isBuiltOn: false,
    },
  ],
  invalid: [
    { name: "nothing", bytes: "", code: "HL7V2_MESSAGE_EMPTY" },
    { name: "an empty frame", bytes: "\x0b\x1c\r", code: "HL7V2_MESSAGE_EMPTY" },
    { name: "no header", bytes: "PID|1\r", code: "HL7V2_HEADER_MISSING" },
    { name: "a header behind another segment", bytes: `PID|1\r${admit}`, code: "HL7V2_HEADER_MISSING" },
    { name: "a header without delimiters", bytes: "MSH|^~", code: "HL7V2_HEADER_TOO_SHORT" },
    { name: "too few delimiters", bytes: "MSH|^~|A|B|C|D\r", code: "HL7V2_DELIMITERS_INVALID" },
    { name: "too many delimiters", bytes: "MSH|^~\\&#!|A|B\r", code: "HL7V2_DELIMITERS_INVALID" },
    { name: "a delimiter twice", bytes: "MSH|^~^&|A|B|C\r", code: "HL7V2_DELIMITERS_INVALID" },
    { name: "letters as delimiters", bytes: "MSHaBCDEaXYZ\r", code: "HL7V2_DELIMITERS_INVALID" },
    { name: "a segment id of four", bytes: `${admit}PIDX|1\r`, code: "HL7V2_SEGMENT_INVALID" },
    { name: "a segment id in small letters", bytes: `${admit}obx|1\r`, code: "HL7V2_SEGMENT_INVALID" },
    { name: "a header in small letters", bytes: admit.replace("MSH", "msh"), code: "HL7V2_HEADER_MISSING" },
    { name: "a swallowed backslash", bytes: "MSH|^~&|A|B|C\r", code: "HL7V2_DELIMITERS_INVALID" },
    { name: "two messages in one", bytes: admit + admit, code: "HL7V2_MESSAGE_NOT_ALONE" },
    {
      name: "two frames in one",
      bytes: `\x0b${admit}\x1c\r\x0b${admit}\x1c\r`,
      code: "HL7V2_MESSAGE_NOT_ALONE",
    },
    { name: "text behind the last segment", bytes: `${admit}the end`, code: "HL7V2_SEGMENT_INVALID" },
    {
      name: "bytes of a character set without a table",
      bytes: Uint8Array.from("MSH|^~\\&|A|||||||||||||||CNS 11643\rPID|\xc4\xe3\r", (c) => c.charCodeAt(0)),
      code: "HL7V2_CHARSET_UNSUPPORTED",
    },
    { name: "half a UTF-16", bytes: Uint8Array.of(0xff, 0xfe, 0x4d, 0, 0x53), code: "HL7V2_BYTES_INVALID" },
  ],
});

const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;

Deno.test("hl7v2 accepts the types it is told, with any event or with some", () => {
  const accepting = (accept: readonly string[], text: string) => {
    const format = hl7With({ accept });
    const bytes = new TextEncoder().encode(text);
    return () => format.admit(format.identify(bytes), bytes);
  };
  for (const accept of [[], ["ADT"], ["ADT^A01"], ["ORU", "ADT^A08", "ADT^A01"]]) accepting(accept, admit)();
  assertEquals(codeOf(accepting(["ORU^R01"], admit)), "HL7V2_TYPE_UNSUPPORTED");
  assertEquals(codeOf(accepting(["ADT^A08"], admit)), "HL7V2_EVENT_UNSUPPORTED");
  assertEquals(codeOf(accepting(["ADT"], "MSH|^~\\&|A\r")), "HL7V2_TYPE_MISSING");
});

Deno.test("hl7v2 takes the versions and processing ids it is told", () => {
  const taking = (settings: Parameters<typeof hl7With>[0], version: string, processing: string) => {
    const bytes = new TextEncoder().encode(`MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|${processing}|${version}\r`);
    const format = hl7With(settings);
    return () => format.admit(format.identify(bytes), bytes);
  };
  for (const settings of [{}, { versions: ["2.3", "2.5.1"] }, { processing: ["T", "P"] as const }]) {
    taking(settings, "2.5.1^DEU", "P^T")();
  }
  const version = "HL7V2_VERSION_UNSUPPORTED", processing = "HL7V2_PROCESSING_UNSUPPORTED";
  assertEquals(codeOf(taking({ versions: ["2.5"] }, "2.5.1", "P")), version);
  assertEquals(codeOf(taking({ versions: ["2.5"] }, "", "P")), version);
  assertEquals(codeOf(taking({ processing: ["P"] }, "2.5", "D")), processing);
  assertEquals(codeOf(taking({ processing: ["P"] }, "2.5", "")), processing);
});

Deno.test("hl7v2 reads what it would not accept: the answer to what it accepts is of another type", () => {
  const format = hl7With({ accept: ["QBP^Q22"] });
  assertEquals(format.parse(new TextEncoder().encode(admit)).toBytes(), new TextEncoder().encode(admit));
});

Deno.test("hl7v2 takes the transport's word for the character set", () => {
  const bytes = Uint8Array.from(
    "MSH|^~\\&|A||||||||||||||||8859/1\rPID|||||\xcf\xb8\r",
    (c) => c.charCodeAt(0),
  );
  const format = hl7With();
  assertEquals(format.parse(bytes, "x-application/hl7-v2+er7; charset=ISO-8859-5").get("PID-5"), "ЯИ");
});
