/**
 * `mitral/testing`: the contract kits. One call runs everything a component of its kind must do; the components that
 * ship with Mitral pass the same tests. The kits register with `Deno.test`, so call them at the top of a test file.
 *
 * @example A custom transformer
 * ```ts
 * import { defineTransformer, Hl7Message, type Message, text } from "mitral";
 * import { testTransformer } from "mitral/testing";
 *
 * const stampFacility = defineTransformer({
 *   name: "stamp_facility",
 *   about: "Writes the receiving facility.",
 *   config: { facility: text("Facility for MSH-6.", { example: "LAB" }) },
 *   errors: {},
 *   transform: (message: Message<Hl7Message>, { config }) =>
 *     message.derive({ body: message.body.with("MSH-6", config.facility) }),
 * });
 *
 * testTransformer(stampFacility, {
 *   config: { facility: "LAB" },
 *   cases: [{
 *     name: "writes MSH-6",
 *     body: Hl7Message.parse("MSH|^~\\&|A|B|C|D\r"),
 *     expect: "MSH|^~\\&|A|B|C|LAB\r",
 *   }],
 * });
 * ```
 *
 * @module
 */

export { type EnvelopeSubject, type EnvelopeSuite, type Refusal, testEnvelope } from "./envelope_kit.ts";
export { type FormatKit, type InvalidSample, testFormat, type ValidSample } from "./format_kit.ts";
export {
  type Exchange,
  type ListenerPeer,
  type ListenerScene,
  type ListenerSubject,
  testListener,
} from "./listener_kit.ts";
export { type PeerMessage, type SenderScene, type SenderSubject, testSender } from "./sender_kit.ts";
export {
  type Content,
  type Scenery,
  testTransformer,
  type TransformerCase,
  type TransformerSuite,
} from "./transformer_kit.ts";
export { FakeClock } from "../world/fake_clock.ts";
export { FakeIntake } from "../world/fake_intake.ts";
