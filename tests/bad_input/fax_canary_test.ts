import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { Users } from "../../runtime/console/portal/users/users.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { withText, writePdf } from "../actors/formats/fax/raster/_pdf.ts";
import { assertQuiet, CANARY } from "./_canary.ts";
import { mitral, Product } from "./_product.ts";
import { Folder } from "./_site.ts";

const PASSWORD = "correct horse battery";

/** A PDF that never was paper: its letters are read as they are, so that nobody waits for OCR. */
function invoice(number: string, ...more: readonly string[]): Uint8Array<ArrayBuffer> {
  const lines = [
    `INVOICE`,
    `Invoice No: INV-${number}`,
    `Invoice Date: 01/05/2026`,
    `Patient Name: ${CANARY}, Ingrid`,
    `MRN: 4711${number}`,
    `Date of Birth: 02/10/1981`,
    `Provider: ${CANARY}`,
    `${CANARY} | ${CANARY}`,
    `Total: $30.00`,
    ...more,
  ];
  const content = lines.map((line, at) => `1 0 0 1 72 ${720 - 24 * at} Tm (${line}) Tj`).join("\n");
  return writePdf({ content: `BT /F 12 Tf\n${content}\nET` });
}

const gatewayFile = {
  gateway: "cage.example",
  data: "./data",
  monitor: { port: 0 },
  reviews: { port: 0 },
  patients: { from: ["adt"] },
  drainMsMax: 10_000,
  channels: {
    adt: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { out: { file: { path: "./out" } } } },
    faxes: {
      listen: { file: { path: "./in", everyMs: 10, settleMs: 0 } },
      parse: { fax: { templates: "./templates", ocr: "wasm", threads: 1 } },
      review: { below: "0.95" },
      transform: [{ fax_message: { attach: "hash" } }],
      send: { out: { file: { path: "./out" } } },
    },
  },
};

const template = `template: ${"site"}
kind: referral
match: { all: [no such words at all] }
fields:
  mrn: { at: [MRN] }
`;

/** Somebody at the review page, with a browser's manners. */
class Reviewer {
  #cookie = "";
  constructor(readonly url: string) {}

