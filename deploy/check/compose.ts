import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const words = z.array(z.string());
const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);

/** What our services may say: a word that is not here is a slip. */
const service = z.strictObject({
  container_name: z.string().optional(),
  image: z.string(),
  build: z
    .strictObject({
      context: z.string(),
      dockerfile: z.string(),
      args: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  restart: z.enum(['unless-stopped', 'on-failure']),
  command: words.optional(),
  entrypoint: words.optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: words.default([]),
  tmpfs: words.default([]),
  read_only: z.boolean().default(false),
  cap_drop: words.default([]),
  security_opt: words.default([]),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .transform((text) => Number.parseInt(text, 10))
    .optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).default({}),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({ test: words, interval: z.string(), timeout: z.string(), retries: z.int() }),
    ])
    .optional(),
  deploy: z
    .strictObject({
      replicas: z.int().optional(),
      resources: z
        .strictObject({
          reservations: z.strictObject({
            devices: z.array(z.strictObject({ driver: z.string(), count: z.int(), capabilities: words })),
          }),
        })
        .optional(),
    })
    .optional(),
});
const project = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

/** One service of a compose file. */
export type ComposeService = z.infer<typeof service>;

/**
 * Reads compose files as `docker compose -f … -f …` does: variables filled in from `env`, later files over earlier ones.
 * @throws {z.ZodError} for what is misspelt, {Error} for a variable that is not set.
 */
export function readCompose(paths: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const files = paths.map((path) => parse(fillIn(readFileSync(path, 'utf8'), env), { merge: true }) as Tree);
  const whole = Object.entries(files.reduce(over)).filter(([name]) => !name.startsWith('x-'));
  return project.parse(Object.fromEntries(whole));
}

type Tree = { readonly [name: string]: Tree | unknown };

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

function over(below: Tree, above: Tree): Tree {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const old = merged[name];
    merged[name] = isTree(old) && isTree(value) ? over(old, value) : value;
  }
  return merged;
}

const fillIn = (text: string, env: Readonly<Record<string, string>>) =>
  text.replace(/\$\{(\w+):\?([^}]*)\}/g, (_, name: string, reason: string) => {
    if (!env[name]) throw new Error(`${name} is not set: ${reason}`);
    return env[name];
  });
