import { compileFilter } from "../../../actors/filter.ts";
import { compileDatePattern } from "../../../actors/transforms/_date_pattern.ts";
import { readCsvTable, TableError } from "../../../actors/transforms/_code_table.ts";
import { fill, Templates } from "../../../actors/transforms/_template.ts";
import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { createMessage } from "../../../runtime/contract/message.ts";
import { configOf } from "../../world/tools.ts";
import { bytesOf, type Target, textOf } from "../target.ts";
import { halves, refusable } from "./_bodies.ts";

const MESSAGE = bytesOf(
  "MSH|^~\\&|LAB|NORTH|EHR|MAIN|20260215073012||ORU^R01|M-1|P|2.5.1\rPID|1||4711^^^NORTH^MR~99||Doe^Ann||19700203|F\r" +
    "OBX|1|NM|718-7||1\rOBX|2|NM|789-8||aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\r",
);
const format = bindFormat(hl7v2, configOf(hl7v2.config, {}));
const body = Hl7Message.parse(MESSAGE);

/** Filter expressions, compiled and asked. */
export const filterTarget: Target = {
  name: "filter",
  seeds: [
    "MSH-9.1 = ORU and PID-3[2] exists or not (PID-8 in (F, M) and every OBX-3.1 != '789-8')",
    "any OBX-5 matches /^(a+|b)*c{2,5}[^x-z]$/is",
    'any OBX-3.1 in table "reportable.csv" and PID-7 absent',
  ],
  words: [
    ..."()=!,/\"'\\ ^$*+?{}[]|.",
    "and ",
    "or ",
    "not ",
    "any ",
    "every ",
    "in ",
    "table ",
    "matches ",
    "exists",
    "absent",
    "PID-3",
    "OBX[*]-5",
    "(a+)+",
    "{1000}",
    "\\u0041",
    "\\b",
    "(?=a)",
    "(?:",
    "[^",
    "/i",
  ],
  async attempt(input) {
    const test = await compileFilter(textOf(input), async (_, read) => ({ value: read("718-7\n") }), format);
    refusable(() => test(body));
    return test;
  },
};

const message = createMessage({
  id: "0192f3a4-b5c6-7abc-8def-0123456789ab",
  channel: "lab",
  origin: { adapter: "test", peer: "" },
  receivedAtMs: 1_771_140_612_000,
  received: MESSAGE,
  body,
});

/** Templates, compiled and filled in. */
export const templateTarget: Target = {
  name: "template",
  seeds: [
    "{PID-5.1|upper}, {PID-5.2|left 1}. {{{id}}} {received|date yyyy-MM-dd'T'HH:mm[:ss]XXX}",
    '{PID-7|date dd.MM.yyyy from yyyyMMdd|default "none"}{"PID-3[2]"|pad 10 0}{meta.file}{channel}',
  ],
  words: [
    ..."{}|\"' []:.",
    "{{",
    "}}",
    "|date ",
    "|default ",
    "|left 9",
    "|pad 3 0",
    "|trim",
    "PID-5",
    "yyyy",
    "XXX",
    "from ",
    "{n}",
    "meta.",
  ],
  attempt(input) {
    const templates = new Templates({ body: format, timeZone: "America/Chicago" });
    for (const within of ["message", "each"] as const) {
      refusable(() => {
        const template = templates.compile(textOf(input), "setting", within);
        return fill(template, { message, body, sequence: "7", round: { place: "OBX[1]", number: 1 } });
      });
    }
    return undefined;
  },
};

/** Tables of codes. */
export const codeTableTarget: Target = {
  name: "code-table",
  seeds: ['code,local\n# note\n718-7,HGB\n"a ""b""",x\n', "code,local,other\r\n1,2,3\r\n"],
  words: [...'",\n#', "\r\n", '""', "code", "a,b"],
  attempt(input) {
    try {
      return readCsvTable(textOf(input), undefined, [undefined, "local"]);
    } catch (error) {
      if (error instanceof TableError) return undefined;
      throw error;
    }
  },
};

/** Patterns of dates, and dates read by them: the pattern is the first line. */
export const datePatternTarget: Target = {
  name: "date-pattern",
  seeds: [
    "yyyy-MM-dd'T'HH:mm[:ss[.SSS]]XXX\n20260215073012.123-0600",
    "dd.MM.yyyy from MM/dd/yyyy HH:mm XX\n02/15/2026 07:30 +0100",
    "yyyyMMdd\n2026-02-15T07:30:12Z",
  ],
  words: [
    "yyyy",
    "MM",
    "dd",
    "HH",
    "mm",
    "ss",
    "SSS",
    "XXX",
    "XX",
    " from ",
    "[",
    "]",
    "'",
    "T",
    "Z",
    "+1400",
    "-0000",
    "0229",
    "24",
    "60",
    "9999",
    "0000",
  ],
  attempt(input) {
    const [pattern, rest] = halves(input);
    class Refused extends Error {}
    try {
      const write = compileDatePattern(pattern, "America/Chicago", () => {
        throw new Refused();
      });
      write(textOf(rest));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    return undefined;
  },
};
