import { assertEquals } from "@std/assert";
import { readsType } from "../../../adapters/https/_media_type.ts";

Deno.test("https takes what is JSON or XML by its suffix where the format is that, and nothing else", () => {
  const reads = (known: string, type: string) => readsType([known], type);
  assertEquals(reads("application/json", "application/fhir+json; charset=utf-8"), true);
  assertEquals(reads("application/xml", "application/fhir+xml"), true);
  assertEquals(reads("application/json", "Application/JSON"), true);
  for (const type of ["application/fhir+xml", "text/plain", "application/jsonl", ""]) {
    assertEquals(reads("application/json", type), false, type);
  }
  assertEquals(reads("x-application/hl7-v2+er7", "application/fhir+json"), false);
});
