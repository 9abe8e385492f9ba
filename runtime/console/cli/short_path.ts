/** A path as people write it. What those of HL7 leave out: `PID[1]-3[2].4.1` is `PID-3[2].4`. */
export function shortPath(path: string, format: string): string {
  return format === "hl7v2" ? path.replaceAll("[1]", "").replace(/(\.\d+)\.1$/, "$1") : path;
}
