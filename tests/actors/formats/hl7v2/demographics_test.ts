import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { assert, assertEquals } from "@std/assert";
import type { PatientChange, PatientNumber } from "../../../../runtime/contract/patient.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";
import { hl7With } from "./hl7_with.ts";

const format = hl7With();

/** What an ADT message of an event says, with these segments. */
function told(event: string, ...segments: readonly string[]): readonly PatientChange[] {
  const text = [
    `MSH|^~\\&|ADT|ST E|||20260101||${event.includes("^") ? event : `ADT^${event}`}|1|P|2.5.1`,
    ...segments,
  ];
  return format.demographics(format.parse(new TextEncoder().encode(text.join("\r") + "\r")));
}

const PID = "PID|1||100417^^^ST E^MR||BAXTER-HILL^INGRID^MARIE||19700131|F";
const stE = (id: string): PatientNumber => ({ id, assigner: "ST E" });
const ingrid = { names: [{ family: "BAXTER-HILL", given: "INGRID MARIE" }], birthDate: "19700131", sex: "F" };
const toldOfIngrid: PatientChange = { kind: "told", numbers: [stE("100417")], facts: ingrid };

Deno.test("every ADT event with a PID tells who the patient is, and no other message does", () => {
  for (const event of ["A01", "A02", "A03", "A04", "A05", "A08", "A11", "A13", "A28", "A31", "A60"]) {
    assertEquals(told(event, PID), [toldOfIngrid], event);
  }
  for (const event of ["ORU^R01", "ADR^A19", "A23", "SIU^S12"]) assertEquals(told(event, PID), [], event);
  assertEquals(told("A20", "NPU|1"), []);
});

Deno.test("the event is EVN-1 where MSH-9 has none, as in version 2.1", () => {
  const merge = told("ADT^", "EVN|A18|198808181126", PID, "MRG|200417^^^ST E");
  assertEquals(merge.map(({ kind }) => kind), ["told", "merged"]);
});

Deno.test("all names, aliases and numbers of a patient's record are told, and what is not said is left out", () => {
  assertEquals(
    told("A08", "PID|1||7^^^A&1.2&ISO^MR~8^^^&1.3&ISO^PI~9||DOE^ANN^M^III~ROE^ANN^^^^^M||1970||LEE^A~^^"),
    [
      {
        kind: "told",
        numbers: [{ id: "7", assigner: "A" }, { id: "8", assigner: "1.3" }, { id: "9" }],
        facts: {
          names: [{ family: "DOE", given: "ANN M" }, { family: "ROE", given: "ANN" }],
          aliases: [{ family: "LEE", given: "A" }],
          birthDate: "1970",
        },
      },
    ],
  );
  assertEquals(told("A08", 'PID|1||7||""||""|""|""'), [
    { kind: "told", numbers: [{ id: "7" }], facts: { names: [], aliases: [], birthDate: "", sex: "" } },
  ]);
  assertEquals(told("A08", "PID|1||7"), [{ kind: "told", numbers: [{ id: "7" }], facts: {} }]);
});

Deno.test("numbers of accounts, visits, insurers and authorities are nobody's record, and early versions have PID-2", () => {
  const [first] = told("A01", "PID|1||1^^^A^AN~2^^^A^VN~123-45-6789^^^SSA^SS~4^^^B^MR");
  assertEquals(first.kind === "told" && first.numbers, [{ id: "4", assigner: "B" }]);
  const [early] = told("A01", "PID|1|77|||DOE^ANN");
  assertEquals(early.kind === "told" && early.numbers, [{ id: "77" }]);
  assertEquals(told("A01", 'PID|1||""||DOE^ANN'), []);
  assertEquals(told("A01", "PID|1||123-45-6789^^^SSA^SS||DOE^ANN"), []);
});

