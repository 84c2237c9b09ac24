import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { readGpus } from '../gpu.ts';
import type { TrialPlace } from './precision-record.ts';
import type { ProviderName } from './providers.ts';

/** Where a trial on a provider of this machine is made. */
export async function trialPlace(
  provider: ProviderName,
  library: string,
  { values }: Pick<Config, 'values'>,
): Promise<TrialPlace> {
  const { version } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as { version: string };
  const { gpus } = provider === 'cpu' ? { gpus: [] } : await readGpus();
  // All of them: drivers and runtimes do not always count in the same order.
  const cards = gpus.map(({ name, driver }) => `${name} (driver ${driver})`);
  const device =
    cards.length > 0 ? `${cards.join(', ')}; number ${values.ORATOR_GPU_ID}` : (cpus()[0]?.model ?? 'unknown');
  return { provider, device, runtime: version };
}
