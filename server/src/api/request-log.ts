import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** What is asked again and again, by probes and by those who wait. */
const POLLED: ReadonlySet<string> = new Set([
  ...['/api/v1/health', '/api/v1/live', '/api/v1/ready', '/metrics'],
  ...['/api/v1/jobs/:id', '/api/v1/stream/stats', '/api/v1/gpu-info'],
]);

/** One line for a request that is over, without anything that its caller wrote: no address, query, header or body. */
export function logRequest(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode: status } = reply;
  const { method, failure: code, id, routeOptions } = request;
  const failed = code !== undefined || status >= 400;
  const route = routeOptions?.url ?? 'none';
  const level = status >= 500 ? 'warn' : failed || !isQuiet(method, route) ? 'info' : 'debug';
  if (!log.isLevelEnabled(level)) return;
  const facts = {
    correlation_id: id,
    method,
    route,
    status,
    code,
    duration_ms: Math.round(reply.elapsedTime * 100) / 100,
  };
  log[level](facts, `${method} ${route} ${status}${code ? ` ${code}` : ''}`);
}

/** Whether a good answer is nobody's news: it was polled, is a file of a page, or a worker asks an endpoint for work. */
const isQuiet = (method: string, route: string) =>
  ['GET', 'HEAD', 'OPTIONS'].includes(method) && (POLLED.has(route) || !route.startsWith('/api/'));
