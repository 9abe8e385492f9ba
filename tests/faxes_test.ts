import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Gateway, type GatewayEvent, Hl7Message } from "mitral";
import { fax } from "../examples/fax_invoice/fax_machine.ts";
import { insuranceId, invoice, stain } from "../examples/fax_invoice/invoice.ts";
import { drawn, tagsOf, writeTiff } from "./actors/formats/fax/raster/_tiff_writer.ts";
import { withText, writePdf } from "./actors/formats/fax/raster/_pdf.ts";
import { writeMasterKey } from "./world/master_key.ts";

type Named<Name> = Extract<GatewayEvent, { readonly name: Name }>;

/** A gateway that reads faxes by what comes with it, in a folder of its own. Faxes come by HTTP, within the process. */
class Site implements AsyncDisposable {
  readonly #seen: GatewayEvent[] = [];
  readonly #watchers = new Set<() => void>();

  private constructor(readonly folder: string) {}

  gateway!: Awaited<ReturnType<typeof Gateway.open>>;

  static async open(): Promise<Site> {
    const site = new Site(await Deno.makeTempDir());
    for (const name of ["adt", "out"]) await Deno.mkdir(join(site.folder, name));
    await writeMasterKey(site.folder);
    const listen = (path: string) => ({ https: { mount: true, path, bodyBytesMax: 20_000_000 } });
    site.gateway = await Gateway.open({
      gateway: "clinic",
      patients: { from: ["adt"] },
      channels: {
        adt: { listen: listen("/adt"), parse: "hl7v2", send: { files: { file: { path: "./adt" } } } },
        faxes: {
          listen: listen("/faxes"),
          parse: { fax: { ocr: "wasm", threads: 1, pageMsMax: 300_000 } },
          review: { below: 0.95 },
          transform: ["fax_message"],
          send: { out: { file: { path: "./out" } } },
        },
      },
    }, { folder: site.folder, observer: (event) => site.#see(event) });
    return site;
  }

  async post(path: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<string> {
    const request = new Request(`http://clinic.example/${path}`, {
      method: "POST",
      body,
      headers: { "content-type": type },
    });
    const response = await this.gateway.fetch(request);
    return `${response.status} ${await response.text()}`;
  }

  /** Resolves with so many events of a name. */
  async events<Name extends GatewayEvent["name"]>(name: Name, count = 1): Promise<Named<Name>[]> {
    for (;;) {
      const found = this.#seen.filter((event): event is Named<Name> => event.name === name);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  async messages(): Promise<Hl7Message[]> {
    const names = await Array.fromAsync(Deno.readDir(join(this.folder, "out")), ({ name }) => name);
    return await Promise.all(
      names.map(async (name) => Hl7Message.parse(await Deno.readFile(join(this.folder, "out", name)))),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
    await Deno.remove(this.folder, { recursive: true });
  }

  #see(event: GatewayEvent): void {
    this.#seen.push(event);
    for (const resolve of this.#watchers) resolve();
    this.#watchers.clear();
  }
}

const registered =
  "MSH|^~\\&|ADT|ST E|||20260105081500||ADT^A04|1|P|2.5.1\rPID|1||200532^^^ST E^MR||Okonkwo^Chidi||19881121|M\r";

Deno.test("a faxed invoice waits for the one value that nobody can read, and goes on when a person has settled it", async () => {
  await using site = await Site.open();
  const { gateway } = site;
  await site.post("adt", registered, "application/hl7-v2");
  await site.events("messageDelivered");
  await site.post("faxes", await fax(invoice, stain), "image/tiff");
  const [held] = await site.events("documentHeld");
  const by = { person: "ann" };
  const item = await gateway.reviews.show(held.id, by);
  assertEquals([item.kind, item.open.map(({ code, path }) => `${code} ${path}`)], [
    "invoice",
    ["VALUE_UNSURE insuranceId"],
  ]);
  assertEquals([await site.messages(), item.verdict.kind], [[], "matched"]);
  const box = item.document.fields.insuranceId.box;
  const [page, part] = [
    await gateway.reviews.picture(held.id, 1),
    await gateway.reviews.picture(held.id, 1, box),
  ];
  assert(part.length < page.length);
  const { revision } = await gateway.reviews.set(held.id, "insuranceId", insuranceId, { by });
  await gateway.reviews.approve(held.id, { by, revision });
  await site.events("messageDelivered", 2);
  const [message] = await site.messages();
  assertEquals(
    ["MSH-9.2", "PID-3.1", "PID-5.1", "IN1-36", "ZFD-6", "OBX-5.3"].map((path) => message.get(path)),
    ["P03", "200532", "Okonkwo", insuranceId, "ann", "PDF"],
  );
  assertEquals(message.getAll("FT1[*]-11.1.1"), ["120.00", "35.00", "85.00"]);
});

Deno.test("what is no fax is put aside with its reason, and one that comes with it goes its way", async () => {
  await using site = await Site.open();
  const whole = await fax(invoice, stain);
  const tiny = drawn(64, 8, (x, y) => (x + y) % 3 === 0);
  const wide = writeTiff([{ pieces: [tiny.bits], tags: { ...tagsOf(tiny, 1), 256: 60_000 } }]);
  const secret = "00".repeat(32);
  const lock = `/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<${secret}>/U<${secret}>>>/ID[<00><00>]`;
  const page = { content: "BT /F 12 Tf 72 700 Td (Dear colleague, please call.) Tj ET" };
  const bad: readonly (readonly [code: string, bytes: Uint8Array, type?: string])[] = [
    ["FAX_IMAGE_TRUNCATED", whole.subarray(0, whole.length - 2_000)],
    ["FAX_TYPE_UNSUPPORTED", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1)],
    ["FAX_IMAGE_TOO_LARGE", wide],
    ["FAX_PDF_LOCKED", withText(writePdf(page), "trailer\n<<", `trailer\n<<${lock}`), "application/pdf"],
  ];
  assertStringIncludes(await site.post("faxes", new Uint8Array(), "image/tiff"), "HTTPS_BODY_EMPTY");
  for (const [, bytes, type = "image/tiff"] of [...bad, ["", writePdf(page), "application/pdf"] as const]) {
    assertEquals(await site.post("faxes", bytes.slice(), type), "204 ");
  }
  const [held] = await site.events("documentHeld");
  const quarantined = await site.gateway.archive.list({ state: "quarantined" });
  const codes = quarantined.map(({ trouble }) => trouble?.code);
  assertEquals(codes.toSorted(), bad.map(([code]) => code).toSorted());
  assertEquals((await site.gateway.reviews.list()).map(({ id }) => id), [held.id]);
  assertEquals(await site.messages(), []);
});
