import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { TRIALS_END } from '../model-store/half-network.ts';
import { ModelStore } from '../model-store/model-store.ts';
import { choosePrecision, wordsForChoice } from '../runtime/onnx/precision.ts';
import { readTrials } from '../runtime/onnx/precision-record.ts';
import { type Finding, ok } from './finding.ts';

/** What trials of fp16 found on this machine, network by network; none where there were none. */
export async function findTrials({ models, values }: Config): Promise<Finding[]> {
  const store = new ModelStore(models);
  const findings: Finding[] = [];
  for (const { id } of await store.list()) {
    const folder = store.networksOf(id);
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(TRIALS_END)).sort()) {
      const [network] = name.split('-');
      for (const trial of await readTrials(join(folder, name))) {
        const found = `${wordsForChoice(trial.provider, choosePrecision(trial))} (${trial.device})`;
        findings.push(ok(`  fp16 of ${id}, ${network}`, found));
      }
    }
  }
  const { ORATOR_PRECISION: asked } = values;
  return findings.length === 0 ? [] : [ok('Trials of fp16', `ORATOR_PRECISION is ${asked}`), ...findings];
}
