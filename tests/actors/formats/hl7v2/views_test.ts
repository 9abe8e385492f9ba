import { assert, assertEquals } from "@std/assert";
import { Hl7Message } from "../../../../actors/formats/hl7v2/hl7.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";

const HEADER = "MSH|^~\\&|LAB^1.2.3^ISO|ST E|||20240102030405+0100||ORU^R01^ORU_R01|17|P|2.5.1";
const message = (...segments: string[]) => Hl7Message.parse([HEADER, ...segments].join("\r") + "\r");

Deno.test("a patient has identifiers, names, addresses and dates as objects", () => {
  const { patient } = message(
    "PID|1||4711^^^HOSP&1.2&ISO^MR~99^^^SSA^SS||Doe&van^Ann^M~Roe^Ann||198002|F|||" +
      "Main St 1&Main St^^Town^ST^12345^USA^H||^PRN^PH^^1^555^1234",
  );
  assert(patient);
  assertEquals(patient.setId, 1);
  assertEquals(patient.identifiers, [
    { id: "4711", authority: { namespace: "HOSP", id: "1.2", type: "ISO" }, type: "MR" },
    { id: "99", authority: { namespace: "SSA" }, type: "SS" },
  ]);
  assertEquals(patient.names, [{ family: "Doe", given: "Ann", middle: "M" }, {
    family: "Roe",
    given: "Ann",
  }]);
  assertEquals(patient.birthDate?.toPlainYearMonth()?.toString(), "1980-02");
  assertEquals(patient.sex, "F");
  assertEquals(patient.addresses, [
    { street: "Main St 1", city: "Town", state: "ST", postalCode: "12345", country: "USA", type: "H" },
  ]);
  assertEquals(patient.homePhones[0].localNumber, "1234");
});

Deno.test("absent is undefined, an order to delete is null, and a list tells by isDeleted", () => {
  const { patient } = message('PID|1||""||Doe^""^M||""|||"" |||""~x');
  assert(patient);
  assertEquals(patient.birthDate, null);
  assertEquals(patient.sex, undefined);
  assertEquals(patient.names, [{ family: "Doe", given: null, middle: "M" }]);
  assertEquals(patient.identifiers, []);
  assert(patient.isDeleted("identifiers") && patient.isDeleted("birthDate"));
  assert(!patient.isDeleted("sex") && !patient.isDeleted("names") && !patient.isDeleted("notes"));
  assertEquals(patient.homePhones, [{ number: "x" }]);
});

Deno.test("what is no date or number is undefined, and raw has its text", () => {
  const { patient, observations: [observation] } = message(
    "PID|1||1||Doe||1980-02-30",
    "OBX|1|NM|2093-3||<5 \\S\\ |||||1.5x",
  );
  assertEquals(patient?.birthDate, undefined);
  assertEquals(patient?.raw("birthDate"), "1980-02-30");
  assertEquals(observation.value, undefined);
  assertEquals(observation.values, []);
  assertEquals(observation.raw("value"), "<5 \\S\\ ");
  assertEquals(observation.raw("units"), undefined);
});

Deno.test("a coded element has its alternate inside, and a bare code of an older version fits", () => {
  const { diagnoses, patient } = message(
    "PID|1||1||Doe|||||||||||M",
    "DG1|1||A01^Typhoid^I10^T1^Typhus^L|||A",
  );
  assertEquals(diagnoses[0].diagnosis, {
    code: "A01",
    text: "Typhoid",
    system: "I10",
    alternate: { code: "T1", text: "Typhus", system: "L" },
  });
  assertEquals(diagnoses[0].type, "A");
  assertEquals(patient?.maritalStatus, { code: "M" });
});

