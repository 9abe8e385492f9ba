import type { Header } from "../syntax/header.ts";

/** 10 for v2.1, 31 for v2.3.1: the part behind `2.`, in tenths. What has no version is taken for current. */
export function versionOf(header: Header): number {
  const parts = /^2\.(\d)(?:\.(\d))?/.exec(header.component(12, 1));
  return parts ? Number(parts[1]) * 10 + Number(parts[2] ?? 0) : Infinity;
}
