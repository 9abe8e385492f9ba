import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import type { Reckoned } from "../../../../runtime/engine/accounts/reckoning.ts";
import { FakeGateway, snapshot } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const results = {
  way: "sent",
  feed: "results",
  epoch: 1,
  agreed: 40,
  agreedUpTo: 40,
  missing: [],
  contradicted: [],
  unknown: [],
  unreceipted: [[41, 42]],
  gaps: [[7, 7]],
} as const;

function having(reckoned: Reckoned): FakeGateway {
  const gateway = new FakeGateway(snapshot);
  gateway.reckonings.set("registry", reckoned);
  return gateway;
}

Deno.test("partner account shows feeds that agree, what is under way, and gaps", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("partner account registry --now");
    assertEquals(code, exitCodes.ok);
    assertMatch(out, /sent +results +1 +40 +2 +7 +agreed/);
    assertEquals(gateway.asked, [["reckon", "registry"]]);
  }, having({ atMs: 0, epoch: 1, feeds: [results] })));

Deno.test("partner account says that a partner has not answered, and shows what was compared before", () => {
  const gateway = having({ atMs: 0, epoch: 1, feeds: [results] });
  gateway.answers = false;
  return withGateway(async ({ mitral }) => {
    const { code, out, err } = await mitral("partner account registry --now");
    assertEquals(code, exitCodes.no);
    assertStringIncludes(err, "registry was asked and has not answered yet");
    assertMatch(out, /sent +results +1 +40/);
  }, gateway);
});

Deno.test("partner account says which numbers differ and how, and that somebody should look", () =>
  withGateway(async ({ mitral }) => {
    const { code, out } = await mitral("partner account registry");
    assertEquals(code, exitCodes.no);
    assertStringIncludes(out, "we have receipts, and they know of none: 16–20");
    assertStringIncludes(out, "one side says accepted, the other rejected: 3");
  }, having({ atMs: 0, epoch: 1, feeds: [{ ...results, missing: [[16, 20]], contradicted: [[3, 3]] }] })));

Deno.test("partner account gives both accounts of a day as they were signed", () =>
  withGateway(async ({ mitral }) => {
    assertEquals((await mitral("partner account registry --day 2026-01-31")).out, '{"ours":{}}\n');
    const none = await mitral("partner account registry --day 2026-02-01");
    assertEquals([none.code, none.out], [exitCodes.no, "no accounts were compared on 2026-02-01\n"]);
    assertEquals((await mitral("partner account registry --day yesterday")).code, exitCodes.usage);
    assertEquals((await mitral("partner account nobody")).out, "nothing has been compared yet\n");
  }, having({ atMs: 0, epoch: 1, feeds: [] })));
