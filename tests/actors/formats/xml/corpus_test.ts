import { assert, assertEquals } from "@std/assert";
import { XmlBody } from "../../../../actors/formats/xml/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { casesOf, corpusFile, corpusTest } from "../hl7v2/_corpus.ts";

/** What a parser of other people found in a C-CDA document. */
interface Facts {
  readonly file: string;
  readonly wellFormed: boolean;
  readonly error?: string;
  readonly templateIds: readonly string[];
  readonly docCode?: string | null;
  readonly effectiveTime?: string | null;
  readonly gender?: string | null;
  readonly birthTime?: string | null;
}

const facts = () => casesOf<Facts>("ccda_facts");
const options = { namespaces: { v3: "urn:hl7-org:v3" } };

corpusTest("xml reads C-CDA documents, writes them byte for byte, and finds what others found", () => {
  let checked = 0;
  for (const { file, wellFormed, ...found } of facts()) {
    if (!wellFormed) continue;
    const bytes = corpusFile(file);
    const body = XmlBody.parse(bytes, options);
    assertEquals(body.toBytes().toHex(), bytes.toHex(), file);
    if (body.places("/v3:ClinicalDocument").length === 0) continue;
    const patient = "/ClinicalDocument/recordTarget/patientRole/patient";
    assertEquals(body.getAll("/ClinicalDocument/templateId/@root"), found.templateIds, file);
    assertEquals(body.get("/v3:ClinicalDocument/v3:code/@code"), found.docCode ?? undefined, file);
    assertEquals(body.get("effectiveTime/@value"), found.effectiveTime ?? undefined, file);
    assertEquals(body.get(`${patient}/administrativeGenderCode/@code`), found.gender ?? undefined, file);
    assertEquals(body.get(`${patient}/birthTime/@value`), found.birthTime ?? undefined, file);
    checked++;
  }
  assert(checked > 30, `${checked} documents`);
});

corpusTest("xml refuses the C-CDA documents others refuse, in the same line", () => {
  let refused = 0;
  for (const { file, wellFormed, error } of facts()) {
    if (wellFormed) continue;
    try {
      XmlBody.parse(corpusFile(file));
    } catch (thrown) {
      assert(thrown instanceof MitralError, String(thrown));
      assertEquals(thrown.code, "XML_TEXT_INVALID");
      assertEquals(String(thrown.facts.line), /line (\d+)/.exec(error ?? "")?.[1], file);
      refused++;
    }
  }
  assertEquals(refused, facts().filter(({ wellFormed }) => !wellFormed).length);
});

corpusTest("xml reads every leaf of a C-CDA document by its path", () => {
  for (const { file, wellFormed } of facts()) {
    const bytes = corpusFile(file);
    // The largest hold nothing that the others do not.
    if (!wellFormed || bytes.length > 300_000) continue;
    const body = XmlBody.parse(bytes, options);
    for (const [leaf, value] of body.leaves()) {
      assertEquals(body.get(leaf), value, `${file} ${leaf}`);
      assertEquals(body.places(leaf), [leaf], file);
    }
  }
});

corpusTest("xml splits C-CDA documents into sections that stand alone", () => {
  let sections = 0;
  for (const { file, wellFormed } of facts()) {
    if (!wellFormed) continue;
    const body = XmlBody.parse(corpusFile(file), options);
    for (
      const part of body.split("/v3:ClinicalDocument/v3:component/v3:structuredBody/v3:component/v3:section")
    ) {
      const again = XmlBody.parse(part.toBytes(), options);
      assertEquals(again.places("/v3:section"), ["/section"], file);
      assertEquals([...again.leaves()], [...part.leaves()], file);
      sections++;
    }
  }
  assert(sections > 100, `${sections} sections`);
});
