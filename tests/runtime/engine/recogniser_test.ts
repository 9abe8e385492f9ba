import { assertEquals } from "@std/assert";
import { defineFormat } from "../../../runtime/contract/format.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { paperFormat } from "./review/paper_format.ts";

Deno.test("a channel whose format misses a folder halts at once, says by which code, and nothing crashes", async () => {
  await using rig = new GatewayRig();
  const missing = defineFormat({
    ...paperFormat,
    errors: {
      PAPER_FOLDER_MISSING: {
        blame: "operator",
        retry: "never",
        says: "Cannot read paper: its folder is not there",
      },
    },
    recogniser: ({ fail }) => Promise.resolve(fail("PAPER_FOLDER_MISSING")),
  });
  await rig.open([
    rig.channel("faxes", [to("billing", new FakePeer())], { parse: { spec: missing, config: {} } }),
  ]);
  const { error } = await rig.seen("lineHalted");
  assertEquals([error.code, rig.all("stageCrashed").length], ["PAPER_FOLDER_MISSING", 0]);
});

Deno.test("a folder that is no use any more while a channel runs is told of, with the stage that reads it", async () => {
  await using rig = new GatewayRig();
  const changed = defineFormat({
    ...paperFormat,
    async recogniser(tools) {
      const opened = await paperFormat.recogniser!(tools as never);
      return {
        ...opened,
        recognise(...asked) {
          tools.refused?.("./templates");
          return opened.recognise(...asked);
        },
      };
    },
  });
  const peer = new FakePeer();
  await rig.open([rig.channel("faxes", [to("billing", peer)], { parse: { spec: changed, config: {} } })]);
  await rig.hand("faxes").give(new TextEncoder().encode(JSON.stringify({ id: "F1", document: {} })));
  const { stage, file } = await rig.seen("fileRefused");
  assertEquals([stage, file], ["parse", "./templates"]);
});
