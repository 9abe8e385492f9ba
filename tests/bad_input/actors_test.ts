import { assertEquals } from "@std/assert";
import { Ack, bytesOf, hl7 } from "./_messages.ts";
import { assertDeclared } from "./_reference.ts";
import { Folder, gatewayOf, Site } from "./_site.ts";

/** A custom actor that breaks over every message with BAD in MSH-10, and quotes the whole message. */
const breaker = (how: string) =>
  `import { defineTransformer } from "mitral";

export default defineTransformer({
  name: "breaker",
  about: "Breaks.",
  config: {},
  errors: {
    BREAKER_SENDER_WRONG: { blame: "sender", retry: "never", says: "Cannot break: the sender is wrong" },
    BREAKER_TABLE_MISSING: { blame: "operator", retry: "never", says: "Cannot break: no table" },
  },
  async transform(message, { fail }) {
    const content = new TextDecoder().decode(message.received);
    if (content.includes("|BAD|")) ${how};
    return message;
  },
});
`;

interface Bad {
  readonly sentence: string;
  readonly how: string;
  readonly code: string;
  readonly answer: readonly [verdict: string, condition: string];
  /** False for a code of the actor's own, which no reference lists. */
  readonly isOurs?: boolean;
}

const bad: readonly Bad[] = [
  {
    sentence: "crashes its transformer again and again gets AR with 207",
    how: "throw new Error(content)",
    code: "ENGINE_MESSAGE_POISONED",
    answer: ["AR BAD", "207"],
    isOurs: true,
  },
  {
    sentence: "a transformer blames on its sender gets AE",
    how: `fail("BREAKER_SENDER_WRONG", {}, new Error(content))`,
    code: "BREAKER_SENDER_WRONG",
    answer: ["AE BAD", "102"],
  },
  {
    sentence: "fails for want of a table gets AR with 207",
    how: `fail("BREAKER_TABLE_MISSING", {}, content)`,
    code: "BREAKER_TABLE_MISSING",
    answer: ["AR BAD", "207"],
  },
  {
    sentence: "its transformer forgets to return gets AR with 207",
    how: "return",
    code: "ENGINE_RESULT_INVALID",
    answer: ["AR BAD", "207"],
    isOurs: true,
  },
];

for (const acknowledge of ["processed", "received"]) {
  for (const { sentence, how, code, answer: [verdict, condition], isOurs } of bad) {
    const early = acknowledge === "received" ? ", but AA where it is acknowledged when received" : "";
    Deno.test(`a message that ${sentence}${early}, and is kept`, async () => {
      const folder = await Folder.make();
      await folder.write("breaker.ts", breaker(how));
      await using site = await Site.open(
        gatewayOf({ mllp: { port: 0 }, acknowledge }, "hl7v2", {
          transform: ["./breaker.ts"],
          supervise: { backoffMs: 1 },
        }),
        folder,
      );
      using peer = await site.dial();
      await peer.send(hl7("BAD"));
      const ack = new Ack((await peer.text())!);
      if (early) assertEquals(ack.verdict, "AA BAD");
      else assertEquals([ack.verdict, ack.condition, ack.error.code], [verdict, condition, code]);

      const { error } = await site.seen("messageQuarantined");
      assertEquals(error.code, code);
      const [kept, ...others] = await site.quarantine();
      assertEquals([kept.received, kept.trouble?.code, others.length], [bytesOf(hl7("BAD")), code, 0]);
      if (isOurs) await assertDeclared({ code, says: error.message });

      await peer.send(hl7("GOOD"));
      assertEquals(new Ack((await peer.text())!).verdict, "AA GOOD");
      await site.assertDelivered(bytesOf(hl7("GOOD")));
    });
  }
}
