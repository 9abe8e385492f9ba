import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fieldsOf, MllpClient } from "../../examples/_kit/mllp.ts";
import { freePorts } from "../../examples/_kit/ports.ts";
import { Receiver } from "../../examples/_kit/receiver.ts";
import type { ControlClient } from "../../runtime/console/control/client.ts";
import type { ReviewItem } from "../../runtime/engine/review/review_api.ts";
import type { MessageRecord } from "../../runtime/journal/records.ts";
import { verifyLedger } from "../../runtime/journal/upkeep/verify_ledger.ts";
import { Crashable } from "./_crashable.ts";
import { atOnce, faxClinic } from "./_fax_clinic.ts";
import { invoicePdf, type Otherwise, registered } from "./_fax_pages.ts";
import { connectTo, Followed } from "./_followed.ts";
import { auditReviews, type Reviewed } from "./_review_audit.ts";
import { Reviewers } from "./_reviewers.ts";
import { pointsBetween, seeded } from "./_seeded.ts";

const SEED = 1107, KILLS = 4, PEOPLE = ["ann", "bob", "cy"];

Deno.test("no fax is lost and no decision made twice, forgotten or made up, when a gateway is killed while faxes come, are read, wait and are decided on", async () => {
  const folder = await Deno.makeTempDir(), data = join(folder, "data");
  try {
    const [adt, port] = freePorts(2);
    const site = { name: "clinic", folder, file: join(folder, "gateway.yaml"), log: join(folder, "log") };
    await Deno.writeTextFile(site.file, faxClinic(adt, port, CHANNELS));
    for (const name of ["adt", "one", "two"]) await Deno.mkdir(join(folder, name));
    const random = seeded(SEED), points = pointsBetween(10, 130, KILLS, random);

    await using gateway = new Crashable(site);
    let moments = 0;
    /** Something has happened: at some moments the gateway is killed. Resolves when it is up. */
    const moment = async () => {
      if (points.includes(++moments)) await gateway.crash();
    };
    const came: Came[] = [];
    await using _billing = Receiver.listen(port, async ({ controlId, message }) => {
      came.push(cameOf(controlId, message));
      // Where it is killed now, it never hears that this has come.
      await moment();
    });
    await gateway.up();
    using admission = new MllpClient(adt);
    await admission.ask(registered);
    await using followed = new Followed(gateway, data, () => void moment());
    const faxes = new FaxMachine(folder);
    /** Resolves when all is taken and read, and delivered where it goes on. */
    const settled = async () => {
      await faxes.taken();
      using client = await connectTo(gateway, data, "root");
      for (let { count } = followed; await isUndelivered(client); { count } = followed) {
        await followed.after(count);
      }
    };
    await settled();
    const patients = async () => {
      using client = await connectTo(gateway, data, "root");
      const [figures, found] = [
        await client.ask("patients.figures", {}),
        await client.ask("patients.find", { number: { id: "200532", assigner: "ST E" } }),
      ];
      return { figures, found };
    };
    const before = await patients();
    assertEquals(before.found.length, 1);

    const reviewers = new Reviewers({
      ...{ gateway, folder: data, random },
      acted() {
        if (moments % 16 === 0) faxes.send();
        void moment();
      },
      async idle() {
        const { count } = followed;
        using client = await connectTo(gateway, data, "root");
        if (await isOnItsWay(client, faxes)) await followed.after(count);
        else faxes.send();
      },
      isOver: () => moments >= points[KILLS - 1],
    });
    for (let at = 0; at < 5; at++) faxes.send();
    await reviewers.work(PEOPLE);
    // One of each kind: two of them wait when it is killed once more.
    for (let at = 0; at < OTHERWISE.length; at++) faxes.send();
    await settled();
    await gateway.crash();
    assertEquals(gateway.crashes, KILLS + 1);

    await settled();
    assertEquals(await patients(), before);
    using client = await connectTo(gateway, data, "root");
    const documents = await documentsOf(client);
    const ledger = await client.ask("audit.list", { from: 0, limit: 10_000 });
    assertEquals(ledger.next, null);
    assertEquals(
      auditReviews([...documents.values()], reviewers.deeds, ledger.entries.map(({ entry }) => entry)),
      [],
    );
    assertEquals(verifyLedger({ folder: data }, () => {}).findings.list, []);
    const messages = await messagesOf(client);
    assertEquals(messages.map(({ sha256 }) => sha256).toSorted(), [...faxes.sent.keys()].toSorted());
    assertEquals(await faxes.left(), [...faxes.sent.values()].map(({ name }) => name).toSorted());
    for (const { id, sha256, state, deliveries } of messages) {
      const document = documents.get(id), { name, isCertain } = faxes.sent.get(sha256)!;
      const goesOn = !document || document.state === "approved";
      assertEquals([!document, state], [
        isCertain,
        goesOn ? "processed" : document.state === "waiting" ? "reviewing" : "cancelled",
      ], name);
      assertEquals(deliveries.map(({ state }) => state), goesOn ? ["delivered"] : [], name);
      // Once, or the same once more where the gateway never heard that it had come.
      const copies = new Set(came.filter((one) => one.sha256 === sha256).map(({ text }) => text));
      assertEquals(copies.size, goesOn ? 1 : 0, name);
      const [told] = came.filter((one) => one.sha256 === sha256);
      if (document && told) {
        assertEquals([told.approvedBy, told.total], [approversOf(document), document.total]);
      }
    }
    const controlIds = new Set(came.map(({ controlId }) => controlId));
    assertEquals(controlIds.size, messages.filter(({ deliveries }) => deliveries.length > 0).length);
    // What was read is counted once, however often it was read.
    const figures = await client.ask("fax.figures", {});
    const totals = figures.filter(({ field }) => field === "total").map(({ read }) => read);
    assertEquals(totals, [controlIds.size]);
    const decided = [...documents.values()].filter(({ state }) => state !== "waiting").length;
    assert(decided > 0 && documents.size - decided >= 2, "nothing was shown");
    console.log(
      `seed ${SEED}: ${gateway.crashes} kills, ${messages.length} faxes, ${reviewers.deeds.length} decisions, ` +
        `${reviewers.deeds.filter(({ told }) => !told).length} of them unanswered, ` +
        `${came.length - controlIds.size} delivered twice, ${documents.size - decided} wait`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A message as it came, and what it tells of its fax. */
interface Came {
  readonly controlId: string;
  readonly text: string;
  readonly sha256: string;
  readonly approvedBy: string;
  readonly total: string | undefined;
}

function cameOf(controlId: string, message: Uint8Array): Came {
  const segments = fieldsOf(message), zfd = segments.find(([name]) => name === "ZFD")!;
  const total = segments.find(([name, , path]) => name === "ZFX" && path === "total");
  const text = new TextDecoder().decode(message);
  return { controlId, text, sha256: zfd[4].split(/[~^]/)[0], approvedBy: zfd[6], total: total?.[4] };
}

/** In the order in which they approved it, since somebody last changed it. */
function approversOf({ steps }: ReviewItem): string {
  const changed = steps.findLastIndex(({ did }) => did === "set" || did === "patient");
  const approved = steps.slice(changed + 1).filter(({ did }) => did === "approved");
  return approved.map(({ by }) => by.person).join("~");
}

/** Whether a fax is in its folder, or is being read. */
async function isOnItsWay(client: ControlClient, faxes: FaxMachine): Promise<boolean> {
  const all = await client.ask("messages.list", { limit: 1000 });
  return all.some(({ state }) => state === "received") || faxOnes(all).length < faxes.sent.size;
}

async function isUndelivered(client: ControlClient): Promise<boolean> {
  const all = await client.ask("messages.list", { limit: 1000 });
  return all.some(({ state, deliveries }) =>
    state === "received" || deliveries.some(({ state }) => state === "queued")
  );
}

/** All that people look at, or have looked at, by the id of its message. */
async function documentsOf(client: ControlClient): Promise<Map<string, ReviewItem & Reviewed>> {
  const all = new Map<string, ReviewItem & Reviewed>();
  for (const state of ["waiting", "approved", "rejected"] as const) {
    for (const { id } of await client.ask("fax.queue", { state, limit: 1000 })) {
      const { item } = await client.ask("fax.show", { id });
      assert(!all.has(id), `${id} is in the queue twice`);
      all.set(id, { ...item, total: item.document.fields.total?.value ?? undefined });
    }
  }
  return all;
}

/** Every message of a fax, with the SHA-256 of what came. */
async function messagesOf(client: ControlClient): Promise<(MessageRecord & { readonly sha256: string })[]> {
  const all = await client.ask("messages.list", { limit: 1000 });
  return await Promise.all(
    faxOnes(all).map(async (record) => {
      const shown = await client.ask("messages.show", { id: record.id, content: true });
      return { ...record, sha256: hashOf(shown!.received!) };
    }),
  );
}

function faxOnes(all: readonly MessageRecord[]): readonly MessageRecord[] {
  return all.filter(({ channel }) => channel !== "adt");
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const FOLDERS = ["one", "two"];

/** Puts faxes into the folders by turns: of three one is certain, one has a wrong total, and one is of nobody known. */
class FaxMachine {
  readonly #folder: string;
  #count = 0;
  /** By the SHA-256 of their bytes. */
  readonly sent = new Map<string, { readonly name: string; readonly isCertain: boolean }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** It gets its name when it is whole. */
  send(): void {
    const at = this.#count++, name = `${30_000 + at}.pdf`;
    const otherwise = OTHERWISE[at % OTHERWISE.length];
    const bytes = invoicePdf({ "20260731": String(30_000 + at), ...otherwise });
    this.sent.set(hashOf(bytes), { name, isCertain: otherwise === OTHERWISE[0] });
    const path = join(this.#folder, FOLDERS[at % FOLDERS.length], name);
    Deno.writeFileSync(`${path}.part`, bytes);
    Deno.renameSync(`${path}.part`, path);
  }

  /** Resolves when none is in its folder any more. */
  async taken(): Promise<void> {
    using watcher = Deno.watchFs(FOLDERS.map((name) => join(this.#folder, name)));
    if (!this.#areThere()) return;
    for await (const _ of watcher) if (!this.#areThere()) return;
  }

  /** Names of what was put away as taken. */
  async left(): Promise<string[]> {
    const all = FOLDERS.map((name) => Array.fromAsync(Deno.readDir(join(this.#folder, name, "done"))));
    return (await Promise.all(all)).flat().map(({ name }) => name).toSorted();
  }

  #areThere(): boolean {
    const names = FOLDERS.flatMap((name) => [...Deno.readDirSync(join(this.#folder, name))]);
    return names.some(({ isFile }) => isFile);
  }
}

const CHANNELS = {
  invoices: { file: atOnce("one") },
  large_invoices: { file: atOnce("two"), approvals: 2 },
};
const OTHERWISE: readonly Otherwise[] = [{}, { "240.00": "250.00" }, { "Okonkwo, Chidi": "Baxter, Ingrid" }];
