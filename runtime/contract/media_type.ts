/** A media type without its parameters, in lower case. */
export function essenceOf(contentType: string): string {
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** How the name of a file ends that holds a media type: `.hl7`; `.bin` for one that is not known. */
export function extensionOf(contentType: string): string {
  const essence = essenceOf(contentType);
  return EXTENSIONS.find(([type]) => type.test(essence))?.[1] ?? ".bin";
}

const EXTENSIONS: readonly (readonly [RegExp, string])[] = [
  [/^(x-)?application\/hl7-v2(\+er7)?$/, ".hl7"],
  [/[/+]json$/, ".json"],
  [/[/+]xml$/, ".xml"],
  [/^application\/edi-x12$/, ".x12"],
  [/^text\/csv$/, ".csv"],
  [/^text\//, ".txt"],
  [/^application\/pdf$/, ".pdf"],
  [/^application\/zip$/, ".zip"],
  [/^image\/tiff$/, ".tif"],
];