Deno.test("an observation's value is of the type OBX-2 names", () => {
  const value = (type: string, text: string) => message(`OBX|1|${type}|1||${text}`).observations[0].value;
  assertEquals(value("NM", "-1.50"), -1.5);
  assertEquals(value("ST", "a\\T\\b"), "a&b");
  assertEquals(value("CE", "1^one^L"), { code: "1", text: "one", system: "L" });
  assertEquals(value("CWE", "1^one^L"), { code: "1", text: "one", system: "L" });
  assertEquals(value("SN", ">^5"), { comparator: ">", first: 5 });
  assertEquals(String(value("TS", "20240102")), "20240102");
  assertEquals(value("ED", "APP^text^plain^A^abc"), {
    source: { namespace: "APP" },
    type: "text",
    subtype: "plain",
    encoding: "A",
    data: "abc",
  });
  assertEquals(value("ZZ", "x^y"), "x");
  assertEquals(value("", "x"), "x");
  assertEquals(message("OBX|1|TX|1||one~two").observations[0].values, ["one", "two"]);
});

Deno.test("the degree of precision of versions before 2.5 holds", () => {
  assertEquals(message("EVN|A01|20240102^D").event?.recorded?.precision, "day");
  assertEquals(message("EVN|A01|20240102^L").event?.recorded?.precision, "month");
});

Deno.test("orders hold what follows them, with or without an ORC", () => {
  const { orders } = message(
    "PID|1||1",
    "ORC|RE|P1|F1",
    "OBR|1||F2|24331-1^Lipids^LN|||20240101",
    "NTE|1||fasting",
    "OBX|1|NM|2093-3||182",
    "NTE|1||high~very",
    "OBX|2|NM|2571-8||90",
    "SPM|1|S1",
    "OBR|2|P3",
    "OBX|1|ST|x||y",
    "ORC|NW|P4",
    "RXE||J07^Vaccine^ATC|1",
  );
  assertEquals(orders.length, 3);
  const [lipids, other, drug] = orders;
  assertEquals([lipids.common?.control, lipids.request?.service?.text], ["RE", "Lipids"]);
  assertEquals([lipids.placerNumber, lipids.fillerNumber], [{ id: "P1" }, { id: "F2" }]);
  assertEquals(lipids.notes.map(({ comments }) => comments), [["fasting"]]);
  assertEquals(lipids.observations.map(({ value }) => value), [182, 90]);
  assertEquals(lipids.observations[0].notes[0].comments, ["high", "very"]);
  assertEquals(lipids.observations[1].notes, []);
  assertEquals(lipids.specimens[0].id, { placer: { id: "S1" } });
  assertEquals([other.common, other.placerNumber, other.observations.length], [undefined, { id: "P3" }, 1]);
  assertEquals([drug.request, drug.encoded?.give?.text], [undefined, "Vaccine"]);
});

Deno.test("segments have what belongs to them: a patient's PD1 and notes, a visit's PV2, a vaccination's route", () => {
  const read = message(
    "PID|1||1",
    "PD1|A",
    "NTE|1||about the patient",
    "NK1|1|Roe^Jo|MTH",
    "NTE|1||about the mother",
    "PV1|1|I|W^12^3",
    "PV2||||||||20240103",
    "RXA|0|1|20240102||08^HepB^CVX|0.5|mL",
    "RXR|IM",
    "OBX|1|CE|64994-7||V01",
    "RXA|0|2|20240102",
  );
  assertEquals(read.patient?.additional?.livingDependencies, [{ code: "A" }]);
  assertEquals(read.patient?.notes.map(({ comments: [text] }) => text), ["about the patient"]);
  assertEquals(read.nextOfKin[0].relationship, { code: "MTH" });
  assertEquals([read.visit?.class, read.visit?.location], ["I", { pointOfCare: "W", room: "12", bed: "3" }]);
  assertEquals(String(read.visit?.additional?.expectedAdmission), "20240103");
  const [first, second] = read.vaccinations;
  assertEquals([first.amount, first.units, first.code?.system], [0.5, { code: "mL" }, "CVX"]);
  assertEquals([first.route?.route, first.observations.length], [{ code: "IM" }, 1]);
  assertEquals([second.route, second.observations], [undefined, []]);
});

