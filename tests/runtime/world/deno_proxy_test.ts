import { assertEquals } from "@std/assert";
import { environmentProxy } from "../../../runtime/world/deno_proxy.ts";

function proxyOf(url: string, environment: Readonly<Record<string, string>>): string | undefined {
  return environmentProxy(new URL(url), (name) => environment[name]);
}

Deno.test("the environment names a proxy for each protocol, in large or small letters", () => {
  const both = { HTTPS_PROXY: "http://one:1", http_proxy: "two:2" };
  assertEquals(proxyOf("https://a.example/", both), "http://one:1");
  assertEquals(proxyOf("http://a.example/", both), "http://two:2");
  assertEquals(
    proxyOf("https://a.example/", { https_proxy: "http://small:1", HTTPS_PROXY: "http://large:1" }),
    "http://small:1",
  );
  assertEquals(proxyOf("https://a.example/", { HTTP_PROXY: "http://other:1" }), undefined);
  assertEquals(proxyOf("https://a.example/", { HTTPS_PROXY: "" }), undefined);
});

Deno.test("what NO_PROXY names, and this machine, is reached without the proxy", () => {
  const except = (NO_PROXY: string, url: string) =>
    proxyOf(url, { HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1", NO_PROXY });
  for (
    const exception of [
      "a.example",
      "A.EXAMPLE",
      ".example",
      "*.example",
      "example",
      "*",
      "x, a.example",
      "x a.example",
      "a.example:443",
    ]
  ) {
    assertEquals(except(exception, "https://a.example/"), "none", exception);
  }
  for (const exception of ["b.example", "ample", "a.example:80", "a.example.org", ""]) {
    assertEquals(except(exception, "https://a.example/"), "http://p:1", exception);
  }
  for (const url of ["http://localhost:1/", "http://127.0.0.1/", "https://[::1]/"]) {
    assertEquals(except("", url), "none", url);
  }
});
