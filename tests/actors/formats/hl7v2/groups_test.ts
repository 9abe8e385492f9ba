import { assert, assertEquals, assertThrows } from "@std/assert";
import { arrange } from "../../../../actors/formats/hl7v2/structures/arrange.ts";
import {
  structureIdOf,
  structureIds,
  structureOf,
} from "../../../../actors/formats/hl7v2/structures/structure.ts";
import { VERSIONS } from "../../../../actors/formats/hl7v2/definitions/version.ts";
import { Hl7Message } from "../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";

/** A message of these segments, each with its own number in its first field. */
function messageOf(type: string, segments: string, version = "2.5.1"): Hl7Message {
  const rest = segments.split(" ").map((id, at) => `${id}|${at + 1}`).join("\r");
  return Hl7Message.parse(`MSH|^~\\&|||||||${type}|1|P|${version}\r${rest}`);
}

/** Its groups as a text: `PATIENT(PID VISIT(PV1))`. */
function shown(message: Hl7Message): string {
  const show = (groups: ReturnType<Hl7Message["groups"]>): string =>
    groups.map((group) => {
      const inside = group.groups().map((inner) => show([inner])).join(" ");
      return `${group.name}(${inside || group.segments.join(" ")})`;
    }).join(" ");
  return show(message.groups());
}

Deno.test("groups are HL7's, nested, each with its own segments", () => {
  const message = messageOf("ORU^R01^ORU_R01", "PID PV1 ORC OBR OBX NTE OBX SPM OBR NTE OBX PID OBR OBX");
  assertEquals(
    shown(message),
    "PATIENT_RESULT(PATIENT(VISIT(PV1)) ORDER_OBSERVATION(OBSERVATION(OBX NTE) OBSERVATION(OBX) SPECIMEN(SPM)) " +
      "ORDER_OBSERVATION(OBSERVATION(OBX))) PATIENT_RESULT(PATIENT(PID) ORDER_OBSERVATION(OBSERVATION(OBX)))",
  );
  const orders = message.groups("ORDER_OBSERVATION");
  assertEquals(orders.map(({ segments }) => segments.join(" ")), [
    "ORC OBR OBX NTE OBX SPM",
    "OBR NTE OBX",
    "OBR OBX",
  ]);
  assertEquals(message.groups("PATIENT_RESULT").map((group) => group.groups("OBSERVATION").length), [3, 1]);
  assertEquals(message.groups("NO_SUCH_GROUP"), []);
});

Deno.test("paths of a group count within it, and tell their name in the message", () => {
  const message = messageOf("ORU^R01", "PID OBR OBX OBX OBR OBX OBX");
  const [, second] = message.groups("ORDER_OBSERVATION");
  assertEquals(second.get("OBR-1"), "5");
  assertEquals(second.get("OBX[2]-1"), "7");
  assertEquals(second.getAll("OBX[*]-1"), ["6", "7"]);
  assertEquals(second.raw("OBX"), "OBX|6");
  assertEquals(second.get("PID-1"), undefined);
  assertEquals(second.get("MSH-9"), undefined);
  assertEquals(second.inMessage("OBX[2]-1"), "OBX[4]-1");
  assertEquals(message.get(second.inMessage("OBX-1")), second.get("OBX-1"));
  const { code } = assertThrows(() => second.inMessage("OBX[*]-1"), MitralError);
  assertEquals(code, "HL7V2_PATH_INVALID");
});

Deno.test("a group stays what it was when the message changes", () => {
  const message = messageOf("ORU^R01", "PID OBR OBX");
  const [order] = message.groups("ORDER_OBSERVATION");
  message.set("OBX-1", "changed");
  assertEquals(order.get("OBX-1"), "3");
  assertEquals(message.groups("OBSERVATION")[0].get("OBX-1"), "changed");
});

Deno.test("a group decodes as its message does", () => {
  const bytes = Uint8Array.from(
    "MSH|^~\\&|||||||ORU^R01|1|P|2.5.1||||||8859/1\rOBR|1\rOBX|1|ST|||gr\u00fcn \\T\\ \\XFC\\",
    (character) => character.charCodeAt(0),
  );
  assertEquals(Hl7Message.parse(bytes).groups("OBSERVATION")[0].get("OBX-5"), "grün & ü");
});

Deno.test("segments nobody expects stay in the group they stand in, and move nothing", () => {
  const message = messageOf("ORU^R01", "PID ZPI OBR ZBR OBX ZBX XXX OBX ZZZ");
  assertEquals(message.groups("PATIENT")[0].segments, ["PID", "ZPI"]);
  assertEquals(message.groups("OBSERVATION").map(({ segments }) => segments.join(" ")), [
    "OBX ZBX XXX",
    "OBX ZZZ",
  ]);
});

Deno.test("a segment that is missing keeps no other from its group", () => {
  // No OBR, no ORC, no RGS; ORC and a second OBR without one.
  assertEquals(shown(messageOf("ORU^R01", "PID OBX OBX")).match(/OBSERVATION\(OBX\)/g)?.length, 2);
  assertEquals(
    shown(messageOf("ORM^O01", "PID OBR OBX")),
    "PATIENT(PID) ORDER(ORDER_DETAIL(OBSERVATION(OBX)))",
  );
  assertEquals(shown(messageOf("SIU^S12", "SCH AIS AIL")), "RESOURCES(SERVICE(AIS) LOCATION_RESOURCE(AIL))");
  assertEquals(
    shown(messageOf("ORM^O01", "ORC OBR NTE OBR NTE")),
    "ORDER(ORDER_DETAIL(OBR NTE) ORDER_DETAIL(OBR NTE))",
  );
});

