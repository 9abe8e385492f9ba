import { assertEquals } from "@std/assert";
import type { PatientChange, PatientFacts, PatientNumber } from "../../../../runtime/contract/patient.ts";
import { Journal } from "../../../../runtime/journal/journal.ts";
import type { AskPatientsByNumber } from "../../../../runtime/journal/patients/operations.ts";
import { changeMasterKey, type OpenStore, sqliteStore } from "../../../../runtime/journal/store.ts";
import { createMasterKey, type MasterKey } from "../../../../runtime/trust/master_key.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { appendOf, branchTo, deaf, processOf } from "../entries.ts";
import { filesUnder, readable } from "../readable.ts";

const ST_E = "ST E";
const stE = (id: string): PatientNumber => ({ id, assigner: ST_E });
const doe = (given: string, facts: PatientFacts = {}): PatientFacts => ({
  names: [{ family: "DOE", given }],
  birthDate: "19700131",
  sex: "F",
  ...facts,
});
const told = (id: string, facts: PatientFacts): PatientChange => ({
  kind: "told",
  numbers: [stE(id)],
  facts,
});
const merged = (gone: string, into: string): PatientChange => ({
  kind: "merged",
  gone: stE(gone),
  into: stE(into),
});

/** A journal with an index, in a test's hand. */
class Index {
  constructor(readonly journal: Journal) {}

  /** A message of this text has come, and is not worked on yet. */
  async come(): Promise<number> {
    const { seq } = await this.journal.write(appendOf());
    return seq;
  }

  /** The work on it ends with these changes. */
  async end(seq: number, ...patients: readonly PatientChange[]): Promise<void> {
    await this.journal.write(processOf(seq, [branchTo("ehr")], { patients }));
  }

  async say(...changes: readonly PatientChange[]): Promise<number> {
    const seq = await this.come();
    await this.end(seq, ...changes);
    return seq;
  }

  /** Who a number leads to: `number given birthDate (former numbers)`. */
  async who(id: string, how: Partial<AskPatientsByNumber> = {}): Promise<readonly string[]> {
    const found = await this.journal.ask({ ask: "patientsByNumber", id, ...how });
    return found.map(({ id, names, birthDate, former }) =>
      [id, names.map(({ given }) => given).join("/"), birthDate, `(${former.map(({ id }) => id).join(" ")})`]
        .join(" ")
    );
  }
}

