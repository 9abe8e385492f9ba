import { basename, join } from "node:path";
import type { Disk, World } from "../../../runtime/contract/world.ts";
import { errors } from "./errors.ts";
import { readTemplate } from "./understand/read_template.ts";
import type { Template } from "./understand/template.ts";

/** How often the folder is looked at again while faxes come. */
const LOOK_MS = 5_000;
const TEMPLATE = /\.ya?ml$/;

/** The templates of a site, read again whenever their folder has changed. */
export class TemplateFolder {
  readonly #world: World;
  readonly #folder: string;
  readonly #refused: (path: string) => void;
  #isRefused = false;
  #templates: readonly Template[] = [];
  #state = "";
  #lookedAtMs = 0;

  private constructor(world: World, folder: string, refused: (path: string) => void) {
    this.#world = world;
    this.#folder = folder;
    this.#refused = refused;
  }

  /**
   * Errors: FAX_TEMPLATES_MISSING, FAX_TEMPLATE_INVALID.
   *
   * @param refused told once when the folder has become no use: it is gone, or one of its templates is wrong
   */
  static async open(
    world: World,
    folder: string,
    refused: (path: string) => void = () => {},
  ): Promise<TemplateFolder> {
    const opened = new TemplateFolder(world, folder, refused);
    await opened.#read();
    return opened;
  }

  /** As they are now, in the order of their files; as they were, where one of them is no use any more. */
  async current(): Promise<readonly Template[]> {
    if (this.#world.clock.elapsedMs() - this.#lookedAtMs >= LOOK_MS) {
      await this.#read().then(() => this.#isRefused = false, () => this.#refuse());
    }
    return this.#templates;
  }

  #refuse(): void {
    if (!this.#isRefused) this.#refused(this.#folder);
    this.#isRefused = true;
  }

  async #read(): Promise<void> {
    const { disk, clock } = this.#world;
    this.#lookedAtMs = clock.elapsedMs();
    const paths = await pathsIn(disk, this.#folder);
    const facts = await Promise.all(paths.map(async (path) => [path, await disk.facts(path)]));
    const state = JSON.stringify(facts);
    if (state === this.#state) return;
    this.#templates = await readAll(disk, paths);
    this.#state = state;
  }
}

type Files = Pick<Disk, "readText" | "list" | "facts">;

/** The templates in a folder. Errors: FAX_TEMPLATES_MISSING, FAX_TEMPLATE_INVALID. */
export async function readTemplates(disk: Files, folder: string): Promise<readonly Template[]> {
  return await readAll(disk, await pathsIn(disk, folder));
}

async function readAll(disk: Files, paths: readonly string[]): Promise<readonly Template[]> {
  const templates: Template[] = [];
  for (const path of paths) {
    const text = await disk.readText(path).catch((cause) =>
      errors.fail("FAX_TEMPLATES_MISSING", { path }, cause)
    );
    templates.push(readTemplate(text, basename(path)));
  }
  return templates;
}

/** One file alone may stand for a folder. */
async function pathsIn(disk: Files, folder: string): Promise<readonly string[]> {
  if ((await disk.facts(folder))?.kind === "file") return [folder];
  const names = await disk.list(folder).catch((cause) =>
    errors.fail("FAX_TEMPLATES_MISSING", { path: folder }, cause)
  );
  return names.filter((name) => TEMPLATE.test(name)).map((name) => join(folder, name));
}
