import { assertEquals } from "@std/assert";
import { judgePatient } from "../../../../runtime/engine/patients/judge_patient.ts";
import type { ReadPatient } from "../../../../runtime/engine/patients/verdict.ts";
import type { IndexedPatient } from "../../../../runtime/journal/patients/operations.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";

/** A patient of the index. */
function patient(change: Partial<IndexedPatient> = {}): IndexedPatient {
  return {
    id: "00417-22",
    assigner: "ST E",
    names: [{ family: "BAXTER-HILL", given: "INGRID MARIE" }],
    aliases: [],
    birthDate: "197001310930",
    sex: "F",
    former: [],
    ...change,
  };
}

const read: ReadPatient = { mrn: "41722", name: "Baxter-Hill, Ingrid", birthDate: "19700131" };

const kindOf = (change: Partial<ReadPatient>, known: Partial<IndexedPatient> = {}) =>
  judgePatient({ ...read, ...change }, [patient(known)]).kind;

Deno.test("a patient is matched by number, name and date of birth, and told as the index has it", () => {
  assertEquals(judgePatient(read, [patient()]), {
    kind: "matched",
    patient: {
      mrn: "00417-22",
      authority: "ST E",
      family: "BAXTER-HILL",
      given: "INGRID MARIE",
      birthDate: "19700131",
      sex: "F",
      source: "index",
    },
  });
});

Deno.test("names are the same whatever their case, accents, punctuation, order, titles, suffixes and middle names", () => {
  const same: Readonly<Record<string, readonly (readonly [family: string, given: string])[]>> = {
    "BAXTER-HILL, INGRID": [["Baxter Hill", "Ingrid"], ["baxterhill", "ingrid marie"]],
    "Ingrid M. Baxter-Hill": [["BAXTER-HILL", "INGRID MARIE"], ["BAXTER-HILL", "INGRID"]],
    "BAXTER-H1LL INGRID": [["BAXTER-HILL", "INGRID"]],
    "Mrs. Ingrid Baxter Hill": [["BAXTER-HILL", "INGRID"]],
    "Dr William J Delacroix, Jr.": [["DELACROIX", "WILLIAM"], ["DELACROIX JR", "WILLIAM JAMES"]],
    "DELACROIX III, WILLIAM": [["Delacroix", "William"]],
    "Delacroix, Wi11iam J": [["Delacroix", "William"]],
    "5EAN O'BRIEN": [["OBRIEN", "SEAN"], ["O Brien", "Sean"]],
    "José Núñez": [["NUNEZ", "JOSE"]],
    "Søren Æbler": [["AEBLER", "SOREN"]],
    "van der Berg, Mary Ann": [["VAN DER BERG", "MARYANN"], ["Vanderberg", "Mary Ann Louise"]],
    "MARY LOUISE HORN": [["HOM", "Mary Ann Louise"], ["HORN", "MARY L"]],
    "Ann Marie Garcia Lopez": [["Garcia Lopez", "Ann"]],
  };
  for (const [name, known] of Object.entries(same)) {
    for (const [family, given] of known) {
      assertEquals(
        kindOf({ name }, { names: [{ family, given }] }),
        "matched",
        `${name} is ${family}, ${given}`,
      );
    }
  }
});

Deno.test("names are others where family, first given or middle name is another, however near", () => {
  const others: Readonly<Record<string, readonly [family: string, given: string]>> = {
    "Baxter, Ingrid": ["BAXTER-HILL", "INGRID"],
    "Baxter-Hall, Ingrid": ["BAXTER-HILL", "INGRID"],
    "Baxter-Hill, I": ["BAXTER-HILL", "INGRID"],
    "Baxter-Hill": ["BAXTER-HILL", "INGRID"],
    "Baxter-Hill, Marie": ["BAXTER-HILL", "INGRID MARIE"],
    "Baxter-Hill, Ingrid K": ["BAXTER-HILL", "INGRID MARIE"],
    "Baxter-Hill, Ingrid Maria": ["BAXTER-HILL", "INGRID MARIE"],
    "Bill Delacroix": ["DELACROIX", "WILLIAM"],
    "Delacroix, William": ["DELACROIX", ""],
    "William": ["", "WILLIAM"],
    "Nguyen, Ann": ["NGUYEN", "ANNE"],
  };
  for (const [name, [family, given]] of Object.entries(others)) {
    assertEquals(judgePatient({ ...read, name }, [patient({ names: [{ family, given }] })]), {
      kind: "differs",
      about: ["name"],
    }, `${name} is not ${family}, ${given}`);
  }
});

