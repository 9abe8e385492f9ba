/** JSON in, HL7 out, JSON back. README.md tells what to look at. */
import { Hl7Message } from "mitral";
import { runExample } from "../_kit/run_example.ts";
import { shown } from "../_kit/shown.ts";
import patients from "./patients.json" with { type: "json" };

await runExample(import.meta.url, async (stage) => {
  const ehr = stage.hl7Peer("ehr", 7002, answerOf);
  await stage.start();
  const register = async (patient: typeof patients[number]) => {
    const { given, family, born } = patient;
    console.log(`The form registers ${given} ${family}, born ${born}:`);
    const response = await fetch(`http://127.0.0.1:${stage.port(8443)}/patients`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(patient),
    });
    const text = await response.text();
    console.log(`  ${response.status} ${text}`);
    return { status: response.status, told: JSON.parse(text) };
  };

  const taken = await register(patients[0]);
  const [registered] = ehr.received;
  console.log(shown(registered));
  stage.claim("the EHR has the patient as HL7", registered.get("PID-5.1") === patients[0].family);
  stage.claim("the form has the EHR's AA, as JSON", taken.status === 200 && taken.told.status === "AA");
  stage.claim("the id is the one the EHR knows", taken.told.id === registered.get("MSH-10"));

  const refused = await register(patients[1]);
  stage.claim(
    "the EHR has said AE, and the form knows",
    refused.told.status === "AE" && refused.status >= 400,
  );

  const unclear = await register(patients[2]);
  stage.claim(
    "no day is invented where only a month is known",
    unclear.told.code === "TEMPLATE_DATE_IMPRECISE",
  );
  stage.claim("of that the EHR has heard nothing", ehr.received.length === 2);
});

/** The EHR has its own reasons not to take 200532. */
function answerOf(message: Hl7Message): Hl7Message {
  const code = message.get("PID-3.1") === "200532" ? "AE" : "AA";
  const head = `MSH|^~\\&|EHR||||20260105081500||ACK^A04^ACK|EHR-1|P|2.5.1`;
  return Hl7Message.parse(`${head}\rMSA|${code}|${message.get("MSH-10")}`);
}
