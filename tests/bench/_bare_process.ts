/**
 * Servers without any of Mitral: each answers at once, and keeps nothing. Takes the certificates to speak TLS with as
 * JSON, and prints the ports.
 */
import https from "node:https";
import type { AddressInfo, Server } from "node:net";
import tls from "node:tls";
import { answering } from "./load.ts";

const { ca, cert, key } = JSON.parse(Deno.args[0]);
const mutual = { ca, cert, key, requestCert: true, rejectUnauthorized: true };

const overTls = tls.createServer(mutual, (socket) => {
  const answers = answering();
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("data", (piece: Uint8Array) => {
    const due = answers(piece);
    if (due !== "") socket.write(due);
  });
});
const overHttps = https.createServer(mutual, (request, response) => {
  request.resume();
  request.on("end", () => response.end("taken"));
});
const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  await request.bytes();
  return new Response("taken");
});
console.log(
  JSON.stringify({
    mllpTls: await listening(overTls),
    https: await listening(overHttps),
    http: http.addr.port,
  }),
);

function listening(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
  );
}
