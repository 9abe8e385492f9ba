import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Gateway } from "mitral";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { DAY_MS } from "../../../../runtime/journal/sealing.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { run, withFolder } from "../console_kit.ts";
import { FakeGateway, holds } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const file = `gateway: lab
journal: { keepDays: 30 }
channels:
  inbox: { listen: { mllp: { port: 0 } }, parse: hl7v2, send: { files: { file: { path: ./outbox } } } }
`;
const message = "MSH|^~\\&|LAB|A|EHR|B|20260102||ORU^R01|MSG00001|P|2.5\rPID|1||77||DOE^JANE\r";

interface Site {
  readonly cwd: string;
  open(): Promise<Gateway>;
  mitral(command: string, options?: Parameters<typeof run>[1]): ReturnType<typeof run>;
}

/** A gateway that has taken a message, delivered it, and is stopped. */
function withJournal(use: (site: Site) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    const mitral = (command: string, options = {}) => run(command.split(" "), { cwd, ...options });
    const delivered = Promise.withResolvers<void>();
    const open = () =>
      Gateway.open("g/gateway.yaml", {
        folder: cwd,
        observer: ({ name }) => name === "messageDelivered" && delivered.resolve(),
      });
    await Deno.mkdir(join(cwd, "g/outbox"), { recursive: true });
    await Deno.writeTextFile(join(cwd, "g/gateway.yaml"), file);
    await mitral("keys master g/master.key");
    await using gateway = await open();
    await gateway.inject("inbox", message, { peer: "test" });
    await delivered.promise;
    await gateway.close();
    await use({ cwd, open, mitral });
  });
}

Deno.test("a journal goes into a backup and comes back by commands, which say what to do next", () =>
  withJournal(async ({ open, mitral }) => {
    const saved = await mitral("journal backup g/gateway.yaml --to copy");
    assertEquals([saved.code, saved.err], [exitCodes.ok, ""]);
    assertMatch(
      saved.out,
      /^copy has 1 message, .* as of 20.*Z\nit needs the master key [0-9a-f]{16}, which is not in it\n$/,
    );
    const taken = await mitral("journal backup g/gateway.yaml --to copy");
    assertEquals([taken.code, taken.out], [exitCodes.cannot, ""]);
    assertStringIncludes(taken.err, "JOURNAL_BACKUP_PLACE_TAKEN");

    const looked = await mitral("journal verify g/gateway.yaml --backup copy");
    const counted = "messages 1, deliveries 1, bodies 1, of them in files 0";
    assertEquals([looked.code, looked.out], [exitCodes.ok, `${counted}: nothing is wrong\n`]);
    const closed = await mitral("journal verify --backup copy --json");
    assertEquals(JSON.parse(closed.out).opened, false);

    const inTheWay = await mitral("journal restore copy g/gateway.yaml");
    assertEquals(inTheWay.code, exitCodes.cannot);
    assertStringIncludes(inTheWay.err, "JOURNAL_RESTORE_OCCUPIED");
    const restored = await mitral("journal restore copy g/gateway.yaml --replace");
    assertEquals([restored.code, restored.err], [exitCodes.ok, ""]);
    assertMatch(restored.out, /1 message, epoch 2\nthe journal before lies in .*before-20/);
    assertStringIncludes(restored.out, "mitral journal release --reason");
    await using gateway = await open();
    assert(gateway.snapshot().sendersHeld);
    const [{ id }] = await gateway.archive.list({});
    assertEquals(new TextDecoder().decode((await gateway.archive.show(id))!.received), message);
  }));

Deno.test("journal verify lists what is wrong, and answers no", () =>
  withJournal(async ({ cwd, mitral }) => {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(join(cwd, "g/data/journal.db"));
    database.exec("UPDATE body SET sealed = zeroblob(60)");
    database.close();
    const { code, out } = await mitral("journal verify g/gateway.yaml");
    assertEquals(code, exitCodes.no);
    assertMatch(out, /^finding +what\nvalueUnreadable +message [0-9a-f-]+: body \d+\n/);
    assertStringIncludes(out, "in files 0: 1 finding\n");
    assertEquals((await mitral("journal verify")).code, exitCodes.usage);
  }));

Deno.test("journal prune says what would go, and lets it go, without a gateway", () =>
  withJournal(async ({ mitral }) => {
    const later = {
      world: { ...denoWorld, clock: { ...denoWorld.clock, nowMs: () => Date.now() + 40 * DAY_MS } },
    };
    assertEquals((await mitral("journal prune g/gateway.yaml")).out, "0 messages over their time went\n");
    const asked = await mitral("journal prune g/gateway.yaml --dry-run", later);
    assertEquals([asked.code, asked.out, asked.err], [0, "1 message over their time would go\n", ""]);
    const done = await mitral("journal prune g/gateway.yaml --json", later);
    assertEquals(JSON.parse(done.out), { removed: 1, carried: 0 });
    const left = JSON.parse((await mitral("journal stats g/gateway.yaml --json")).out);
    assertEquals([left.messages, left.deliveries], [[], []]);
  }));

Deno.test("journal stats counts messages and deliveries by channel, state and day", () =>
  withJournal(async ({ mitral }) => {
    const { code, out } = await mitral("journal stats g/gateway.yaml");
    assertEquals(code, exitCodes.ok);
    assertMatch(
      out,
      /^version 7, epoch 1, 1 data key under the master key [0-9a-f]{16}\ndatabase .* free\), log /,
    );
    assertMatch(out, /\ninbox +processed +20\d\d-\d\d-\d\d +1 +\d+ B\n/);
    assertMatch(out, /\ninbox → files +delivered +20\d\d-\d\d-\d\d +1 +\d+ B\n/);
  }));

Deno.test("journal prune and hold go to the gateway that runs, with who asks and why", () => {
  const gateway = new FakeGateway();
  return withGateway(async ({ mitral }) => {
    const add = await mitral("journal hold add case-7 --channel lab --patient 77 --reason court");
    assertEquals([add.code, add.out, add.err], [0, "case-7 holds what it names until it is lifted\n", ""]);
    const bare = await mitral("journal hold add all --field accession=A=1 --reason court");
    assertStringIncludes(bare.err, "no message matches it now");
    await mitral("journal hold lift case-7 --reason closed");
    const by = (reason: string) => ({ person: "ada", reason });
    assertEquals(gateway.asked.map(([what, name, held, why]) => [what, name, held, why]), [
      ["placeHold", "case-7", { channel: "lab", field: ["patient", "77"] }, by("court")],
      ["placeHold", "all", { field: ["accession", "A=1"] }, by("court")],
      ["liftHold", "case-7", by("closed"), undefined],
    ]);
    const { out } = await mitral("journal hold list");
    assertMatch(
      out,
      /case-7 +lab, since 2025-01-01 00:00:00Z, patient 77 +2026-01-02 03:04:05Z +ann +asked by the court\n/,
    );
    assertMatch(out, /freeze +everything +/);
    assertEquals(
      JSON.parse((await mitral("journal hold list --json")).out),
      JSON.parse(JSON.stringify(holds)),
    );
    assertEquals((await mitral("journal hold add x --field ward --reason y")).code, exitCodes.usage);
    const misspelt = await mitral("journal hold add x --field acession=A --reason y");
    assertStringIncludes(misspelt.err, "CONTROL_FIELD_UNKNOWN Cannot search by acession");
    assertEquals((await mitral("journal hold add x")).code, exitCodes.usage);
  }, gateway);
});
