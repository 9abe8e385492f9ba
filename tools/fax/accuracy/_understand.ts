import { builtInTemplates } from "../../../actors/formats/fax/understand/templates/mod.ts";
import { readTemplate } from "../../../actors/formats/fax/understand/read_template.ts";
import type { Template } from "../../../actors/formats/fax/understand/template.ts";
export { understand } from "../../../actors/formats/fax/understand/understand.ts";

export async function loadTemplates(folder: string | undefined): Promise<readonly Template[]> {
  const own: Template[] = [];
  for (const { name } of folder === undefined ? [] : [...Deno.readDirSync(folder)]) {
    if (/\.ya?ml$/.test(name)) own.push(readTemplate(await Deno.readTextFile(`${folder}/${name}`), name));
  }
  return [...own, ...builtInTemplates()];
}
