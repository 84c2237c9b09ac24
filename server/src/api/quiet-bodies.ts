import type { FastifyInstance } from 'fastify';

/** Who sends nothing of a body for so long has gone. */
const IDLE_MS = 60_000;

/** Ends connections whose body does not come on, as they would be held for good. Work on a body that is whole may take its time. */
export function endQuietBodies(app: FastifyInstance, idleMs = IDLE_MS): void {
  app.addHook('onRequest', async ({ raw, headers }, reply) => {
    if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return;
    raw.socket.setTimeout(idleMs);
    raw.once('end', () => {
      if (!reply.raw.writableEnded) raw.socket.setTimeout(0); // after the answer the connection has a time limit of its own
    });
  });
}
