import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { MllpClient } from "../../examples/_kit/mllp.ts";
import { freePorts } from "../../examples/_kit/ports.ts";
import { GatewayProcess } from "../../examples/_kit/process.ts";
import { Receiver } from "../../examples/_kit/receiver.ts";
import type { ControlClient } from "../../runtime/console/control/client.ts";
import type { MessageRecord } from "../../runtime/journal/records.ts";
import { atOnce, faxClinic } from "./_fax_clinic.ts";
import { invoicePdf, registered } from "./_fax_pages.ts";
import { connectTo, Followed } from "./_followed.ts";

const PAGES = 30;

Deno.test(`a stop, or SIGKILL, in the middle of a fax of ${PAGES} pages waits for none of them, and the fax becomes one message`, async () => {
  const folder = await Deno.makeTempDir();
  let process: GatewayProcess | undefined;
  try {
    const [adt, port] = freePorts(2);
    const site = { name: "clinic", file: join(folder, "gateway.yaml"), log: join(folder, "log") };
    await Deno.writeTextFile(
      site.file,
      faxClinic(adt, port, { long: { file: atOnce("long") }, short: { file: atOnce("short") } }),
    );
    for (const name of ["adt", "long", "short"]) await Deno.mkdir(join(folder, name));
    const came = new Map<string, number>();
    await using _billing = Receiver.listen(port, ({ controlId, message }) => {
      const [, pages] = /\rZFD\|[^|]*\|[^|]*\|(\d+)/.exec(new TextDecoder().decode(message))!;
      came.set(controlId, Number(pages));
    });
    const send = async (name: string, number: string, pages: number) => {
      const path = join(folder, name, number);
      await Deno.writeFile(`${path}.part`, invoicePdf({ "20260731": number }, pages));
      await Deno.rename(`${path}.part`, `${path}.pdf`);
    };

    process = await GatewayProcess.start(site);
    {
      await using watch = await Watch.open(folder);
      using admission = new MllpClient(adt);
      await admission.ask(registered);
      await watch.until("adt", ({ state }) => state === "processed");
      await send("long", "30001", PAGES);
      await watch.until("long", () => true);
      // Faxes take turns page by page: when a short one that came later is read, the long one is in the middle.
      await send("short", "30002", 1);
      assertEquals(await watch.longWhenRead(1), ["received"]);
    }
    assertEquals(await process.stop(), 0);

    await send("short", "30003", 1);
    process = await GatewayProcess.start(site);
    {
      await using watch = await Watch.open(folder);
      assertEquals(await watch.longWhenRead(2), ["received"]);
    }
    await process.kill();

    process = await GatewayProcess.start(site);
    {
      await using watch = await Watch.open(folder);
      const { id, state } = await watch.until("long", ({ state }) => state !== "received");
      assertEquals(state, "reviewing");
      await watch.client.ask("fax.approve", { id });
      await watch.until("long", ({ deliveries }) => deliveries.some(({ state }) => state === "delivered"));
      assertEquals((await watch.messages("long")).length, 1);
    }
    assertEquals(await process.stop(), 0);
    assertEquals([...came.values()].toSorted((a, b) => a - b), [1, 1, PAGES]);
  } finally {
    // Where something was wrong, it still runs.
    await process?.kill();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Looks at a gateway's messages, during one life of it. */
class Watch implements AsyncDisposable {
  readonly #followed: Followed;

  private constructor(readonly client: ControlClient, followed: Followed) {
    this.#followed = followed;
  }

  static async open(folder: string): Promise<Watch> {
    const gateway = { up: () => Promise.resolve() }, data = join(folder, "data");
    return new Watch(await connectTo(gateway, data, "ann"), new Followed(gateway, data));
  }

  async messages(channel: string): Promise<readonly MessageRecord[]> {
    return await this.client.ask("messages.list", { channel });
  }

  /** The first message of a channel that is so. */
  async until(channel: string, is: (message: MessageRecord) => boolean): Promise<MessageRecord> {
    for (;;) {
      const { count } = this.#followed;
      const found = (await this.messages(channel)).find(is);
      if (found) return found;
      await this.#followed.after(count);
    }
  }

  /** How the long fax stands at the moment when so many short ones are read. */
  async longWhenRead(count: number): Promise<readonly string[]> {
    for (;;) {
      const { count: seen } = this.#followed;
      const all = await this.client.ask("messages.list", {});
      const read = all.filter(({ channel, state }) => channel === "short" && state !== "received");
      if (read.length === count) {
        return all.filter(({ channel }) => channel === "long").map(({ state }) => state);
      }
      await this.#followed.after(seen);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#followed[Symbol.asyncDispose]();
    this.client[Symbol.dispose]();
  }
}