/** The same over both stores. */
function bothStores(sentence: string, test: (index: Index) => Promise<void>): void {
  Deno.test(`${sentence}, in memory`, async () => {
    using store = new MemoryStore();
    await withIndex(store.openStore, "/nowhere", test);
  });
  Deno.test(`${sentence}, on disk`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await withIndex(sqliteStore(masterKey), folder, test);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function withIndex(
  open: OpenStore,
  folder: string,
  test: (index: Index) => Promise<void>,
): Promise<void> {
  const world = { ...denoWorld, disk: { ...denoWorld.disk, makeFolder: () => Promise.resolve() } };
  const journal = await Journal.open(world, folder, deaf, open);
  try {
    await test(new Index(journal));
  } finally {
    await journal.close();
  }
}

bothStores(
  "a patient is found by the number, however it is written, and by whom it was given",
  async (index) => {
    await index.say(told("00100-417", doe("ANN", { aliases: [{ family: "ROE", given: "ANN" }] })));
    await index.say({ kind: "told", numbers: [{ id: "100417" }], facts: doe("BEA") });
    const [ann] = await index.journal.ask({ ask: "patientsByNumber", id: "100417", assigner: ST_E });
    assertEquals(ann, {
      id: "00100-417",
      assigner: ST_E,
      names: [{ family: "DOE", given: "ANN" }],
      aliases: [{ family: "ROE", given: "ANN" }],
      birthDate: "19700131",
      sex: "F",
      former: [],
    });
    assertEquals(await index.who("100 417"), ["00100-417 ANN 19700131 ()", "100417 BEA 19700131 ()"]);
    assertEquals(await index.who("100417", { assigner: "" }), ["100417 BEA 19700131 ()"]);
    assertEquals(await index.who("100418"), []);
    assertEquals(await index.journal.ask({ ask: "patientFigures" }), { numbers: 2, merged: 0 });
  },
);

bothStores("a patient is found by family name and date of birth, as it looks on paper", async (index) => {
  await index.say(
    told(
      "1",
      doe("ANN", {
        names: [{ family: "Baxter-Hill", given: "ANN" }],
        aliases: [{ family: "ROE", given: "" }],
      }),
    ),
  );
  const named = async (...families: readonly string[]) =>
    (await index.journal.ask({ ask: "patientsByName", families, birthDate: "19700131" })).map(({ id }) => id);
  assertEquals(await named("X", "BAXTER H1LL"), ["1"]);
  assertEquals(await named("ROE", "BAXTERHILL"), ["1"]);
  assertEquals(await named("BAXTER"), []);
  await index.say(told("1", { names: [{ family: "HALL", given: "ANN" }] }));
  assertEquals([await named("BAXTERHILL"), await named("HALL")], [[], ["1"]]);
  await index.say(told("1", { birthDate: "1970" }));
  assertEquals(await named("HALL"), []);
});

bothStores("what a message does not speak of stays, and what it empties goes", async (index) => {
  await index.say(told("1", doe("ANN")));
  await index.say(told("1", { names: [{ family: "DOE", given: "ANNA" }] }));
  assertEquals(await index.who("1"), ["1 ANNA 19700131 ()"]);
  await index.say(told("1", { birthDate: "" }));
  assertEquals(await index.who("1"), ["1 ANNA  ()"]);
});

bothStores(
  "a message worked on late, or again, changes nothing a later one has said, and adds what nobody had",
  async (index) => {
    const early = await index.come();
    await index.say(told("1", { names: [{ family: "DOE", given: "ANNA" }] }));
    await index.end(early, told("1", doe("ANN")));
    assertEquals(await index.who("1"), ["1 ANNA 19700131 ()"]);
    await index.journal.write({
      op: "tellPatients",
      seq: early,
      changes: [told("1", doe("OLD", { birthDate: "1" }))],
    });
    assertEquals(await index.who("1"), ["1 ANNA 19700131 ()"]);
  },
);

bothStores("the work on a message counts once", async (index) => {
  const seq = await index.say(told("1", doe("ANN")));
  await index.end(seq, told("1", doe("AGAIN")));
  assertEquals(await index.who("1"), ["1 ANN 19700131 ()"]);
});

bothStores(
  "a merged number leads to the survivor, who stays as told, over any number of merges",
  async (index) => {
    await index.say(told("1", doe("ANN", { birthDate: "19600101" })));
    await index.say(told("2", doe("BEA")), merged("1", "2"));
    assertEquals(await index.who("1"), ["2 BEA 19700131 (1)"]);
    await index.say(told("3", doe("CAT")), merged("2", "3"));
    await index.say(merged("unknown", "2"));
    for (const id of ["1", "2", "3", "unknown"]) {
      assertEquals(await index.who(id), [
        "3 CAT 19700131 (1 2 unknown)",
      ]);
    }
    const [{ former }] = await index.journal.ask({ ask: "patientsByNumber", id: "3" });
    assertEquals(former.map(({ names }) => names.map(({ given }) => given)), [["ANN"], ["BEA"], []]);
    assertEquals(await index.journal.ask({ ask: "patientFigures" }), { numbers: 1, merged: 3 });
  },
);

bothStores("merges make no ring, and one the other way round takes the place of the first", async (index) => {
  const first = await index.say(told("1", doe("ANN")), told("2", doe("BEA")), merged("1", "2"));
  await index.say(merged("2", "1"));
  await index.say(merged("2", "2"));
  assertEquals(await index.who("2"), ["2 BEA 19700131 (1)"]);
  await index.say(told("1", doe("ANN")), merged("2", "1"));
  assertEquals(await index.who("2"), ["1 ANN 19700131 (2)"]);
  await index.journal.write({ op: "tellPatients", seq: first, changes: [merged("1", "2")] });
  assertEquals(await index.who("1"), ["1 ANN 19700131 (2)"]);
});

bothStores(
  "who is told of by a merged number again is a patient again; an older message does not do that",
  async (index) => {
    const early = await index.come();
    await index.say(told("1", doe("ANN")), told("2", doe("BEA")), merged("1", "2"));
    await index.end(early, told("1", doe("LATE")));
    assertEquals(await index.who("1"), ["2 BEA 19700131 (1)"]);
    await index.say(told("1", {}));
    assertEquals([await index.who("1"), await index.who("2")], [["1 ANN 19700131 ()"], [
      "2 BEA 19700131 ()",
    ]]);
  },
);

bothStores("what is known goes with a patient to another number", async (index) => {
  await index.say(told("1", doe("ANN")));
  const renumbered: PatientChange = { kind: "renumbered", gone: stE("1"), into: stE("2") };
  await index.say(told("2", { names: [{ family: "DOE", given: "ANNA" }] }), renumbered);
  assertEquals(await index.who("1"), ["2 ANNA 19700131 (1)"]);
});

bothStores("nobody has a number that was forgotten, until a later message tells of it", async (index) => {
  const early = await index.come();
  await index.say(told("1", doe("ANN")), { kind: "forgotten", numbers: [stE("1")] });
  await index.end(early, told("1", doe("OLD")));
  assertEquals(await index.who("1"), []);
  assertEquals(
    await index.journal.ask({ ask: "patientsByName", families: ["DOE"], birthDate: "19700131" }),
    [],
  );
  await index.say(told("1", { names: [{ family: "DOE", given: "BEA" }] }));
  assertEquals(await index.who("1"), ["1 BEA  ()"]);
  await index.journal.write({ op: "tellPatients", changes: [{ kind: "forgotten", numbers: [stE("1")] }] });
  assertEquals(await index.who("1"), []);
});

Deno.test("the index outlives the journal's lives, tells nothing without the master key, and everything under another", async () => {
  const folder = await Deno.makeTempDir();
  const within = <T>(key: MasterKey, act: (index: Index) => Promise<T>) =>
    (async () => {
      const journal = await Journal.open(denoWorld, folder, deaf, sqliteStore(key));
      try {
        return await act(new Index(journal));
      } finally {
        await journal.close();
      }
    })();
  try {
    await within(masterKey, (index) =>
      index.say({
        kind: "told",
        numbers: [{ id: "9910417", assigner: "SAINT ELSEWHERE" }],
        facts: { names: [{ family: "BAXTERHILL", given: "INGRID" }], birthDate: "19700131" },
      }));
    assertEquals(filesUnder(folder).length > 0, true);
    assertEquals(readable(folder, ["9910417", "SAINT ELSEWHERE", "BAXTERHILL", "INGRID", "19700131"]), []);
    const { masterKey: other } = await createMasterKey();
    await changeMasterKey(denoWorld, folder, { from: masterKey, to: other });
    await within(other, async (index) => {
      assertEquals(await index.who("9910417"), ["9910417 INGRID 19700131 ()"]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
