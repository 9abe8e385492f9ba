import {
  assemble,
  describe,
  Dtm,
  formattedText,
  fragment,
  Hl7Message,
  isDate,
  splitBatch,
  Tm,
  validate,
} from "../../../actors/formats/hl7v2/hl7.ts";
import { must, type Target, textOf } from "../target.ts";
import { refusable } from "./_bodies.ts";

const ORU = "MSH|^~\\&|LAB|N|EHR|M|20260215073012.1234-0500||ORU^R01^ORU_R01|M-1|P|2.5.1\r" +
  "PID|1||4711^^^N^MR~99||Doe^Ann~Roe^Bea|O'Neil|19700203|F\rNK1|1|Roe^Cy|MTH\rPV1|1|I\rORC|RE|1\r" +
  "OBR|1|A|B|24320-4^PANEL^LN|||202602\rOBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dL|70-105|H|||F\r" +
  "OBX|2|FT|X||a\\.br\\b\\.in+4\\c\\H\\d\\N\\~e\rOBX|3|ED|P||APP^application^pdf^Base64^JVBERi0xLjcK\r" +
  "OBX|4|DT|D||202602\rNTE|1||text\rTXA|1|CN|TX|20260215|||||||7\rDSC|x|F\r";
const OTHER = Hl7Message.parse(ORU);

/** What a program does with a message: views, dates, documents, groups, rules, names, differences, fragments. */
export const hl7v2ToolboxTarget: Target = {
  name: "hl7v2-toolbox",
  seeds: [
    ORU,
    ORU.replace("2.5.1", "2.3").replaceAll("OBX", "DG1"),
    "MSH|^~\\&|A||B||2026||ADT^A40|1|P|2.4\rEVN|A40|2026\rPID|1||7\rMRG|8\r",
    "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|A\rPID|1\rBTS|1\rFTS|1\r",
    "20260215073012.1234+0530",
    "073012.1-0000",
    "a\\.sp 2\\b\\.ti-3\\c\\.ce\\d\\XE9\\<b>&\\Z1\\",
  ],
  words: [
    ..."|^~\\&\r",
    "\rOBX|1|",
    "|ED|",
    "^Base64^",
    "\\.br\\",
    "\\.in+99999\\",
    '""',
    "2026",
    "99999999",
    "+0530",
    "-0000",
    ".1234",
    "ORU^R01",
    "ADT^A01^ADT_A01",
    "2.8.2",
    "\rDSC|x|F",
    "\rADD|",
    "<script>",
    "&amp;",
    "\r".repeat(3),
  ],
  bytesMax: 20_000,
  attempt(input) {
    const text = textOf(input);
    const html = formattedText(text).toHtml();
    must(!/<(?!\/?(?:b|br|div|center)\b)/.test(html), "nothing of the content becomes markup");
    for (const type of ["DTM", "TS", "DT", "TM"] as const) isDate(type, text);
    const date = Dtm.parse(text);
    if (date) must(Dtm.parse(date.toString())?.equals(date) === true, "a date is itself again");
    Tm.parse(text);
    refusable(() => describe(text));
    refusable(() => [...splitBatch(input)]);
    refusable(() => assemble([input]));
    const message = refusable(() => Hl7Message.parse(input));
    if (message) exerciseMessage(message);
    return message;
  },
};

function exerciseMessage(message: Hl7Message): void {
  for (const { path } of validate(message)) must(path !== "", "a problem has a place");
  for (const group of message.groups()) must(group.segments.length > 0, "a group holds something");
  JSON.stringify([message.patient, message.visit, message.observations, message.orders, message.header]);
  must(message.changesTo(message).length === 0, "nothing is to be changed to stay the same");
  must(message.changesTo(OTHER).length + OTHER.changesTo(message).length >= 0, "any two can be compared");
  let count = 0;
  for (const [path] of message.leaves()) {
    if (++count > 30) break;
    describe(path, message);
    refusable(() => message.formattedText(path)?.toText());
    refusable(() => message.encapsulated(path.replace(/\.\d+\.\d+$/, "")));
  }
  const bytes = message.toBytes();
  const fragments = refusable(() => fragment(bytes, Math.max(Math.ceil(bytes.length / 3), 200)));
  if (fragments && fragments.length > 1) {
    must(textOf(assemble(fragments)) === textOf(assemble([bytes])), "fragments are the message again");
  }
}
