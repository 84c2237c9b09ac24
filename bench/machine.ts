import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on. The load says how much else was running: figures of a busy machine read low. */
export function describeMachine(): Record<string, string> {
  const cores = cpus();
  return {
    processor: cores[0]?.model.trim() ?? 'unknown',
    cores: String(cores.length),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  };
}
