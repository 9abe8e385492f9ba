import { assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { NATS_SERVER, requirePeer } from "../interop/_peers.ts";
import { commandOf, played } from "./_played.ts";
import { inFolder, Program } from "./_program.ts";

const natsServer = await requirePeer("nats-server");
const openssl = await requirePeer("openssl");
const python = await requirePeer("python3");
// The example runs what is on the path.
const isOnPath = dirname(NATS_SERVER) === ".";

Deno.test({
  name: "two_hospitals_one_relay: nothing is lost, repeated for no reason or read, whatever is killed",
  ignore: natsServer.missing || openssl.missing || !isOnPath,
  fn: () =>
    played("two_hospitals_one_relay", ({ out }) => {
      assertMatch(out, /\n {2}after \d+ acknowledgements the .* is killed\n/);
      assertMatch(out, /\nNothing was lost, and nobody between could read it\.\n$/);
      if (!python.missing) {
        assertMatch(
          out,
          /\n {2}yes {2}an outsider who has two fingerprints sees of \S+: southern-infirmary signed, .* accepted /,
        );
      }
      return Promise.resolve();
    }),
});

Deno.test("two_hospitals_one_relay: the same goes from gateway to gateway, with nothing between", () =>
  inFolder(async (folder) => {
    const [, ...args] = await commandOf("two_hospitals_one_relay");
    const few = ["--messages", "40", "--kills", "2", "--carrier", "direct", "--dir", `${folder}/kept`];
    await using program = new Program([...args, ...few]);
    const code = await program.ended();
    if (code !== 0) throw new Error(program.out + program.err);
    assertMatch(program.out, /\nNothing was lost, and nobody between could read it\.\n$/);
  }));
