import { crc32, deflateSync } from "node:zlib";
import type { Bitmap, Grey } from "./bitmap.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GREY_SCALE = 0, NO_FILTER = 0;
const INCHES_PER_METRE = 1 / 0.0254, METRE = 1;

/** A picture as PNG: 1 bit for a pixel of a bitmap, 8 for one of grey. `dpi`: what a viewer shows it at. */
export function writePng(picture: Bitmap | Grey, dpi?: number): Uint8Array<ArrayBuffer> {
  const isBitmap = "bits" in picture;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, picture.width);
  header.setUint32(4, picture.height);
  header.setUint8(8, isBitmap ? 1 : 8);
  header.setUint8(9, GREY_SCALE);
  const rows = isBitmap ? bitRows(picture) : greyRows(picture);
  return joined([
    SIGNATURE,
    ...chunk("IHDR", new Uint8Array(header.buffer)),
    ...(dpi === undefined ? [] : chunk("pHYs", density(dpi))),
    ...chunk("IDAT", deflateSync(rows, { level: 3 })),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

/** PNG's 0 is black. */
function bitRows({ height, stride, bits }: Bitmap): Uint8Array {
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0, to = 0; y < height; y++) {
    rows[to++] = NO_FILTER;
    for (let at = y * stride; at < (y + 1) * stride; at++) rows[to++] = ~bits[at];
  }
  return rows;
}

function greyRows({ width, height, pixels }: Grey): Uint8Array {
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  return rows;
}

function density(dpi: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint32(0, Math.round(dpi * INCHES_PER_METRE));
  view.setUint32(4, Math.round(dpi * INCHES_PER_METRE));
  view.setUint8(8, METRE);
  return new Uint8Array(view.buffer);
}

function chunk(type: string, data: Uint8Array): readonly Uint8Array[] {
  const name = new TextEncoder().encode(type);
  const length = new DataView(new ArrayBuffer(4)), check = new DataView(new ArrayBuffer(4));
  length.setUint32(0, data.length);
  check.setUint32(0, crc32(data, crc32(name)));
  return [new Uint8Array(length.buffer), name, data, new Uint8Array(check.buffer)];
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
