import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { invoicePage } from "../../actors/formats/fax/_made_up_pages.ts";

const main = new URL("../../../tools/fax/accuracy/main.ts", import.meta.url).pathname;
const config = new URL("../../../deno.json", import.meta.url).pathname;

/** Measures a set of one invoice, whose words were read before. */
async function measureOne(
  total: string,
  image = "a1.clean.fine.tif",
): Promise<{ code: number; out: string; err: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const page = invoicePage({
      number: "HS-1042",
      name: "Priya Nwosu",
      born: "02/11/1961",
      record: "77-1203",
      amounts: ["10.00", "25.50"],
    });
    const fields = {
      invoiceNo: "HS-1042",
      patientName: "Priya Nwosu",
      dob: "19610211",
      mrn: "77-1203",
      total,
    };
    for (const name of ["fax", "truth", "words"]) await Deno.mkdir(join(folder, name));
    await Deno.writeTextFile(join(folder, "fax", image), "not looked at");
    await Deno.writeTextFile(
      join(folder, "truth/a1.truth.json"),
      JSON.stringify({ type: "invoiceZ", fields }),
    );
    await Deno.writeTextFile(join(folder, "words", image.replace(/\.tif$/, ".json")), JSON.stringify([page]));
    const args = [
      "run",
      "--config",
      config,
      "-P=test",
      "--no-check",
      main,
      "--images",
      "fax",
      "--truth",
      "truth",
    ];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, "--words", "words"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("accuracy ends with 0 where every bar is met", async () => {
  const { code, out } = await measureOne("35.50");
  assertStringIncludes(out, "5/5 (100.0 %)");
  assertEquals(code, 0);
});

Deno.test("accuracy ends with 1 where something wrong was accepted", async () => {
  const { code, out } = await measureOne("36.50");
  assertStringIncludes(out, "BELOW THE BAR: 20.00 % of accepted values are wrong");
  assertEquals(code, 1);
});

Deno.test("accuracy ends with 2 where nothing can be measured", async () => {
  const { code, err } = await measureOne("35.50", "other.clean.fine.tif");
  assertStringIncludes(err, "Cannot measure: no image of fax has a truth of its name in truth");
  assertEquals(code, 2);
});