Deno.test("a header has its own places, and a message without a segment has no view of it", () => {
  const { header, patient, visit, allergies, document } = message();
  assertEquals(header?.sendingApplication, { namespace: "LAB", id: "1.2.3", type: "ISO" });
  assertEquals(header?.type, { code: "ORU", event: "R01", structure: "ORU_R01" });
  assertEquals([header?.controlId, header?.version], ["17", "2.5.1"]);
  assertEquals(header?.time?.toInstant()?.toString(), "2024-01-02T02:04:05Z");
  assertEquals([patient, visit, allergies, document], [undefined, undefined, [], undefined]);
});

Deno.test("views read the sender's own delimiters", () => {
  const read = Hl7Message.parse("MSH*!;/%*LAB***\rPID*1**7!!!A%1.2%ISO;8**Doe!A/E/n\r");
  assertEquals(read.patient?.identifiers, [
    { id: "7", authority: { namespace: "A", id: "1.2", type: "ISO" } },
    {
      id: "8",
    },
  ]);
  assertEquals(read.patient?.names, [{ family: "Doe", given: "A/n" }]);
});

Deno.test("a view is of the message as it was when it was taken", () => {
  const changing = message("PID|1||1||Doe", "PV1|1|I");
  const { patient, observations } = changing;
  changing.set("PID-5", "Roe").set("OBX-5", "x");
  assertEquals([patient?.names[0].family, observations.length], ["Doe", 0]);
  assertEquals([changing.patient?.names[0].family, changing.observations.length], ["Roe", 1]);
});

Deno.test("a view as JSON has what is there and no more", () => {
  const { patient } = message('PID|1||7||Doe||20240102|""', "NTE|1||x");
  assertEquals(JSON.parse(JSON.stringify(patient)), {
    setId: 1,
    identifiers: [{ id: "7" }],
    names: [{ family: "Doe" }],
    birthDate: "20240102",
    sex: null,
    notes: [{ setId: 1, comments: ["x"] }],
  });
  const { orders } = message("ORC|RE|7", "OBR|1||8", "NTE|1||whole", "OBX|1|NM|GLU||5.4", "NTE|1||part");
  assertEquals(JSON.parse(JSON.stringify(orders)), [{
    common: { control: "RE", placerNumber: { id: "7" } },
    request: { setId: 1, fillerNumber: { id: "8" } },
    observations: [{
      setId: 1,
      type: "NM",
      code: { code: "GLU" },
      value: 5.4,
      values: [5.4],
      notes: [{ setId: 1, comments: ["part"] }],
    }],
    notes: [{ setId: 1, comments: ["whole"] }],
  }]);
});

corpusTest("views of real messages say what paths say", () => {
  let compared = 0;
  for (const { file } of casesOf<{ file: string }>("parse_corpus")) {
    const read = Hl7Message.parse(corpusFile(file));
    const same = (value: string | null | undefined, path: string) => {
      const found = read.get(path);
      assertEquals(value ?? undefined, found === '""' ? undefined : found, `${file} ${path}`);
      if (found !== undefined) compared++;
    };
    same(read.header?.controlId, "MSH-10");
    same(read.header?.version, "MSH-12");
    same(read.patient?.sex, "PID-8");
    same(read.visit?.class, "PV1-2");
    same(read.orders[0]?.request?.service?.code, "OBR-4.1");
    for (const [nth, { code, status }] of read.observations.entries()) {
      same(code?.code, `OBX[${nth + 1}]-3.1`);
      same(status, `OBX[${nth + 1}]-11`);
    }
    // Everything can be read, whatever stands there.
    const views = [read.patient, read.visit, ...read.diagnoses, ...read.insurances, ...read.vaccinations];
    assert(JSON.stringify([...views, ...read.observations, ...read.requests, ...read.specimens]).length > 0);
  }
  assert(compared > 3000, `${compared}`);
});