  async get(path: string): Promise<string> {
    const response = await fetch(this.url + path, { headers: { cookie: this.#cookie }, redirect: "manual" });
    return await response.text();
  }

  async post(path: string, fields: Record<string, string>): Promise<{ status: number; says: string }> {
    const response = await fetch(this.url + path, {
      method: "POST",
      redirect: "manual",
      headers: { origin: this.url, cookie: this.#cookie },
      body: new URLSearchParams(fields),
    });
    this.#cookie = response.headers.get("set-cookie")?.split(";")[0] ?? this.#cookie;
    return { status: response.status, says: await response.text() };
  }
}

/** Every file of a folder as text, by its path. */
async function* textsUnder(folder: string): AsyncGenerator<readonly [path: string, text: string]> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* textsUnder(path);
    else if (isFile) yield [path, Buffer.from(await Deno.readFile(path)).toString("latin1")];
  }
}

Deno.test("the name of a patient on a fax is in no log line, metric, listing, refusal, act or file of ours, whatever people do", async () => {
  await using folder = await Folder.make();
  for (const name of ["in", "templates"]) await Deno.mkdir(folder.at(name));
  await Deno.mkdir(folder.at("data"), { mode: 0o700 });
  await folder.write("templates/site.yaml", template);
  const file = await folder.write("gateway.yaml", JSON.stringify(gatewayFile));
  const ann = { name: "ann", role: "reviewer", isSamePerson: false, password: PASSWORD } as const;
  await new Users(denoWorld.disk, folder.at("data")).add(ann, { by: "root", world: denoWorld });
  await using product = await Product.start(file);

  const good = invoice("1", `See (${CANARY})`.replace(/[()]/g, ""));
  const faxes: Readonly<Record<string, Uint8Array<ArrayBuffer> | string>> = {
    "good.pdf": good,
    "other.pdf": invoice("2"),
    [`${CANARY}.pdf`]: invoice("3"),
    "cut.pdf": good.slice(0, good.length - 60),
    "broken.pdf": withText(good, "/Type/Pages", "/Type/Pagez"),
    "text.pdf": CANARY,
    "letter.tif": `II*\0${CANARY}`,
  };
  for (const [name, bytes] of Object.entries(faxes)) {
    // Whole from the first moment, as a fax machine moves it there.
    await folder.write("being-written", bytes);
    await Deno.rename(folder.at("being-written"), folder.at("in", name));
  }
  await product.logged({ name: "documentHeld", channel: "faxes" }, 4);
  await product.logged({ name: "messageQuarantined", channel: "faxes" }, 3);

  const { out: queue } = await mitral("fax", "queue", "--file", file, "--json");
  const [first, second, third] = (JSON.parse(queue) as { id: string }[]).map(({ id }) => id);
  const shown = await mitral("fax", "show", first, "--file", file);
  // It was read: what is quiet is quiet about something.
  assertStringIncludes(shown.out, CANARY);
  const refused = [
    ["fax", "set", first, CANARY, CANARY],
    ["fax", "set", first, "total", CANARY],
    ["fax", "set", first, `lines[9].${CANARY}`, "1"],
    ["fax", "patient", first, "--mrn", CANARY, "--family", CANARY, "--given", CANARY, "--birth-date", CANARY],
    ["fax", "approve", first],
  ];
  for (const asked of refused) {
    const { code, out, err } = await mitral(...asked, "--file", file);
    assert(code !== 0, out);
    assertQuiet(`a refusal of ${asked[1]}`, err);
  }
  const born = ["--birth-date", "19810210"];
  const patient = ["fax", "patient", first, "--mrn", CANARY, "--family", CANARY, "--given", CANARY, ...born];
  assertEquals((await mitral(...patient, "--file", file)).code, 1, "on the page stands somebody else");
  assertEquals((await mitral(...patient, "--despite-page", "--file", file)).code, 0);
  await mitral("fax", "set", first, "provider", CANARY, "--file", file);
  await mitral("patients", "find", CANARY, "--file", file);
  assertEquals((await mitral("fax", "reject", second, "--as", "misdirected", "--file", file)).code, 0);

  const [, url] = /^review page (http:\S+)$/m.exec(product.out)!;
  const page = new Reviewer(url);
  for (const [name, password] of [[CANARY, PASSWORD], ["ann", CANARY], [CANARY, CANARY]]) {
    const { status, says } = await page.post("/sign-in", { name, password });
    assertEquals(status, 401);
    assertQuiet("a refusal to sign in", says);
  }
  assertEquals((await page.post("/sign-in", { name: "ann", password: PASSWORD })).status, 303);
  assertQuiet("the list of documents", await page.get("/"));
  const whole = await page.get(`/documents/${third}`);
  assertStringIncludes(whole, CANARY);
  const token = /name="token" value="([\w-]+)"/.exec(whole)![1];
  const revision = /name="revision" value="(\d+)"/.exec(whole)![1];
  const forms: readonly [path: string, fields: Record<string, string>][] = [
    ["value", { path: CANARY, value: CANARY }],
    ["value", { path: "total", value: CANARY }],
    ["patient", { mrn: CANARY, family: CANARY, given: CANARY, birthDate: CANARY }],
    ["search", { number: CANARY, name: CANARY, born: CANARY }],
    ["reject", { disposition: CANARY }],
    [CANARY, {}],
  ];
  for (const [path, fields] of forms) {
    await page.post(`/documents/${third}/${path}`, { token, revision, ...fields });
  }
  assertQuiet("what is not there", await page.get(`/documents/${CANARY}?${CANARY}`));
  assertQuiet("what nobody has", await page.get(`/${CANARY}`));
  // Its lines were not read: it goes on as pages and text.
  assertEquals((await mitral("fax", "set", first, "kind", "unknown", "--file", file)).code, 0);
  assertEquals((await mitral("fax", "approve", first, "--file", file)).code, 0);
  await product.logged({ name: "messageDelivered", channel: "faxes" });

  for (const page of ["metrics", "health", "ready"]) {
    assertQuiet(`/${page}`, await (await fetch(`${product.monitor}/${page}`)).text());
  }
  for (
    const asked of [
      ["status"],
      ["fax", "queue", "--json"],
      ["fax", "figures"],
      ["messages", "list"],
      ["messages", "list", "--state", "quarantined"],
      ["audit", "list"],
    ]
  ) {
    const { out, err } = await mitral(...asked, "--file", file);
    assertQuiet(`mitral ${asked.join(" ")}`, out + err);
  }
  // While it runs, and afterwards: nothing in the data folder can be read.
  for await (const [path, text] of textsUnder(folder.at("data"))) if (text !== "") assertQuiet(path, text);
  assertEquals((await product.stop()).code, 0);
  for await (const [path, text] of textsUnder(folder.at("data"))) if (text !== "") assertQuiet(path, text);
  assertQuiet("standard output", product.out);
  assertQuiet("the log", product.err);
});