Deno.test("a merge tells of the survivor, and gives up MRG-1 for PID-3", () => {
  for (const event of ["A18", "A30", "A34", "A36", "A39", "A40"]) {
    assertEquals(told(event, PID, "MRG|200417^^^ST E^MR"), [
      toldOfIngrid,
      { kind: "merged", gone: stE("200417"), into: stE("100417") },
    ], event);
  }
});

Deno.test("a change of identifier gives up the old number for the new one", () => {
  for (const event of ["A46", "A47", "A48"]) {
    assertEquals(told(event, PID, "MRG|200417^^^ST E"), [
      toldOfIngrid,
      { kind: "renumbered", gone: stE("200417"), into: stE("100417") },
    ], event);
  }
});

Deno.test("what is moved, merged or renumbered below the patient leaves the patients as they are", () => {
  for (const event of ["A24", "A35", "A37", "A41", "A42", "A44", "A45", "A49", "A50", "A51"]) {
    assertEquals(told(event, PID, "MRG|200417^^^ST E"), [toldOfIngrid], event);
  }
  const swapped = told("A17", PID, "PV1|1", "PID|2||5^^^ST E||DOE^ANN", "PV1|1");
  assertEquals(swapped.map(({ kind }) => kind), ["told", "told"]);
});

Deno.test("a number that A43 moves is told anew, and is gone where it has become another", () => {
  assertEquals(told("A43", PID, "MRG|100417^^^ST E"), [toldOfIngrid]);
  assertEquals(told("A43", PID, "MRG|200417^^^ST E").at(-1)!.kind, "merged");
});

Deno.test("A29 takes a person away", () => {
  assertEquals(told("A29", PID), [{ kind: "forgotten", numbers: [stE("100417")] }]);
});

Deno.test("each number is given up for one of the same giver and kind, and one that both have stays", () => {
  const pid = "PID|1||1^^^A^MR~E1^^^EMPI^PI~9^^^B^MR||DOE^ANN";
  const merged = (mrg: string) =>
    told("A40", pid, mrg).flatMap((change) => change.kind === "merged" ? [[change.gone, change.into]] : []);
  assertEquals(merged("MRG|2^^^A^MR~E1^^^EMPI^PI~8^^^B^MR~7^^^C^MR"), [
    [{ id: "2", assigner: "A" }, { id: "1", assigner: "A" }],
    [{ id: "8", assigner: "B" }, { id: "9", assigner: "B" }],
    [{ id: "7", assigner: "C" }, { id: "1", assigner: "A" }],
  ]);
  // Who does not say whose the old number is means who has given the new one.
  assertEquals(merged("MRG|2"), [[{ id: "2", assigner: "A" }, { id: "1", assigner: "A" }]]);
  // PID-3 lists all of them.
  assertEquals(merged("MRG|9^^^B^MR"), [[{ id: "9", assigner: "B" }, { id: "1", assigner: "A" }]]);
  assertEquals(merged("MRG|"), []);
});

Deno.test("several patients merge in one message, each with the MRG behind it", () => {
  const changes = told("A40", PID, "MRG|2^^^ST E", "PID|2||7^^^ST E||DOE^ANN", "PD1|", "MRG|8^^^ST E");
  assertEquals(
    changes.flatMap((change) => change.kind === "merged" ? [[change.gone.id, change.into.id]] : []),
    [
      ["2", "100417"],
      ["8", "7"],
    ],
  );
});

corpusTest("every message of parse_corpus is read for demographics, and those of ADT name somebody", () => {
  const of: Record<string, number> = {};
  for (const { file } of casesOf<{ readonly file: string }>("parse_corpus")) {
    const message = Hl7Message.parse(corpusFile(file));
    for (const { kind } of format.demographics(message)) {
      assertEquals(message.get("MSH-9.1"), "ADT", file);
      of[kind] = (of[kind] ?? 0) + 1;
    }
  }
  assert(of.told > 50 && of.merged > 0 && of.renumbered > 0, JSON.stringify(of));
});
