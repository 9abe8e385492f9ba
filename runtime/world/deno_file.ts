import type { OpenFile } from "../contract/world.ts";

/** As `Disk.open` of the world. */
export async function openFile(path: string, { mode = 0o644 }: { mode?: number } = {}): Promise<OpenFile> {
  return new FileInPlace(await Deno.open(path, { read: true, write: true, create: true, mode }));
}

class FileInPlace implements OpenFile {
  readonly #file: Deno.FsFile;
  /** Where the system stands in the file: what follows on needs no seek. */
  #at = 0;
  #isClosed = false;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    await this.#seek(at);
    const count = await this.#file.read(into) ?? 0;
    this.#at += count;
    return count;
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    await this.#seek(at);
    for (let done = 0; done < bytes.length;) {
      const count = await this.#file.write(done === 0 ? bytes : bytes.subarray(done));
      this.#at += count;
      done += count;
    }
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }

  async #seek(at: number): Promise<void> {
    if (at !== this.#at) this.#at = await this.#file.seek(at, Deno.SeekMode.Start);
  }
}
