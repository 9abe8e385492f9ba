import { assert, assertEquals } from "@std/assert";
import { dicomAuditMessage } from "../../../../../runtime/trust/ledger/audit/dicom_audit_message.ts";
import { records } from "./_records.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Reads what a message may be made of: elements, attributes in quotation marks, text; references to characters alone. */
function parse(xml: string): Element {
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const found of xml.matchAll(/<(\/?)([A-Za-z]+)((?: [\w-]+="[^"<]*")*)(\/?)>|[^<>]+/gy)) {
    assertEquals(found.index, at);
    at += found[0].length;
    const [whole, isEnd, name, attributes = "", isEmpty] = found;
    if (name === undefined) open.at(-1)!.text += plain(whole);
    else if (isEnd) assertEquals(open.pop()!.name, name);
    else {
      const element: Element = {
        name,
        attributes: Object.fromEntries(
          [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, plain(value)]),
        ),
        children: [],
        text: "",
      };
      open.at(-1)!.children.push(element);
      if (!isEmpty) open.push(element);
    }
  }
  assertEquals([at, open.length, root.children.length], [xml.length, 1, 1]);
  return root.children[0];
}

function plain(text: string): string {
  assert(!/&(?!#\d+;)/.test(text), text);
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

/** Attributes with a pattern each, `?` behind the name of one that may be missing; children in order, with how many. */
interface Shape {
  readonly attributes: Readonly<Record<string, RegExp>>;
  readonly children?: readonly (readonly [name: string, min: number, max: number, is: Shape])[];
}

const ANY = /^[^]*$/, TOKEN = /^\S+( \S+)*$/;
const text: Shape = { attributes: {} };
const code: Shape = {
  attributes: { "csd-code": TOKEN, codeSystemName: TOKEN, "displayName?": TOKEN, originalText: TOKEN },
};

/** DICOM PS3.15 A.5.1.1, as far as it is used. */
const message: Shape = {
  attributes: {},
  children: [
    ["EventIdentification", 1, 1, {
      attributes: {
        "EventActionCode?": /^[CRUDE]$/,
        EventDateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
        EventOutcomeIndicator: /^(0|4|8|12)$/,
      },
      children: [["EventID", 1, 1, code], ["EventTypeCode", 0, Infinity, code], [
        "EventOutcomeDescription",
        0,
        1,
        text,
      ]],
    }],
    ["ActiveParticipant", 1, Infinity, {
      attributes: { UserID: ANY, UserIsRequestor: /^(true|false)$/ },
      children: [["RoleIDCode", 0, Infinity, code]],
    }],
    ["AuditSourceIdentification", 1, 1, {
      attributes: { AuditSourceID: TOKEN },
      children: [["AuditSourceTypeCode", 0, Infinity, { attributes: { "csd-code": /^[1-9]$/ } }]],
    }],
    ["ParticipantObjectIdentification", 0, Infinity, {
      attributes: {
        ParticipantObjectID: TOKEN,
        "ParticipantObjectTypeCode?": /^[1-4]$/,
        "ParticipantObjectTypeCodeRole?": /^([1-9]|1\d|2[0-6])$/,
        "ParticipantObjectDataLifeCycle?": /^([1-9]|1[0-5])$/,
      },
      children: [
        ["ParticipantObjectIDTypeCode", 1, 1, code],
        ["ParticipantObjectName", 1, 1, text],
        ["ParticipantObjectDetail", 0, Infinity, {
          attributes: { type: TOKEN, value: /^[A-Za-z0-9+/]+=*$/ },
        }],
      ],
    }],
  ],
};

function check(
  { name, attributes, children }: Element,
  { attributes: may, children: are = [] }: Shape,
): void {
  const known = Object.keys(may).map((key) => key.replace("?", ""));
  for (const key of Object.keys(attributes)) assert(known.includes(key), `${name} has no ${key}`);
  for (const [key, pattern] of Object.entries(may)) {
    const value = attributes[key.replace("?", "")];
    if (value === undefined) assert(key.endsWith("?"), `${name} needs ${key}`);
    else assert(pattern.test(value), `${name}.${key}: ${value}`);
  }
  let at = 0;
  for (const [child, min, max, is] of are) {
    let count = 0;
    for (; children[at]?.name === child; at++, count++) check(children[at], is);
    assert(count >= min && count <= max, `${name} has ${count} of ${child}`);
  }
  assertEquals(at, children.length, `${name} has ${children[at]?.name} where it may have none`);
}

function read(kind: keyof typeof records): Element {
  const xml = dicomAuditMessage(records[kind]);
  const [declaration] = /^<\?xml version="1.0" encoding="UTF-8"\?>/.exec(xml)!;
  return parse(xml.slice(declaration.length));
}

for (const kind of Object.keys(records) as (keyof typeof records)[]) {
  Deno.test(`an entry "${kind}" is an audit message as DICOM has it, in one line, with at most one requestor`, () => {
    const root = read(kind);
    assert(!dicomAuditMessage(records[kind]).includes("\n"));
    assertEquals(root.name, "AuditMessage");
    check(root, message);
    const requestors = root.children.filter(({ attributes }) => attributes.UserIsRequestor === "true");
    assertEquals(requestors.length, 1);
  });
}

Deno.test("a name with marks of XML is what it was, and what XML has no place for is told by another character", () => {
  const people = read("act").children.filter(({ name }) => name === "ActiveParticipant");
  assertEquals(people.at(-1)?.attributes.UserID, "ann <&\"'>\tz\ufffd");
});

Deno.test("an audit message says which entry it is, and the hash it has in the tree", () => {
  const entry = read("received").children.find(({ name }) => name === "ParticipantObjectIdentification")!;
  assertEquals(entry.attributes.ParticipantObjectID, "2/3");
  const details = Object.fromEntries(
    entry.children.filter(({ name }) => name === "ParticipantObjectDetail")
      .map(({ attributes: { type, value } }) => [type, atob(value)]),
  );
  assertEquals([details.epoch, details.number, details.leaf.length], ["2", "3", 64]);
});
