import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const FIELDS = ['index', 'name', 'memory.total', 'memory.used', 'utilization.gpu', 'temperature.gpu', 'driver_version'];
/** A driver that hangs must not hang us. */
const TIMEOUT_MS = 5000;

/** What `GET /api/v1/gpu-info` says of one GPU. */
export const gpuReading = z
  .object({
    id: z.int(),
    name: z.string(),
    memory_total_mb: z.number(),
    memory_used_mb: z.number(),
    utilization_percent: z.number().nullable(),
    temperature_c: z.number().nullable(),
    driver: z.string(),
  })
  .meta({ id: 'Gpu', description: 'A GPU as it is now' });
export type GpuReading = Readonly<z.infer<typeof gpuReading>>;

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
