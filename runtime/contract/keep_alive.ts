/**
 * After how long of silence a TCP connection that speaks TLS is asked whether its peer is still there. One without TLS is
 * asked when the system says so, since the platform's own sockets take no time: Linux's `net.ipv4.tcp_keepalive_time`.
 */
export const KEEP_ALIVE_MS = 60_000;