Deno.test("the next order is the next order, and not a prior result of the one before", () => {
  assertEquals(
    shown(messageOf("OML^O21", "PID ORC OBR OBX SPM ORC OBR OBX")),
    "PATIENT(PID) ORDER(OBSERVATION_REQUEST(OBSERVATION(OBX) SPECIMEN(SPM))) " +
      "ORDER(OBSERVATION_REQUEST(OBSERVATION(OBX)))",
  );
  // Behind the patient of a prior result its orders follow.
  const prior = messageOf("OML^O21", "PID ORC OBR OBX PID ORC OBR OBX");
  assertEquals(prior.groups("ORDER_PRIOR").map(({ segments }) => segments.join(" ")), ["ORC OBR OBX"]);
});

Deno.test("the structure comes from MSH-9.3, else from type and event, in the message's version", () => {
  const structure = (type: string, version?: string) => messageOf(type, "PID", version).structure;
  assertEquals(structure("ADT^A08"), "ADT_A01");
  assertEquals(structure("ADT^A08^ADT_A02"), "ADT_A02");
  assertEquals(structure("ADT^A08^ADT_A99"), "ADT_A01");
  assertEquals(structure("ADT^A47", "2.5"), "ADT_A30");
  assertEquals(structure("ADT^A47", "2.8"), "ADT_A44");
  assertEquals(structure("ACK^A01"), "ACK");
  assertEquals(structure("LSR^U13"), "LSU_U12");
  for (const unknown of ["ZZZ^Z01", "ADT", "constructor^", "ADT^toString", "__proto__"]) {
    assertEquals(structure(unknown), undefined, unknown);
    assertEquals(messageOf(unknown, "PID").groups(), [], unknown);
  }
});

Deno.test("a structure its version has withdrawn is read as in the last that had it", () => {
  assertEquals(shown(messageOf("ORM^O01", "PID ORC OBR", "2.8")), "PATIENT(PID) ORDER(ORDER_DETAIL(OBR))");
  assertEquals(
    shown(messageOf("OML^O21", "PID ORC OBR", "2.3")),
    shown(messageOf("OML^O21", "PID ORC OBR", "2.4")),
  );
});

Deno.test("versions differ where HL7's do", () => {
  const order = (version: string) =>
    messageOf("ORU^R01", "PID ORC OBR OBX", version).groups("ORDER_OBSERVATION")[0];
  assertEquals(order("2.7").groups().map(({ name }) => name), ["OBSERVATION"]);
  assertEquals(order("2.8").groups().map(({ name }) => name), ["COMMON_ORDER", "OBSERVATION"]);
});

Deno.test("every structure is one in every version, begins with MSH, and fits itself", () => {
  assert(structureIds().length > 250);
  type Part = NonNullable<ReturnType<typeof structureOf>>["parts"][number];
  const once = (part: Part): string[] =>
    part.kind === "segment" ? [part.ids[0].replace("ANY", "ZAN")] : part.parts.flatMap(once);
  const required = (part: Part): string[] =>
    !part.isRequired ? [] : part.kind === "segment" ? [part.ids[0]] : part.parts.flatMap(required);
  // FAC or PSH may begin two groups there, as HL7 writes it: no reader can tell which without looking ahead.
  for (const id of structureIds().filter((id) => id !== "SUR_P09")) {
    assertEquals(structureIdOf({ kind: "XXX", event: "X01", structure: id }), id);
    for (const version of VERSIONS) {
      const structure = structureOf(id, version)!;
      assertEquals(once(structure)[0], "MSH", id);
      const least = required(structure), departures: string[] = [];
      arrange(structure, least, ({ kind }) => departures.push(kind));
      assertEquals(departures, [], `${id} ${version} ${least.join(" ")}`);
    }
  }
});

Deno.test("groups of a long message are found in time that grows with it", () => {
  const message = messageOf("ORU^R01", "PID" + " OBR OBX NTE".repeat(20_000));
  const orders = message.groups("ORDER_OBSERVATION");
  assertEquals(orders.length, 20_000);
  assertEquals(orders.at(-1)?.inMessage("OBX-1"), "OBX[20000]-1");
  assertEquals(orders.map((order) => order.get("OBX-1")).at(-1), "60000");
});

corpusTest("real messages are put into groups without losing a segment", () => {
  let grouped = 0;
  for (const { id, file } of casesOf<{ id: string; file: string }>("parse_corpus")) {
    const message = Hl7Message.parse(corpusFile(file)), groups = message.groups();
    if (groups.length > 0) grouped++;
    const inside = groups.flatMap(({ segments }) => segments);
    const left = message.segments.length - inside.length;
    assert(left >= 1, id);
    if (message.segments.includes("OBX") && message.structure === "ORU_R01") {
      const results = message.groups("OBSERVATION").flatMap((group) => group.getAll("OBX"));
      assert(results.length > 0, id);
      for (const result of results) assert(message.getAll("OBX").includes(result), id);
    }
  }
  assert(grouped > 300, `${grouped}`);
});
