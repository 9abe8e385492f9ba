import { essenceOf, includesType, isGeneral, withEssence } from "../../../adapters/https/_media_type.ts";
import hl7v2 from "../../../actors/formats/hl7v2/mod.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { extensionOf } from "../../../runtime/contract/media_type.ts";
import { configOf } from "../../world/tools.ts";
import { bytesOf, must, type Target, textOf } from "../target.ts";

const format = bindFormat(hl7v2, configOf(hl7v2.config, {}));
const MESSAGE = bytesOf("MSH|^~\\&|A\rPID|é\r");

/** Media types as a peer sends them, on their own and as what a format is told. */
export const mediaTypeTarget: Target = {
  name: "media-type",
  seeds: [
    'x-application/hl7-v2+er7; charset="utf-8"',
    "text/plain;charset=ISO-8859-1;x=y",
    "application/fhir+json",
  ],
  words: [
    ..."/;=\"' ,+\t",
    "charset=",
    "utf-8",
    "CNS 11643",
    "text/",
    "x-user-defined",
    "iso-2022-jp",
    "utf-16",
  ],
  attempt(input) {
    const type = textOf(input), essence = essenceOf(type);
    must(essenceOf(withEssence(type, "text/x")) === "text/x", "another essence takes its place");
    must(includesType([type], essence) || essence.includes(";"), "a type includes itself");
    isGeneral(type);
    must(/^\.[a-z0-9]+$/.test(extensionOf(type)), "an extension is a dot and letters");
    format.identify(MESSAGE, type);
    return format.parse(MESSAGE, type);
  },
};
