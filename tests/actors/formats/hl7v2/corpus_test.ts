import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { type Blame, MitralError } from "../../../../runtime/contract/error.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";
import { hl7With } from "./hl7_with.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };
const format = hl7With();
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

interface ParseCase {
  readonly id: string;
  readonly file: string;
  readonly segments: readonly string[];
  readonly controlId: string;
  readonly messageType: readonly string[];
  readonly assertions: readonly { path: string; raw?: string; value?: string; absent?: boolean }[];
}

corpusTest("hl7v2 finds the values of parse_corpus", () => {
  let checked = 0;
  for (
    const { id, file, segments, controlId, messageType, assertions } of casesOf<ParseCase>("parse_corpus")
  ) {
    const bytes = corpusFile(file);
    const message = Hl7Message.parse(bytes);
    assertEquals(message.segments, segments, id);
    const identity = format.identify(bytes);
    assertEquals(message.get("MSH-10") ?? "", controlId ?? "", id);
    assertEquals(identity.controlId, message.raw("MSH-10") ?? "", id);
    assertEquals(identity.type, messageType.slice(0, 2).filter((part) => part).join("^"), id);
    for (const { path, raw, value, absent } of assertions) {
      const name = `${id} ${path}`;
      assertEquals(message.raw(path), absent ? undefined : raw, name);
      if (absent || value !== undefined) assertEquals(message.get(path), value, name);
      checked++;
    }
  }
  assert(checked > 7000);
});

corpusTest("hl7v2 writes the bytes of roundtrip", () => {
  for (
    const { file, segments, sha256 } of casesOf<{ file: string; segments: number; sha256: string }>(
      "roundtrip",
    )
  ) {
    const message = Hl7Message.parse(corpusFile(file));
    assertEquals(message.segments.length, segments, file);
    assertEquals(createHash("sha256").update(message.toBytes()).digest("hex"), sha256, file);
    // The same when every segment has been taken out of the whole.
    const edited = message.with("ZX0-1", "x").without("ZX0");
    assertEquals(createHash("sha256").update(edited.toBytes()).digest("hex"), sha256, file);
  }
});

interface SuiteCase {
  readonly id: string;
  readonly message: string;
  readonly segmentCount?: number;
  readonly expect?: Record<string, string>;
  readonly expectAll?: Record<string, (string | null)[]>;
  readonly absent?: readonly string[];
  readonly isNull?: readonly string[];
}

corpusTest("hl7v2 passes parse_suite", () => {
  for (const suite of casesOf<SuiteCase>("parse_suite")) {
    const message = Hl7Message.parse(bytesOf(suite.message));
    if (suite.segmentCount) assertEquals(message.segments.length, suite.segmentCount, suite.id);
    for (const [path, value] of Object.entries(suite.expect ?? {})) {
      assertEquals(message.get(path), value, `${suite.id} ${path}`);
    }
    for (const [path, values] of Object.entries(suite.expectAll ?? {})) {
      // getAll leaves out what is absent, for which the corpus has null.
      assertEquals(message.getAll(path), values.filter((value) => value !== null), `${suite.id} ${path}`);
    }
    for (const path of suite.absent ?? []) assertEquals(message.get(path), undefined, `${suite.id} ${path}`);
    for (const path of suite.isNull ?? []) assertEquals(message.get(path), '""', `${suite.id} ${path}`);
  }
});

corpusTest("hl7v2 passes set_path, replacing the first leaf and keeping what is beside it", () => {
  type Case = { id: string; message: string; set: Record<string, string | null>; expectMessage: string };
  for (const { id, message, set, expectMessage } of casesOf<Case>("set_path")) {
    const changed = Hl7Message.parse(message);
    for (const [path, value] of Object.entries(set)) changed.set(path, value ?? '""');
    assertEquals(textOf(changed.toBytes()), expectMessage, id);
  }
});

interface EscapeCase {
  readonly id: string;
  readonly op: "decode" | "encode" | "roundtrip-untouched" | "encode-then-decode";
  readonly delimiters: string;
  readonly in: string;
  readonly out: string | null;
  readonly accept?: readonly string[];
  readonly anyOf?: readonly string[];
}

corpusTest("hl7v2 passes escape, handing out markup as it stands", () => {
  for (const { id, op, delimiters, in: given, out, anyOf } of casesOf<EscapeCase>("escape")) {
    const [field, ...encoding] = delimiters;
    const empty = ["MSH", encoding.join(""), "A"].join(field) + "\rNTE" + field + field + field;
    const message = Hl7Message.parse(`${empty}${op.startsWith("encode") ? "" : given}\r`);
    switch (op) {
      case "decode":
        assertEquals(message.get("NTE-3"), out ?? anyOf?.find((text) => text === given), id);
        break;
      case "encode":
        assertEquals(message.with("NTE-3", given).raw("NTE-3"), out, id);
        break;
      case "encode-then-decode":
        assertEquals(message.with("NTE-3", given).get("NTE-3") ?? "", out, id);
        break;
      case "roundtrip-untouched": {
        const bytes = bytesOf(`${empty}${given}\r`);
        assertEquals(Hl7Message.parse(bytes).toBytes(), bytes, id);
      }
    }
  }
});

interface CharsetCase {
  readonly id: string;
  readonly msh18: string;
  readonly bytesHex?: string;
  readonly value: string;
}