Deno.test("numbers may differ in spaces, dashes, zeros before them and case, and in nothing else", () => {
  for (const mrn of ["41722", "0000417-22", "417 22", "417–22"]) {
    assertEquals(kindOf({ mrn }), "matched", mrn);
  }
  assertEquals(kindOf({ mrn: "ab12" }, { id: "AB-12" }), "matched");
  for (const mrn of ["4172", "417222", "41723", "4l722", "417220", "O41722", "417.22"]) {
    assertEquals(kindOf({ mrn }), "unknown", mrn);
  }
  assertEquals(kindOf({ mrn: "000" }, { id: "0" }), "matched");
});

Deno.test("a date of birth is a whole day, and the same day", () => {
  for (const birthDate of ["1970", "197001", "1970-01-31", "19701331", ""]) {
    assertEquals(judgePatient({ ...read, birthDate }, [patient()]), {
      kind: "incomplete",
      missing: ["birthDate"],
    });
    assertEquals(kindOf({}, { birthDate }), birthDate === "19700131" ? "matched" : "differs");
  }
  assertEquals(judgePatient({ ...read, birthDate: "19700130" }, [patient()]), {
    kind: "differs",
    about: ["birthDate"],
  });
});

Deno.test("two of three are not enough, and what was not read is named", () => {
  assertEquals(judgePatient({ mrn: " -", name: " ", birthDate: "" }, []), {
    kind: "incomplete",
    missing: ["mrn", "name", "birthDate"],
  });
  assertEquals(judgePatient({ ...read, name: "" }, [patient()]), { kind: "incomplete", missing: ["name"] });
  assertEquals(kindOf({ mrn: "1" }), "unknown");
  assertEquals(judgePatient({ ...read, name: "Doe, Ann", birthDate: "19700201" }, [patient()]), {
    kind: "differs",
    about: ["name", "birthDate"],
  });
});

Deno.test("several that agree are nobody, and one that does not agree is in nobody's way", () => {
  const [one, two] = [patient(), patient({ assigner: "COUNTY" })];
  assertEquals(judgePatient(read, [one, two]), { kind: "ambiguous" });
  const other = patient({ assigner: "COUNTY", birthDate: "19700101" });
  assertEquals(judgePatient(read, [other, one]).kind, "matched");
  assertEquals(
    judgePatient({ ...read, name: "Doe, Ann" }, [patient({ birthDate: "" }), one]),
    { kind: "differs", about: ["name"] },
  );
});

Deno.test("by a former number the survivor is matched, under the names of both, and by the date of birth of one", () => {
  const survivor = patient({
    id: "99",
    aliases: [{ family: "HILL", given: "INGRID" }],
    former: [{ id: "41722", assigner: "ST E", names: [{ family: "SOLBERG", given: "INGRID" }] }],
  });
  for (const name of ["Baxter-Hill, Ingrid", "Ingrid Hill", "Ingrid Solberg"]) {
    const verdict = judgePatient({ ...read, name }, [survivor]);
    assertEquals(verdict.kind === "matched" && [verdict.patient.mrn, verdict.patient.family], [
      "99",
      "BAXTER-HILL",
    ]);
  }
});

Deno.test("any other digit of number or date, and any stranger, matches nobody", () => {
  const random = new SeededRandom(9);
  const digits = (count: number) => Array.from(random.bytes(count), (byte) => byte % 10).join("");
  const families = ["SMITH", "SMYTH", "HILL", "HALL", "LEE", "LEA", "OLSEN", "OLSON"];
  const givens = ["ANN", "ANNE", "JON", "JOHN", "KIM", "TIM"];
  const pick = <T>(all: readonly T[]) => all[random.bytes(1)[0]! % all.length]!;
  const dateOf = () => `19${digits(2)}0${1 + Number(digits(1)) % 9}1${digits(1)}`;
  const person = () => ({
    id: `1${digits(5)}`,
    family: pick(families),
    given: pick(givens),
    birthDate: dateOf(),
  });
  const changed = (text: string) => {
    const at = random.bytes(1)[0]! % text.length,
      digit = (Number(text[at]) + 1 + random.bytes(1)[0]! % 9) % 10;
    return text.slice(0, at) + digit + text.slice(at + 1);
  };
  for (let run = 0; run < 2_000; run++) {
    const { family, given, ...known } = person();
    const indexed = [patient({ ...known, names: [{ family, given }] })];
    const right = { mrn: known.id, name: `${family}, ${given}`, birthDate: known.birthDate };
    assertEquals(judgePatient(right, indexed).kind, "matched");
    const stranger = person();
    const isNamesake = stranger.family === family && stranger.given === given;
    const wrong: readonly ReadPatient[] = [
      { ...right, mrn: changed(right.mrn) },
      { ...right, birthDate: changed(right.birthDate) },
      { ...right, mrn: changed(right.mrn), birthDate: changed(right.birthDate) },
      ...(isNamesake ? [] : [{ ...right, name: `${stranger.given} ${stranger.family}` }]),
    ];
    for (const each of wrong) {
      assertEquals(judgePatient(each, indexed).kind === "matched", false, JSON.stringify([each, indexed]));
    }
  }
});
