import { assert, assertEquals } from "@std/assert";
import { fhirAuditEvent } from "../../../../../runtime/trust/ledger/audit/fhir_audit_event.ts";
import { records } from "./_records.ts";

interface Coded {
  readonly code: string;
}

/** What the tests look at. */
interface AuditEvent {
  readonly id: string;
  readonly type: Coded;
  readonly subtype: readonly Coded[];
  readonly action: string;
  readonly outcome: string;
  readonly agent: readonly {
    readonly type: { readonly coding: readonly Coded[] };
    readonly who: { readonly display: string };
    readonly altId?: string;
    readonly requestor: boolean;
  }[];
  readonly entity: readonly {
    readonly detail: readonly { readonly type: string; readonly valueString: string }[];
  }[];
}

/** Elements of a type: how many of each there must and may be, and what each is. */
type Shape = Readonly<Record<string, readonly [min: number, max: number, is: Is]>>;
type Is = Shape | RegExp | "boolean";

// deno-lint-ignore no-control-regex
const TEXT = /^(?!.*[\0-\x08\x0b\x0c\x0e-\x1f])\S(.|\s)*$/s,
  CODE = /^[^\s]+(\s[^\s]+)*$/,
  URI = /^(https?:\/\/|urn:)\S+$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MANY = Infinity;

const coding: Shape = { system: [0, 1, URI], code: [0, 1, CODE], display: [0, 1, TEXT] };
const concept: Shape = { coding: [0, MANY, coding], text: [0, 1, TEXT] };
const identifier: Shape = { type: [0, 1, concept], system: [0, 1, URI], value: [0, 1, TEXT] };
const reference: Shape = { type: [0, 1, /^Device$/], identifier: [0, 1, identifier], display: [0, 1, TEXT] };

/** FHIR 4.0.1, AuditEvent, as far as it is used: https://hl7.org/fhir/R4/auditevent.html */
const auditEvent: Shape = {
  resourceType: [1, 1, /^AuditEvent$/],
  id: [0, 1, /^[A-Za-z0-9.-]{1,64}$/],
  type: [1, 1, coding],
  subtype: [0, MANY, coding],
  action: [0, 1, /^[CRUDE]$/],
  recorded: [1, 1, INSTANT],
  outcome: [0, 1, /^(0|4|8|12)$/],
  outcomeDesc: [0, 1, TEXT],
  agent: [1, MANY, {
    type: [0, 1, concept],
    who: [0, 1, reference],
    altId: [0, 1, TEXT],
    requestor: [1, 1, "boolean"],
  }],
  source: [1, 1, { observer: [1, 1, reference], type: [0, MANY, coding] }],
  entity: [0, MANY, {
    what: [0, 1, reference],
    type: [0, 1, coding],
    role: [0, 1, coding],
    lifecycle: [0, 1, coding],
    name: [0, 1, TEXT],
    detail: [0, MANY, { type: [1, 1, TEXT], valueString: [1, 1, TEXT] }],
  }],
};

function check(value: unknown, is: Is, path: string): void {
  if (is === "boolean") return assertEquals(typeof value, "boolean", path);
  if (is instanceof RegExp) return assert(typeof value === "string" && is.test(value), `${path}: ${value}`);
  const object = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(object)) assert(key in is, `${path}.${key} is no element`);
  for (const [key, [min, max, of]] of Object.entries(is)) {
    const there = object[key];
    assert(max === 1 || there === undefined || Array.isArray(there), `${path}.${key} is no list`);
    const all: readonly unknown[] = there === undefined
      ? []
      : Array.isArray(there) && max > 1
      ? there
      : [there];
    assert(all.length >= min && all.length <= max, `${path}.${key}: ${all.length}`);
    // FHIR has no empty lists.
    assert(there === undefined || all.length > 0, `${path}.${key} is empty`);
    all.forEach((each, at) => check(each, of, `${path}.${key}[${at}]`));
  }
}

const read = (kind: keyof typeof records): AuditEvent => JSON.parse(fhirAuditEvent(records[kind]));

for (const kind of Object.keys(records) as (keyof typeof records)[]) {
  Deno.test(`an entry "${kind}" is an AuditEvent as FHIR R4 has it, in one line, that exactly one agent has brought about`, () => {
    const event = read(kind);
    assert(!fhirAuditEvent(records[kind]).includes("\n"));
    check(event, auditEvent, "AuditEvent");
    assertEquals(event.agent.filter(({ requestor }) => requestor).length, 1);
  });
}

const codes = (codings: readonly Coded[]) => codings.map(({ code }) => code);

Deno.test("what comes and goes is an import and an export, from whom and to whom, as IHE BALP has disclosures", () => {
  const received = read("received"), receipted = read("receipted"), delivered = read("delivered");
  assertEquals([received.type.code, received.action], ["110107", "C"]);
  assertEquals(codes(received.subtype), ["receive", "received"]);
  assertEquals([receipted.type.code, receipted.action], ["110106", "R"]);
  assertEquals(codes(receipted.subtype), ["disclose", "receipted"]);
  const agents = (event: AuditEvent) =>
    event.agent.map(({ who, type }) => [who.display, type.coding[0].code]);
  assertEquals(agents(received), [["st-elsewhere", "110152"], ["acme", "110153"]]);
  assertEquals(agents(receipted), [["st-elsewhere", "110153"], ["registry", "110152"]]);
  assertEquals(agents(delivered), [["st-elsewhere", "110153"], ["lab/ehr", "110152"]]);
});

Deno.test("what a person has seen has left the gateway, by that person", () => {
  const { type, subtype, agent } = read("act");
  assertEquals([type.code, ...codes(subtype)], ["110106", "access", "act"]);
  assertEquals(agent.map(({ altId, requestor }) => [altId, requestor]), [
    [undefined, false],
    // FHIR's strings have no place for U+0001.
    ["ann <&\"'>\tz\ufffd", true],
  ]);
});

Deno.test("what was refused or is tried again is a minor failure, what somebody has to look at a serious one", () => {
  const outcomes = Object.fromEntries(
    (["received", "acknowledged", "attempted", "quarantined", "login", "alarm"] as const)
      .map((kind) => [kind, read(kind).outcome]),
  );
  assertEquals(outcomes, {
    received: "0",
    acknowledged: "4",
    attempted: "4",
    quarantined: "8",
    login: "4",
    alarm: "8",
  });
});

Deno.test("an entry says which one it is, and has the same id whenever it is written", () => {
  const { id, entity } = read("received");
  assertEquals(id, read("received").id);
  assert(id !== read("filtered").id);
  const details = Object.fromEntries(entity[0].detail.map(({ type, valueString }) => [type, valueString]));
  assertEquals([details.epoch, details.number, details.leaf.length], ["2", "3", 64]);
});
