import { assert, assertEquals } from "@std/assert";
import { tryTemplate, understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import type { ReadValue } from "../../../../../runtime/contract/document.ts";
import type { PageWords, Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { pageOf, type Placed, readTwice, readWith, templateOf } from "./_pages.ts";

/** What a field of one page comes to. */
function read(page: PageWords, field: string, more = ""): ReadValue | undefined {
  return understand([page], [templateOf(`{ f: ${field}, ${more} }`)]).fields.f;
}

const MRN = "{ at: [MRN, 'Chart #'], type: { digits: 7 }, required: true }";
const mrnPage = pageOf([[[150, "MRN:"], [400, "7486688"], [900, "Sex:"], [1000, "Female"]]]);

Deno.test("a value stands right of its label, up to a gap", () => {
  const value = read(mrnPage, MRN);
  assertEquals([value?.value, value?.page, value?.source], ["7486688", 1, "ocr"]);
  assertEquals(value?.box, { x0: 400, y0: 100, x1: 477, y1: 120 });
});

Deno.test("a value stands below its label, where nothing of its type stands right of it", () => {
  const page = pageOf([
    [[150, "Patient"], [600, "Date of Birth"], [1000, "Sex"]],
    [[150, "Nwosu, Priya"], [600, "02/11/1961"], [1000, "F"]],
  ]);
  const template = templateOf(
    "{ patientName: { at: Patient, type: name }, dob: { at: Date of Birth, type: date }, sex: { at: Sex, type: { enum: { F: [Female] } } } }",
  );
  const { fields } = understand([page], [template]);
  assertEquals(Object.values(fields).map(({ value }) => value), ["Nwosu, Priya", "19610211", "F"]);
});

Deno.test("a value ends where another label begins, and where its own template says so", () => {
  const page = pageOf([[[150, "RE: Priya Nwosu DOB: 02/11/1961 Priority: URGENT"]]]);
  const name = "{ at: RE, type: name, until: [Priority] }";
  assertEquals(read(page, name, "dob: { at: DOB, type: date }")?.value, "Priya Nwosu");
  const until = pageOf([[[150, "RE: Priya Nwosu Priority: URGENT"]]]);
  assertEquals(read(until, name)?.value, "Priya Nwosu");
});

Deno.test("a label and its value may be one word", () => {
  assertEquals(read(pageOf([[[150, "MRN:7486688"]]]), MRN)?.value, "7486688");
});

Deno.test("a label is found with misread characters, and is then less sure", () => {
  const [right, misread] = ["Invoice Number:", "lnvoice Nurnbcr:"].map((label) =>
    read(pageOf([[[150, label], [600, "7486688"]]]), "{ at: Invoice Number, type: digits }")
  );
  assertEquals(misread?.value, "7486688");
  assert(misread!.confidence < right!.confidence && misread!.notes!.includes("label_unsure"));
});

Deno.test("a phrase in running text is no label", () => {
  const page = pageOf([[[150, "please quote the MRN 7486688 when you call"]]]);
  assertEquals(read(page, MRN), { value: null, raw: "", confidence: 0, source: "ocr", notes: ["no_label"] });
});

Deno.test("the longer of two labels at one place is it", () => {
  const page = pageOf([[[150, "Patient ID:"], [400, "7486688"]], [[150, "Patient:"], [400, "Priya Nwosu"]]]);
  assertEquals(
    read(page, "{ at: Patient, type: name }", "id: { at: Patient ID, type: digits }")?.value,
    "Priya Nwosu",
  );
});

Deno.test("capital letters of a label count where the template says so", () => {
  const page = pageOf([[[150, "Total"], [400, "1.00"]], [[150, "TOTAL"], [400, "2.00"]]]);
  assertEquals(read(page, "{ at: TOTAL, type: money, exactCase: true }")?.value, "2.00");
});

Deno.test("what the passes read differently is never accepted", () => {
  const page = readTwice(mrnPage, (word) => word.text === "7486688" ? { ...word, text: "7486683" } : word);
  const value = read(page, MRN);
  assertEquals([value!.confidence <= 0.5, value!.notes!.includes("conflict")], [true, true]);
});

Deno.test("known words stand against a misread of them, and not against other words", () => {
  const page = pageOf([[[150, "Service:"], [400, "Office visit established patient"]]]);
  const said = (first: string, second: string) =>
    read(
      readTwice(page, (word) => word.text === first ? { ...word, text: second } : word),
      "{ at: Service, type: service }",
    )!;
  const misread = said("visit", "wisi");
  assertEquals([misread.value, misread.notes!.includes("vouched")], [
    "Office visit established patient",
    true,
  ]);
  assert(misread.confidence > 0.95);
  assert(said("visit", "biopsy").confidence <= 0.5);
  assert(said("established", "qwertzuiopasdfg").confidence <= 0.5);
});

Deno.test("on a bad page nothing is sure that nothing vouches for", () => {
  assert(read({ ...mrnPage, quality: 0.72 }, MRN)!.confidence < 0.95);
  assert(read({ ...mrnPage, quality: 0.73 }, MRN)!.confidence > 0.95);
});

Deno.test("what both read is surer than what one read", () => {
  const both = read(mrnPage, MRN)!;
  const one = read(readTwice(mrnPage, (word) => word.text === "7486688" ? undefined : word), MRN)!;
  const unread = read(
    readTwice(mrnPage, (word) => word.text === "7486688" ? { ...word, text: "#~?!" } : word),
    MRN,
  )!;
  assert(both.confidence > 0.95 && one.confidence <= 0.9 && unread.confidence <= 0.9);
  assertEquals(both.notes, ["agreed"]);
  assert(one.notes!.includes("one_pass") && unread.notes!.includes("unreadable"));
});

Deno.test("a label that only one pass has read tells the other where to look", () => {
  const value = read(readTwice(mrnPage, (word) => word.text === "MRN:" ? undefined : word), MRN);
  assertEquals(value?.notes, ["agreed"]);
});

Deno.test("a letter alone that one pass saw surely is taken", () => {
  const page = readTwice(
    pageOf([[[150, "Units:"], [400, "2"]]]),
    (word) => word.text === "2" ? undefined : word,
  );
  assert(read(page, "{ at: Units, type: digits }")!.confidence > 0.95);
});

Deno.test("words that were read unsurely give values that are not sure", () => {
  assert(read(readWith(mrnPage, 0.6), MRN)!.confidence < 0.95);
});

Deno.test("a repaired character makes a value less sure", () => {
  const repaired = read(pageOf([[[150, "MRN:"], [400, "74B66S8"]]]), MRN)!;
  assertEquals([repaired.value, repaired.raw], ["7486658", "74B66S8"]);
  assert(repaired.confidence < read(mrnPage, MRN)!.confidence && repaired.notes!.includes("repaired"));
});

Deno.test("different values under the same label are in doubt", () => {
  const page = pageOf([[[150, "MRN:"], [400, "7486688"]], [[150, "MRN:"], [400, "1234567"]]]);
  const value = read(page, MRN)!;
  assert(value.confidence <= 0.5 && value.notes!.includes("several"));
});

Deno.test("nothing on a page that was read badly is taken", () => {
  const document = understand([{ ...mrnPage, quality: 0.59 }], [templateOf(`{ f: ${MRN} }`)]);
  assert(document.pages[0].isGated && document.fields.f.confidence <= 0.5);
  assert(document.fields.f.notes!.includes("gated"));
});

Deno.test("a page with a text layer is read once, and its characters are right", () => {
  const page: PageWords = {
    ...mrnPage,
    source: "text",
    passes: [mrnPage.passes[0].map((word) => ({ ...word, confidence: 1 })), []],
  };
  const value = read(page, MRN)!;
  assertEquals([value.value, value.source, value.confidence > 0.99], ["7486688", "text", true]);
});

Deno.test("a value is found by a part of the page, by a pattern of its text, and by a code", () => {
  const page: PageWords = {
    ...pageOf([[[150, "Ref. HS-10293 of today"]]]),
    barcodes: [{ format: "QRCode", text: "mrn=7486688;v=1", box: { x0: 1, y0: 2, x1: 3, y1: 4 } }],
  };
  assertEquals(
    read(page, "{ region: { left: 0.1, top: 0, right: 0.3, bottom: 0.1 }, type: { pattern: 'HS-#####' } }")
      ?.value,
    "HS-10293",
  );
  assertEquals(read(page, "{ text: 'Ref\\. (\\S+)', type: identifier }")?.value, "HS-10293");
  const value = read(page, "{ barcode: 'mrn=(\\d+)', type: digits }");
  assertEquals([value?.value, value?.source, value?.box?.y1], ["7486688", "barcode", 4]);
  assertEquals(read(page, "{ barcode: 'account=(\\d+)', type: digits }"), undefined);
});

Deno.test("a digit that was lost leaves its room, and makes a number doubtful", () => {
  const lines = ["7486688", "1234567", "4215206", "2456205", "5122937"].map((text, at) =>
    [[150, `No ${at}`], [400, text]] as const
  );
  const page = pageOf(lines.map((line) => [...line]));
  const wide = {
    ...page,
    passes: page.passes.map((words) =>
      words.map((word) => word.text === "7486688" ? { ...word, text: "748668" } : word)
    ),
  };
  const value = read({ ...page, passes: [wide.passes[0], wide.passes[1]] }, "{ at: No 0, type: digits }")!;
  assert(value.notes!.includes("spacing") && value.confidence < 0.95);
  assert(read(page, "{ at: No 0, type: digits }")!.confidence > 0.95);
});

Deno.test("numbers that have all lost their points do not hide it from each other", () => {
  // Points take half the room of a digit.
  const wide = (text: string): Word => ({
    text: text.replace(".", ""),
    confidence: 0.97,
    box: {
      x0: 0,
      y0: 0,
      x1: Math.round((text.replace(".", "").length + (text.includes(".") ? 0.5 : 0)) * 11),
      y1: 20,
    },
  });
  const page = pageOf(
    ["16.4", "10.5", "35.5", "13.1", "8668813", "5005407"].map((text, at) =>
      [[150, `No ${at}`], [400, text]] as Placed[]
    ),
  );
  const words = page.passes[0].map((word) => {
    if (!/^\d{2}/.test(word.text)) return word;
    const { text, box } = wide(word.text);
    return { ...word, text, box: { ...word.box, x1: word.box.x0 + box.x1 } };
  });
  const valueOf = (second: readonly Word[]) =>
    read({ ...page, passes: [words, second] }, "{ at: No 0, type: number }")!;
  const { value, notes } = valueOf(words);
  assertEquals([value, notes!.includes("decimals")], ["164", true]);
  // A pass that cannot tell, of a word that is taller than others, is none against it.
  const tall = words.map((word) =>
    word.text === "164" ? { ...word, box: { ...word.box, y1: word.box.y1 + 9 } } : word
  );
  assertEquals([words, tall].map((second) => valueOf(second).confidence < 0.95), [true, true]);
});

Deno.test("trying a template shows what each pass read of each field", () => {
  const page = readTwice(mrnPage, (word) => word.text === "7486688" ? { ...word, text: "748" } : word);
  const { findings } = tryTemplate([page], templateOf(`{ f: ${MRN} }`));
  assertEquals(findings.f.map(({ readings }) => readings.map((reading) => reading?.raw)), [[
    "7486688",
    "748",
  ]]);
  assertEquals(findings.f[0].label?.hit.phrase, "MRN");
});

Deno.test("a label that two fields know is of the one it names better, if the other has a label of its own", () => {
  const both = templateOf(
    "{ subtotal: { at: Total Charges, type: money }, total: { at: [Total, Total Charges, Net Due], type: money } }",
  );
  const read = (...lines: readonly Placed[][]) => {
    const { subtotal, total } = understand([pageOf(lines)], [both]).fields;
    return [subtotal?.value, total?.value];
  };
  assertEquals(read([[150, "Total Charges:"], [500, "50.00"]], [[150, "Net Due:"], [500, "40.00"]]), [
    "50.00",
    "40.00",
  ]);
  assertEquals(read([[150, "Total Charges:"], [500, "50.00"]]), ["50.00", "50.00"]);
});

Deno.test("a word whose box reaches into the line above stands in the line of the word beside it", () => {
  const page = pageOf([[], [[150, "MRN:"], [420, "4215201"], [900, "Account:"], [1200, "A80343001"]]]);
  const raised = (word: Word, from: number, to: number): Word => ({
    ...word,
    box: { ...word.box, y0: word.box.y0 - from, y1: word.box.y1 - to },
  });
  // The right half of the page has lines of its own, a little higher.
  const words = page.passes[0].map((word) =>
    word.text === "MRN:" ? raised(word, 26, 0) : word.box.x0 > 800 ? raised(word, 23, 23) : word
  );
  assertEquals(
    read({ ...page, passes: [words, words] }, "{ at: MRN, type: { digits: 7 } }")?.value,
    "4215201",
  );
});
