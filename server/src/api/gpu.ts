import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const FIELDS = ['index', 'name', 'memory.total', 'memory.used', 'utilization.gpu', 'temperature.gpu', 'driver_version'];
/** A driver that hangs must not hang us. */
const TIMEOUT_MS = 5000;

/** What `GET /api/v1/gpu-info` says of one GPU. */
export interface GpuReading {
  readonly id: number;
  readonly name: string;
  readonly memory_total_mb: number;
  readonly memory_used_mb: number;
  readonly utilization_percent: number | null;
  readonly temperature_c: number | null;
  readonly driver: string;
}

/** Reads the NVIDIA GPUs now; a reason where there is none to read. */
export async function readGpus(): Promise<{ readonly gpus: readonly GpuReading[]; readonly reason?: string }> {
  try {
    const args = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'];
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { timeout: TIMEOUT_MS });
    return { gpus: parseGpus(stdout) };
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    return { gpus: [], reason: missing ? 'no GPU: nvidia-smi is not installed' : 'no GPU: nvidia-smi does not answer' };
  }
}

/** Reads nvidia-smi's table; what a card cannot tell is null. */
export function parseGpus(table: string): GpuReading[] {
  const number = (text: string | undefined) => (text && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null);
  return table
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [index, name = '', total, used, busy, heat, driver = ''] = line.split(',').map((cell) => cell.trim());
      return {
        id: number(index) ?? 0,
        name,
        memory_total_mb: number(total) ?? 0,
        memory_used_mb: number(used) ?? 0,
        utilization_percent: number(busy),
        temperature_c: number(heat),
        driver,
      };
    });
}
