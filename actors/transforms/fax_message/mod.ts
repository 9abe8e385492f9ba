import { createHash } from "node:crypto";
import { defineTransformer } from "../../../runtime/contract/actor.ts";
import {
  type DocumentBody,
  type DocumentPatient,
  isDocumentBody,
  type RecognisedDocument,
} from "../../../runtime/contract/document.ts";
import { essenceOf } from "../../../runtime/contract/media_type.ts";
import { hasPaths, type Message, type PathBody } from "../../../runtime/contract/message.ts";
import { choice, type Config, text } from "../../../runtime/contract/spec.ts";
import { attachedWrites } from "./_attached.ts";
import { invoiceOf } from "./_invoice.ts";
import { labReportOf } from "./_lab_report.ts";
import type { Made } from "./_made.ts";
import { plainDocumentOf } from "./_plain_document.ts";
import { metadataOf, provenanceWrites } from "./_provenance.ts";
import { segment, type Write, written } from "./_writes.ts";

const config = {
  attach: choice(
    "How the document goes with its message: embed has it as PDF in an OBX of type ED, hash refers to it by SHA-256.",
    ["embed", "hash"],
    { default: "embed" },
  ),
  currency: text("ISO 4217 code of the amounts of invoices.", { default: "USD" }),
  insurancePlan: text("IN1-2 of an invoice that names the number of the insured.", { default: "UNKNOWN" }),
  insurer: text("IN1-3 of such an invoice.", { default: "UNKNOWN" }),
  referralType: text("TXA-2 of a referral (HL7 table 0270).", { default: "CN" }),
  otherType: text("TXA-2 of a document of no known kind.", { default: "FAX" }),
};

/**
 * Makes an HL7 message of a document made of pages: `DFT^P03` of an invoice, `ORU^R01` of a laboratory report, `MDM^T02` of
 * a referral and of everything else. The document goes with it, as PDF or by its hash, and ZFD and ZFX tell how each value
 * came to be; docs/fax_documents.md has their fields.
 *
 * ```yaml
 * - fax_message: {}
 * - fax_message: { attach: hash, currency: EUR }
 * ```
 *
 * It refuses a document that nobody has cleared, so that a channel with it has a `review` in front: what is doubtful
 * becomes a message when a person has approved it, and the patient is the one of the index or of that person.
 */
export default defineTransformer({
  name: "fax_message",
  about: "Makes an HL7 message of a document made of pages.",
  config,
  errors: {
    FAX_MESSAGE_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot make message of document: the body is not made of pages, parse it as fax first",
    },
    FAX_MESSAGE_FORMAT_MISSING: {
      blame: "operator",
      retry: "never",
      says: "Cannot make message of document: there is no format hl7v2 to make it in",
    },
    FAX_MESSAGE_CLEARANCE_MISSING: {
      blame: "operator",
      retry: "never",
      says: "Cannot make message of document: nobody has cleared it, give its channel a review",
    },
    FAX_MESSAGE_PATIENT_MISSING: {
      blame: "operator",
      retry: "never",
      says: "Cannot make message of document: nobody says whom it is about",
    },
    FAX_MESSAGE_VALUE_MISSING: {
      blame: "sender",
      retry: "never",
      says: "Cannot make message of document: {path} is not there, and {type} needs it",
    },
  },
  gives: () => "hl7v2",
  needsReview: true,
  prepare({ formats, fail }) {
    try {
      return formats("hl7v2");
    } catch (cause) {
      return fail("FAX_MESSAGE_FORMAT_MISSING", {}, cause);
    }
  },
  async transform(message: Message, { config, prepared: hl7v2, fail, turn }) {
    const { body, id, receivedAtMs } = message;
    if (!isDocumentBody(body)) return fail("FAX_MESSAGE_BODY_UNSUPPORTED");
    const { document } = body;
    if (!document.clearance) return fail("FAX_MESSAGE_CLEARANCE_MISSING");
    const patient = document.patient ?? fail("FAX_MESSAGE_PATIENT_MISSING");
    const type = typeOf(document);
    const missing = missingIn(document);
    if (missing !== undefined) fail("FAX_MESSAGE_VALUE_MISSING", { path: missing, type });
    const made = hl7v2.create(type, { id, atMs: receivedAtMs });
    if (!made || !hasPaths(made)) return fail("FAX_MESSAGE_FORMAT_MISSING");
    return message.derive({
      body: await messageOf(body, document, patient, id, made, config, turn),
      metadata: metadataOf(document),
    });
  },
});

async function messageOf(
  body: DocumentBody,
  document: RecognisedDocument,
  patient: DocumentPatient,
  id: string,
  empty: PathBody,
  config: Settings,
  turn: () => Promise<void>,
): Promise<PathBody> {
  const at = empty.get("MSH-7") ?? "", event = empty.get("MSH-9.2") ?? "";
  const made = madeOf(document, patient, { id, at }, config);
  const facts = {
    sha256: createHash("sha256").update(body.toBytes()).digest("hex"),
    contentType: essenceOf(body.contentType),
  };
  const { first, late } = await attachedWrites(made.documentObx, body, config.attach, facts, turn);
  const writes = function* (): Iterable<Write> {
    if (event !== "R01") yield* segment("EVN", { 1: event, 2: at });
    yield* made.before;
    yield* first;
    yield* made.after;
    yield* provenanceWrites(document, facts, made.places);
    yield* late;
  };
  return await written(empty, writes(), turn);
}

type Settings = Config<typeof config>;

function madeOf(
  document: RecognisedDocument,
  patient: DocumentPatient,
  which: { readonly id: string; readonly at: string },
  settings: Settings,
): Made {
  switch (document.kind) {
    case "invoice":
      return invoiceOf(document, patient, settings);
    case "lab_report":
      return labReportOf(document, patient);
    default:
      return plainDocumentOf(document, patient, which, settings);
  }
}

function typeOf({ kind }: RecognisedDocument): string {
  if (kind === "invoice") return "DFT^P03^DFT_P03";
  return kind === "lab_report" ? "ORU^R01^ORU_R01" : "MDM^T02^MDM_T02";
}

/** Path of a value without which there is no such message. */
function missingIn({ kind, tables }: RecognisedDocument): string | undefined {
  if (kind !== "invoice" && kind !== "lab_report") return undefined;
  const needed = kind === "invoice" ? ["code", "amount"] : ["name", "value"];
  const lines = tables.lines ?? [];
  if (lines.length === 0) return "lines";
  for (const [at, line] of lines.entries()) {
    const column = needed.find((name) => !line[name]?.value);
    if (column !== undefined) return `lines[${at + 1}].${column}`;
  }
  return undefined;
}
