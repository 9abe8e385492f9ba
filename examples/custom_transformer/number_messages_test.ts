import { Hl7Message } from "mitral";
import { testTransformer } from "mitral/testing";
import numberMessages from "./number_messages.ts";

const hl7 = (header: string) => Hl7Message.parse(`${header}\r`);

testTransformer(numberMessages, {
  config: {},
  cases: [
    {
      name: "begins with 1",
      body: hl7("MSH|^~\\&|LAB||||||ORU^R01|A|P|2.5.1"),
      expect: hl7("MSH|^~\\&|LAB||||||ORU^R01|A|P|2.5.1|1"),
    },
    {
      name: "goes on from the sender's last number, and from nobody else's",
      body: hl7("MSH|^~\\&|LAB||||||ORU^R01|A|P|2.5.1"),
      state: { LAB: "41", ICU: "7" },
      expect: hl7("MSH|^~\\&|LAB||||||ORU^R01|A|P|2.5.1|42"),
    },
    {
      name: "writes where it is told",
      config: { by: "MSH-4", into: "MSH-14" },
      body: hl7("MSH|^~\\&|LAB|NORTH|||||ORU^R01|A|P|2.5.1"),
      expect: hl7("MSH|^~\\&|LAB|NORTH|||||ORU^R01|A|P|2.5.1||1"),
    },
    {
      name: "fails where nobody says who sends",
      body: hl7("MSH|^~\\&|||||||ORU^R01|CANARY-5d0c81|P|2.5.1"),
      expect: { code: "NUMBER_MESSAGES_SENDER_MISSING" },
    },
  ],
});
