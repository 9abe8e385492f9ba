import { join } from "node:path";
import { turns } from "../../world/turns.ts";

/** A temporary folder of one test. */
export class Folder {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "mitral-" }));
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  async write(name: string, content: string | Uint8Array, modifiedMs?: number): Promise<void> {
    await Deno.writeFile(
      this.at(name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    if (modifiedMs !== undefined) await Deno.utime(this.at(name), new Date(modifiedMs), new Date(modifiedMs));
  }

  async text(...names: string[]): Promise<string> {
    return await Deno.readTextFile(this.at(...names));
  }

  /** Names of the files in a subfolder, or in the folder itself, sorted. */
  async files(...names: string[]): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(this.at(...names)));
    return entries.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  }

  async has(...names: string[]): Promise<boolean> {
    return await Deno.lstat(this.at(...names)).then(() => true, () => false);
  }

  /** Resolves once the path is there. */
  async gets(...names: string[]): Promise<void> {
    while (!await this.has(...names)) await turns();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true }).catch(() => {});
  }
}
