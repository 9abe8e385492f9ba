/** Programs that speak TLS for others: nginx and stunnel. */
import { freePort } from "../adapters/mllp/mllp_peer.ts";
import type { Folder } from "../bad_input/_site.ts";
import { turns } from "../world/turns.ts";
import { type Peer, requirePeer } from "./_peers.ts";

export const nginx = await requirePeer("nginx-light");
export const stunnel = await requirePeer("stunnel4");

/** A program in front of another. */
export interface Terminator extends AsyncDisposable {
  /** Where it listens on this machine. */
  readonly port: number;
}

/** nginx, which asks for a client's certificate and hands requests on to `to`, a `host:port` of plain HTTP. */
export async function startNginx(folder: Folder, to: string): Promise<Terminator> {
  const port = freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) =>
    `${what}_temp_path ${what};`
  );
  const file = await folder.write(
    "nginx.conf",
    `daemon off; master_process off; pid nginx.pid;
events {}
http {
  access_log off;
  ${temporary.join(" ")}
  client_max_body_size 64m;
  upstream gateway { server ${to}; keepalive 4; }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate pki/server.pem;
    ssl_certificate_key secrets/server;
    ssl_client_certificate pki/root.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Connection "";
      proxy_request_buffering off;
    }
  }
}
`,
  );
  return await started(nginx, ["-p", `${folder.path}/`, "-c", file, "-e", "stderr"], folder, port);
}

/** stunnel as a server of TLS that hands bytes on to `to`, or as a client that brings them there by TLS. */
export async function startStunnel(
  folder: Folder,
  role: "server" | "client",
  to: string,
): Promise<Terminator> {
  const port = freePort();
  const shown = role === "server" ? "server" : "lab";
  const file = await folder.write(
    `stunnel-${role}.conf`,
    `foreground = yes
pid =
[mllp]
client = ${role === "client" ? "yes" : "no"}
accept = 127.0.0.1:${port}
connect = ${to}
cert = pki/${shown}.pem
key = secrets/${shown}
CAfile = pki/root.pem
verifyChain = yes
${role === "client" ? "checkHost = localhost" : ""}
`,
  );
  return await started(stunnel, [file], folder, port);
}

async function started(
  peer: Peer,
  args: readonly string[],
  folder: Folder,
  port: number,
): Promise<Terminator> {
  const child = peer.command(args, { cwd: folder.path, stdin: "null", stdout: "null", stderr: "piped" })
    .spawn();
  const said = new Response(child.stderr).text();
  let isOver = false;
  child.status.then(() => isOver = true);
  while (!await listens(port)) {
    if (isOver) throw new Error(`It did not start: ${await said}`);
    await turns(10);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGKILL");
      await said;
      await child.status;
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
  connection?.close();
  return connection !== undefined;
}