corpusTest("hl7v2 passes charset", () => {
  for (const { id, msh18, bytesHex, value } of casesOf<CharsetCase>("charset")) {
    if (bytesHex === undefined) {
      // The one case without bytes: a character set that is known and that nothing here can read.
      const plain = `MSH|^~\\&|A|||||||||||||||${msh18}\rPID|||||`;
      assertEquals(Hl7Message.parse(bytesOf(`${plain}${value}\r`)).get("PID-5"), value, id);
      const coded = Uint8Array.from([...bytesOf(plain), 0xc4, 0xe3, 0x0d]);
      assertEquals(codeOf(() => format.identify(coded)), "HL7V2_CHARSET_UNSUPPORTED", id);
      assertEquals(codeOf(() => format.parse(coded)), "HL7V2_CHARSET_UNSUPPORTED", id);
      continue;
    }
    const bytes = Uint8Array.fromHex(bytesHex);
    const message = Hl7Message.parse(bytes);
    assertEquals(message.raw("PID-5"), value, id);
    const bare = bytes[0] === 0xef ? bytes.subarray(3) : bytes;
    assertEquals(message.toBytes().toHex(), bare.toHex(), id);
    assertEquals(message.with("PID-6", "x").get("PID-5"), message.get("PID-5"), id);
    const reread = Hl7Message.parse(message.with("PID-6", message.get("PID-5") as string).toBytes());
    assertEquals(reread.get("PID-6"), message.get("PID-5"), id);
    for (const charset of ["UNICODE UTF-8", "UNICODE UTF-16", "UNICODE UTF-32", "GB 18030-2000"]) {
      const written = Hl7Message.parse(message.toBytes({ charset }));
      assertEquals(written.get("PID-5"), message.get("PID-5"), id);
    }
  }
});

/** What cannot be read, by code; everything else in the folder can. */
const UNREADABLE: Readonly<Record<string, string>> = {
  "malformed-038": "HL7V2_MESSAGE_EMPTY",
  "malformed-040": "HL7V2_HEADER_TOO_SHORT",
  "malformed-041": "HL7V2_DELIMITERS_INVALID",
  // Other readers warn of a header that is there twice. Two headers are two messages, and an AA would cover one.
  "malformed-049": "HL7V2_MESSAGE_NOT_ALONE",
  "malformed-055": "HL7V2_HEADER_MISSING",
  "malformed-056": "HL7V2_SEGMENT_INVALID",
};

corpusTest("hl7v2 refuses malformed by code and reads the quirks", () => {
  const refused: string[] = [];
  for (const { id, file } of casesOf<{ id: string; file: string }>("malformed")) {
    const bytes = corpusFile(file);
    if (id in UNREADABLE) {
      refused.push(id);
      assertEquals(codeOf(() => format.parse(bytes)), UNREADABLE[id], id);
      const error = assertThrows(() => format.parse(bytes), MitralError);
      const answer = format.answer(bytes, { kind: "rejected", error }, FACTS);
      const hasHeader = !["malformed-038", "malformed-055"].includes(id);
      assertEquals(answer && Hl7Message.parse(answer.bytes).get("MSA-1"), hasHeader ? "AE" : null, id);
    } else {
      assert(Hl7Message.parse(format.parse(bytes).toBytes()).segments.length > 1, id);
    }
  }
  assertEquals(refused, Object.keys(UNREADABLE));
});

interface AckCase {
  readonly id: string;
  readonly inbound: string;
  readonly outcome: string;
  readonly expect?: Record<string, string>;
  readonly expectImmediate?: Record<string, string> | null;
  /** What is sent later, in an exchange of its own. */
  readonly expectApplicationAck?: Record<string, string> | null;
  readonly expectOneOf?: readonly Record<string, string>[];
}

/** What the cases' words for an outcome are here. */
const OUTCOMES: Readonly<Record<string, [Blame, facts?: Record<string, number>] | undefined>> = {
  "accepted": undefined,
  "processed": undefined,
  "application error": ["sender"],
  "error": ["sender"],
  "rejected": ["unsupported"],
  "unsupported message type (MSH-9.1)": ["unsupported"],
  "unsupported event (MSH-9.2)": ["unsupported", { hl7ErrorCode: 201 }],
  "segment sequence error": ["sender", { hl7ErrorCode: 100 }],
  "application internal error / storage down": ["operator"],
};

corpusTest("hl7v2 passes ack", () => {
  for (const each of casesOf<AckCase>("ack")) {
    const { id, outcome, expect, expectImmediate, expectApplicationAck, expectOneOf } = each;
    assert(outcome in OUTCOMES, outcome);
    const [blame, facts] = OUTCOMES[outcome] ?? [];
    const decided: Outcome = blame === undefined ? { kind: "accepted" } : {
      kind: "rejected",
      error: new MitralError("TEST_MESSAGE_BAD", { blame, retry: "never", says: "Cannot take it" }, facts),
    };
    const inbound = bytesOf(each.inbound);
    const told = (outcome: Outcome, which?: "first" | "apart") => {
      const answer = format.answer(inbound, outcome, { ...FACTS, ...(which ? { which } : {}) });
      return answer && Hl7Message.parse(answer.bytes);
    };
    const isSo = (wanted: Record<string, string> | null | undefined, answer: Hl7Message | null) =>
      wanted === null ? answer === null : wanted === undefined ||
        Object.entries(wanted).every(([path, value]) => (answer?.get(path) ?? "") === value);
    // Where the application answers by itself, the accept acknowledgment went out before it had decided.
    const hasApplication = expectApplicationAck !== undefined;
    const now = hasApplication ? told({ kind: "accepted" }, "first") : told(decided);
    assert(isSo(expect, now) && isSo(expectImmediate, now), `${id}: ${now && textOf(now.toBytes())}`);
    if (expectOneOf) assert(expectOneOf.some((wanted) => isSo(wanted, now)), id);
    const isExpected = hasApplication && format.isAnsweredTwice(inbound);
    if (hasApplication) assert(isSo(expectApplicationAck, isExpected ? told(decided, "apart") : null), id);
  }
});

function codeOf(fn: () => unknown): string {
  return assertThrows(fn, MitralError).code;
}
