import { randomFrom } from '@orator/core/base/random';
import { openShortJobs } from '../short-jobs.ts';
import { auditRemains, auditService, type Finding } from './audit.ts';
import { carryOut, planKills, type Target } from './kills.ts';
import { type Placed, placeAll } from './orders.ts';
import { openStage, type Setup } from './stage.ts';

/** What is to be done in a run. */
export interface ChaosOrder extends Setup {
  readonly seed: number;
  readonly jobs: number;
  readonly kills: number;
}

/** What a run came to. */
export interface ChaosReport {
  readonly order: ChaosOrder;
  readonly killed: Partial<Record<Target, number>>;
  /** How many jobs took so many attempts. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly seconds: number;
  /** The data folder, kept where something was found. */
  readonly data: string | null;
}

/** Lets clients order clips while programs are killed by the seed's plan, then looks whether anything was lost, doubled, stuck or left. */
export async function runChaos(order: ChaosOrder): Promise<ChaosReport> {
  const started = performance.now();
  await using stage = await openStage(order);
  const short = await openShortJobs(stage.service);
  const targets = [...new Set(stage.actors.map(({ name }) => name as Target)), 'clip' as const];
  const plan = planKills(randomFrom(order.seed, 'kills'), targets, order.jobs, order.kills);
  const progress = { orders: order.jobs, over: 0, allowed: 0 };
  const done = new AbortController();
  const killing = carryOut(plan, stage.actors, progress, done.signal);
  const placing = placeAll(stage.url, short, progress).finally(() => done.abort());
  const [placed, killed] = await Promise.all([placing, killing]);
  const seen = await auditService(stage, placed, short);
  const forced: string[] = [];
  for (const actor of stage.actors.toReversed()) if (!(await actor.leave())) forced.push(actor.name);
  const findings = [
    ...seen,
    { figure: 'programs that ended although nobody killed them', cases: stage.actors.flatMap(({ falls }) => falls) },
    { figure: 'programs that did not leave when asked', cases: forced },
    ...(await auditRemains(stage, placed)),
  ];
  const isClean = findings.every(({ cases }) => cases.length === 0);
  if (!isClean) stage.keep();
  return {
    ...{ order, killed, findings },
    attempts: attemptsOf(placed),
    seconds: Math.round((performance.now() - started) / 1000),
    data: isClean ? null : stage.data,
  };
}

const attemptsOf = (placed: readonly Placed[]) =>
  Object.fromEntries([...Map.groupBy(placed, ({ attempt }) => attempt)].map(([n, all]) => [n, all.length]));
