import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted, for Prometheus. Each service has its own registry, so that tests do not share. */
export class Figures {
  readonly registry = new Registry();
  readonly #requests = new Histogram({
    name: 'orator_http_request_seconds',
    help: 'Time of HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.015, 0.05, 0.2, 1, 5],
    registers: [this.registry],
  });
  readonly #jobs = new Counter({
    name: 'orator_jobs_total',
    help: 'Jobs that ended on this process, by outcome',
    labelNames: ['kind', 'outcome', 'code'],
    registers: [this.registry],
  });
  readonly #running = new Gauge({
    name: 'orator_jobs_running',
    help: 'Jobs that this process works on',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: 'orator_' });
  }

  request({ method, routeOptions }: FastifyRequest, reply: FastifyReply): void {
    const labels = { method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) };
    this.#requests.observe(labels, reply.elapsedTime / 1000);
  }

  jobStarted(): void {
    this.#running.inc();
  }

  jobEnded(kind: string, outcome: string, code?: string): void {
    this.#running.dec();
    this.#jobs.inc({ kind, outcome, code: code ?? '' });
  }
}
