const encoder = new TextEncoder();

/** Number of an object of a PDF; counts from 1. */
export type PdfObject = number;

/** Writes a PDF 1.4 (ISO 32000-1 section 7.5) object by object. The same calls give the same bytes. */
export class PdfWriter {
  readonly #pieces: Uint8Array[] = [];
  readonly #starts: number[] = [];
  #size = 0;

  constructor() {
    // Bytes above 127 tell whoever carries it that it is not text.
    this.#put("%PDF-1.4\n%", Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3), "\n");
  }

  /** A number for an object that is written later. */
  reserve(): PdfObject {
    return this.#starts.push(0);
  }

  /** Writes an object that is a dictionary, or whatever else `text` is. */
  write(text: string, as: PdfObject = this.reserve()): PdfObject {
    this.#starts[as - 1] = this.#size;
    this.#put(`${as} 0 obj\n${text}\nendobj\n`);
    return as;
  }

  /** Writes a stream. `entries`: those of its dictionary, without its length. */
  writeStream(entries: string, data: Uint8Array): PdfObject {
    const as = this.reserve();
    this.#starts[as - 1] = this.#size;
    this.#put(`${as} 0 obj\n<<${entries}/Length ${data.length}>>\nstream\n`, data, "\nendstream\nendobj\n");
    return as;
  }

  /** The whole file. */
  finish(root: PdfObject): Uint8Array<ArrayBuffer> {
    const table = this.#size, count = this.#starts.length + 1;
    const lines = this.#starts.map((start) => `${String(start).padStart(10, "0")} 00000 n \n`).join("");
    this.#put(
      `xref\n0 ${count}\n0000000000 65535 f \n${lines}trailer\n<</Size ${count}/Root ${root} 0 R>>\n`,
      `startxref\n${table}\n%%EOF\n`,
    );
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  #put(...pieces: readonly (string | Uint8Array)[]): void {
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
      this.#pieces.push(bytes);
      this.#size += bytes.length;
    }
  }
}
