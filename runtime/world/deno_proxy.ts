/**
 * The proxy that this machine's environment names for a URL (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, each in small letters,
 * too); `none` where the URL does not go by it, `undefined` where there is none. What goes to this machine goes straight.
 * `env`: a variable of the environment.
 */
export function environmentProxy(
  { protocol, hostname, port }: URL,
  env: (name: string) => string | undefined,
): string | undefined {
  const isSecure = protocol === "https:";
  const named = valueOf(isSecure ? "https_proxy" : "http_proxy", env);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (named === undefined) return undefined;
  if (/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)) return "none";
  const excepted = (valueOf("no_proxy", env) ?? "").split(/[\s,]+/).filter((each) => each !== "");
  if (excepted.some((each) => covers(each, host, port || (isSecure ? "443" : "80")))) return "none";
  return named.includes("://") ? named : `http://${named}`;
}

/** `*`, a host, or a domain with all hosts below it, as `.example` or `*.example`; possibly with a port. */
function covers(exception: string, host: string, port: string): boolean {
  const [, name, only] = /^(.*?)(?::(\d+))?$/.exec(exception.toLowerCase())!;
  if (only !== undefined && only !== port) return false;
  const domain = name.replace(/^\*?\./, "");
  return name === "*" || host === domain || host.endsWith(`.${domain}`);
}

function valueOf(name: string, env: (name: string) => string | undefined): string | undefined {
  return env(name) || env(name.toUpperCase()) || undefined;
}
