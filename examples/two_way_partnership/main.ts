/** Two gateways that trust each other: results one way, invoices the other. README.md tells what to look at. */
import { runExample } from "../_kit/run_example.ts";
import { shown } from "../_kit/shown.ts";
import { countIn } from "../_kit/tap.ts";

const [hospital, office] = ["hospital/gateway.yaml", "billing_office/gateway.yaml"];
/** What nobody between the two may read. */
const secrets = ["Fernández", "Okonkwo", "Potassium", "Cholesterol", "INV-1001", "INV-1003"];

await runExample(import.meta.url, async (stage) => {
  const coding = stage.hl7Peer("coding", 7201);
  const payable = stage.httpPeer("accounts_payable", 9001);
  const wires = [stage.tap(8454, { towards: 8444 }), stage.tap(8453, { towards: 8443 })];
  await stage.introduce(hospital, office);
  await Promise.all([stage.start(hospital), stage.start(office)]);

  const results = await stage.messages("results.hl7");
  const final = results.filter((result) => result.get("OBX-11") === "F");
  console.log(`Out: the laboratory sends ${results.length} results, ${final.length} of them final.`);
  await stage.send(2575, results);
  await coding.until(final.length);
  console.log(shown(coding.received[0]));
  const ids = (list: typeof results) => list.map((result) => result.get("MSH-10")).join();
  stage.claim("the billing office has the final ones, in order", ids(coding.received) === ids(final));
  const bytes = coding.received.map((result) => result.toBytes());
  const privacy = countIn(
    bytes,
    results.flatMap((r) => [r.get("PID-11")!, r.get("PID-13")!, r.get("PID-19")!]),
  );
  stage.claim(
    `addresses, telephone and social security numbers turn up ${privacy} times in them`,
    privacy === 0,
  );

  console.log("Back: invoices lie in billing_office/ready.");
  await payable.until(2);
  console.log(shown(payable.received[0]));
  const areFinal = payable.received.every((invoice) => invoice.includes('status="final"'));
  stage.claim(`accounts payable has the ${payable.received.length} that are final`, areFinal);

  const inClear = countIn(
    [...bytes, ...payable.received.map((text) => new TextEncoder().encode(text))],
    secrets,
  );
  const onTheWire = wires.reduce((sum, wire) => sum + wire.count(secrets), 0);
  const heard = wires.reduce((sum, wire) => sum + wire.bytes, 0);
  console.log(`Between the two gateways ${heard} bytes went over the wires.`);
  stage.claim(
    `names and findings, ${inClear} times in clear behind them, turn up there ${onTheWire} times`,
    onTheWire === 0 && inClear > 0,
  );

  console.log("A stranger posts an invoice to the hospital.");
  const { status } = await fetch(`http://127.0.0.1:${stage.port(8443)}/invoices`, {
    method: "POST",
    headers: { "content-type": "application/xml" },
    body: payable.received[0],
  });
  stage.claim(
    `it is answered ${status}, and goes no further`,
    status >= 400 && payable.received.length === 2,
  );
});
