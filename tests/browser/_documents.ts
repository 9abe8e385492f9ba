import type { Box, ReadSource, ReadValue, RecognisedDocument } from "../../runtime/contract/document.ts";
import { crc32, deflateSync } from "node:zlib";

const WIDTH = 850, HEIGHT = 1100;

/** Made up: nobody of that name is anybody's patient. */
export const patient = {
  mrn: "4711",
  authority: "HOSP",
  family: "EXAMPLE",
  given: "ADA",
  birthDate: "19700131",
  sex: "F",
} as const;

function read(
  value: string | null,
  confidence: number,
  [x0, y0]: readonly [number, number],
  { source = "ocr", page = 1 }: { readonly source?: ReadSource; readonly page?: number } = {},
): ReadValue {
  return {
    value,
    raw: value ?? "~",
    confidence,
    source,
    page,
    box: { x0, y0, x1: x0 + 120, y1: y0 + 20 },
  };
}

/** An invoice of two pages: its total and a cell of its table are not sure, its invoice date could not be read. */
export function invoice(changes: Partial<RecognisedDocument> = {}): RecognisedDocument {
  const page = {
    width: WIDTH,
    height: HEIGHT,
    quality: 0.9,
    isGated: false,
    text: "",
    barcodes: [],
    damagedLines: 0,
  };
  return {
    version: 1,
    kind: "invoice",
    template: { name: "invoice", version: 1, score: 0.9 },
    pages: [page, { ...page, quality: 0.4, isGated: true }],
    fields: {
      invoiceNo: read("INV-100", 0.99, [600, 60]),
      invoiceDate: read(null, 0, [600, 90]),
      patientName: read("EXAMPLE, ADA", 0.99, [80, 160]),
      dob: read("19700131", 0.99, [80, 190]),
      mrn: read("4711", 0.99, [80, 220]),
      total: read("118.00", 0.71, [600, 900]),
    },
    tables: {
      lines: [
        { code: read("99213", 0.99, [80, 400]), amount: read("100.00", 0.99, [600, 400]) },
        {
          code: read("85025", 0.99, [80, 200], { page: 2 }),
          amount: read("18.00", 0.62, [600, 200], { page: 2 }),
        },
      ],
    },
    checks: [{ rule: "sum(lines.amount) = total", isMet: true, about: ["total"] }],
    hasSeveralPatients: false,
    ...changes,
  };
}

/** A picture of a page: white, with a grey bar for each box, as grey PNG (ISO/IEC 15948). */
export function picture(boxes: readonly Box[]): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array((WIDTH + 1) * HEIGHT).fill(0xff);
  for (let y = 0; y < HEIGHT; y++) rows[y * (WIDTH + 1)] = 0;
  for (const { x0, y0, x1, y1 } of boxes) {
    for (let y = y0; y < y1; y++) rows.fill(0x40, y * (WIDTH + 1) + 1 + x0, y * (WIDTH + 1) + 1 + x1);
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, WIDTH);
  header.setUint32(4, HEIGHT);
  header.setUint8(8, 8);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", new Uint8Array(header.buffer)),
    ...chunk("IDAT", deflateSync(rows)),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length), view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
