import { assertEquals, assertStringIncludes } from "@std/assert";
import { printProblem } from "../../../runtime/config/problem.ts";
import { problemsOf, read } from "./_fixtures.ts";

const gateway = (disclosure: string, more = "") =>
  `gateway: st-elsewhere
channels:
  vaccines:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send:
      registry:
        mllp: { host: iis.example, port: 2575 }
        disclosure: ${disclosure}
${more}`;

Deno.test("config: a disclosure says to whom, what and why, and one is shared by an anchor", async () => {
  const said =
    '{ to: State Registry, address: "1 Capitol Sq", what: Immunisation record, purpose: public health }';
  const { plan, problems } = await read(gateway(
    `&registry ${said}`,
    `      second: { mllp: { host: second.example, port: 2575 }, disclosure: *registry }
`,
  ));
  assertEquals(problems.map(printProblem), []);
  const registry = {
    to: "State Registry",
    address: "1 Capitol Sq",
    what: "Immunisation record",
    purpose: "public health" as const,
  };
  assertEquals(plan!.channels[0].destinations.map(({ disclosure }) => disclosure), [registry, registry]);
});

Deno.test("config: what is missing in a disclosure, or is no purpose, is told with its place", async () => {
  const [missing, purpose] = await problemsOf(gateway("{ to: State Registry, purpose: public helth }"));
  assertEquals(
    missing,
    "9:9 CONFIG_VALUE_MISSING Cannot read channels.vaccines.send.registry.disclosure: what is missing (for example what: Immunisation record)",
  );
  assertEquals(purpose.slice(0, 58), "9:52 CONFIG_VALUE_INVALID Cannot read channels.vaccines.se");
  const [unsaid] = await problemsOf(gateway("{ to: State Registry, what: Immunisation record }"));
  assertStringIncludes(unsaid, "purpose is missing (it is one of required by law, public health, ");
});

Deno.test("config: another channel of the gateway is no recipient", async () => {
  assertEquals(
    await problemsOf(`gateway: st-elsewhere
channels:
  vaccines:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send:
      next: { channel: out, disclosure: { to: R, what: W, purpose: research } }
  out:
    listen: { mllp: { port: 2576 } }
    parse: hl7v2
    send: { ehr: { mllp: { host: h, port: 1 } } }
`),
    [
      "7:41 CONFIG_VALUE_INVALID Cannot read channels.vaccines.send.next.disclosure: a channel of this gateway is no recipient (say it at the destination that leads out)",
    ],
  );
});
