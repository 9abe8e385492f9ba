/** What envelopes must do among gateways whose keys are of several algorithms. */
import { assert, assertEquals } from "@std/assert";
import { bindEnvelope, type Keyring } from "../../runtime/contract/envelope.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { Spec } from "../../runtime/contract/spec.ts";
import { configOf } from "../world/tools.ts";
import { payloadOf, sameBytes } from "./_bytes.ts";
import { type EnvelopeSuite, keyringFor } from "./_envelope_keys.ts";
import { type EnvelopeSubject, NOW_MS, RECIPIENTS, statement } from "./_envelope_scene.ts";

/** Registers them. */
export function testSuitesTogether<S extends Spec, Code extends string>(
  name: string,
  { spec, config, codes, recipientsMax = RECIPIENTS.length }: EnvelopeSubject<S, Code>,
  suites: readonly EnvelopeSuite[],
): void {
  const bind = (keys: Keyring) =>
    bindEnvelope(spec, configOf(spec.config, config), keys, { nowMs: () => NOW_MS });
  const suiteAt = (at: number) => suites[at % suites.length];
  const among = (first: number) => (gateway: string) =>
    suiteAt(first + ["hospital", ...RECIPIENTS].indexOf(gateway));

  Deno.test(`${name} seals for partners whose keys are of other algorithms than the sender's`, async () => {
    for (const first of suites.keys()) {
      const keyring = (of: string, partners: readonly string[]) => keyringFor(of, partners, among(first));
      const sender = bind(await keyring("hospital", RECIPIENTS));
      const sent = { statement, payload: payloadOf(1_000) };
      const groups = recipientsMax < RECIPIENTS.length ? RECIPIENTS.map((to) => [to]) : [RECIPIENTS];
      for (const group of groups) {
        const { bytes: sealed } = await sender.seal(sent.payload, statement, group);
        for (const to of group) {
          const receiver = bind(await keyring(to, ["hospital"]));
          const opened = await receiver.open(sealed);
          assert(sameBytes(opened.payload, sent.payload), `another payload came out for ${to}`);
          const { bytes } = await receiver.receipt(sealed, opened, { kind: "accepted" });
          assertEquals((await sender.judge(bytes, { ...sent, to })).kind, "accepted");
        }
      }
    }
  });

  Deno.test(`${name} goes by the algorithm of the key it knows, whatever a signature says`, async () => {
    const [{ signs, seals }] = suites;
    const other = suites.find((suite) => suite.signs !== signs);
    if (!other) return;
    const ours = () => suites[0];
    const hospital = await keyringFor("hospital", ["lab"], ours);
    const lab = await keyringFor("lab", ["hospital"], ours);
    const forger = await keyringFor("hospital", [], () => ({ ...other, seals }));
    const { keyId } = hospital.signingKey();
    const forged: Keyring = { ...hospital, signingKey: () => ({ ...forger.signingKey(), keyId }) };
    const { bytes: sealed } = await bind(forged).seal(payloadOf(50), statement, ["lab"]);
    const thrown = await bind(lab).open(sealed).then(() => undefined, (error: unknown) => error);
    assert(thrown instanceof MitralError, `expected a declared error, got ${thrown}`);
    assertEquals(thrown.code, codes.signatureInvalid);
  });
}
