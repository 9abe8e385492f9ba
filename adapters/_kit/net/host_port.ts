/** As a person would dial it: `127.0.0.1:2575`, `[::1]:2575`. */
export function hostPort(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
