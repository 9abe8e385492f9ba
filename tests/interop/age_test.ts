import { assert, assertEquals } from "@std/assert";
import { secretOf } from "mitral";
import { openGateway, type TestGateway } from "./_gateway.ts";
import { requirePeer } from "./_peers.ts";

const age = await requirePeer("age");
// Of a clearing house that is there for tests alone.
const IDENTITY = "AGE-SECRET-KEY-1FR3A8NHHEDK8YGEQDSN0F8S0HZJ620V7UWTFHD74SHPG873Q85FSN23SYS";
const RECIPIENT = "age1gvfrcnw7ck4uuejfkr6ukfhz0wy9v5n0ewgw322wkva39r0ddpkqel4gl6";
const charge = (id: string) => `MSH|^~\\&|HIS|HOSPITAL|||20260601120000||DFT^P03|${id}|P|2.5\rFT1|1\r`;

/** Runs `age` in the gateway's folder; it has to succeed. */
async function run({ folder }: TestGateway, ...args: string[]): Promise<void> {
  const options = { cwd: folder, stdin: "null", stdout: "null", stderr: "piped" } as const;
  const { success, stderr } = await age.command(args, options).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Takes files of a name from the folder `out`, and looks often. */
const taking = (pattern: string) => ({ file: { path: "./out", pattern, everyMs: 10, settleMs: 0 } });

Deno.test({
  name:
    "age opens the batch a channel has collected, encrypted and put into a folder, and nothing else is in it",
  ignore: age.missing,
  async fn() {
    await using under = await openGateway({
      billing: {
        listen: taking("*.hl7"),
        parse: "hl7v2",
        send: {
          house: {
            collect: { countMax: 2, as: "hl7-batch" },
            encrypt: { envelope: { age: { signed: false, recipients: [RECIPIENT] } } },
            file: { path: "./out", as: "DFT_{sequence}.age" },
          },
        },
      },
    });
    for (const id of ["A1", "A2"]) await Deno.writeTextFile(`${under.folder}/out/${id}.hl7`, charge(id));
    await under.seen("messageDelivered");
    await Deno.writeTextFile(`${under.folder}/key`, IDENTITY);
    await run(under, "-d", "-i", "key", "-o", "batch", "out/DFT_1.age");
    const batch = await Deno.readTextFile(`${under.folder}/batch`);
    assert(batch.startsWith("BHS|") || batch.startsWith("FHS|"), "something stands before the batch");
    for (const id of ["A1", "A2"]) assert(batch.includes(charge(id)), `${id} is not in the batch`);
  },
});

for (const form of [["-a"], []]) {
  Deno.test({
    name: `a channel that is told so takes what age has encrypted without a signature ${form.join("")}`,
    ignore: age.missing,
    async fn() {
      await using under = await openGateway({
        remittances: {
          listen: taking("*.age"),
          decrypt: { envelope: { age: { signed: false, identity: secretOf(IDENTITY) } } },
          parse: "hl7v2",
          send: { billing: { file: { path: "./out", as: "{sequence}.hl7" } } },
        },
      });
      await Deno.writeTextFile(`${under.folder}/plain`, charge("B1"));
      await run(under, ...form, "-r", RECIPIENT, "-o", "sealed", "plain");
      await Deno.rename(`${under.folder}/sealed`, `${under.folder}/out/B1.age`);
      await under.seen("messageDelivered");
      assertEquals(await Deno.readTextFile(`${under.folder}/out/1.hl7`), charge("B1"));
      const [found] = await under.gateway.archive.list({});
      assertEquals(found.controlId, "B1");
    },
  });
}
