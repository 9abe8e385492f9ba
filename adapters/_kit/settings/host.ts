/** A host alone: who writes a URL, or a port behind it, would otherwise hear of a name that has no address. */
export const hostPattern = {
  matches: "[^\\s:/@\\[\\]]+|[0-9A-Fa-f.]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[\\w.-]+)?",
  says: "is a name or an address alone, without a scheme, a port or brackets",
};
