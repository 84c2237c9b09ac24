import { availableParallelism } from 'node:os';
import { OratorError } from '@orator/core/base/errors';
import type { Config } from '../../config.ts';
import { checkNumbers } from './check-numbers.ts';
import type { ModelFile } from './model-file.ts';
import { OnnxThread } from './onnx-thread.ts';
import { type OpenedPrecision, openBetter } from './open-precision.ts';
import { ladderFor, type ProviderName, type ProviderState, providerOptions } from './providers.ts';
import { trialPlace } from './trial-place.ts';

/** A network that is open, where it runs, and why not where it would have been better. */
export interface OpenedNetwork extends OpenedPrecision {
  readonly provider: ProviderName;
  readonly passedOver: readonly string[];
}

/** What networks are opened with. */
export interface NetworkTools {
  readonly config: Pick<Config, 'data' | 'values'>;
  /** Folder of the library. */
  readonly library: string;
  readonly states: readonly ProviderState[];
  /** Whether fp16 may be quicker on a provider, so that it is worth a trial. */
  readonly mayGain: (provider: ProviderName) => boolean;
}

/**
 * Goes down the ladder. Only what cannot run here is passed over, and the reason is kept.
 * @throws {OratorError} `backend/none`, `model/failed`
 */
export async function openNetwork(file: ModelFile, tools: NetworkTools): Promise<OpenedNetwork> {
  const { ORATOR_BACKEND, ORATOR_PRECISION } = tools.config.values;
  if (ORATOR_PRECISION === 'fp16') await file.half?.ready(); // that there is none is no matter of the provider
  const passedOver: string[] = [];
  const ladder = ladderFor(ORATOR_BACKEND);
  for (const [step, provider] of ladder.entries()) {
    const state = tools.states.find(({ name }) => name === provider);
    const reason = state ? state.unavailable : 'the runtime was built without it';
    if (reason !== null) {
      passedOver.push(`${provider}: ${reason}`);
      continue;
    }
    try {
      return { ...(await openChecked(provider, file, tools)), provider, passedOver };
    } catch (thrown) {
      if (step === ladder.length - 1) throw thrown;
      passedOver.push(`${provider}: ${OratorError.from(thrown).message}`);
    }
  }
  throw new OratorError(
    'backend/none',
    `No provider can run here (${passedOver.join('; ')}). Set ORATOR_BACKEND to cpu or auto, or see orator doctor.`,
  );
}

/** What the processor says is what others are held against. */
async function openChecked(provider: ProviderName, file: ModelFile, tools: NetworkTools): Promise<OpenedPrecision> {
  const opened = await openOn(provider, file, tools);
  const { half } = file;
  if (provider === 'cpu' || !half) return opened;
  try {
    const place = await trialPlace(provider, tools.library, tools.config);
    await checkNumbers(opened.thread, {
      ...{ inputs: half.inputs, checks: half.checks, place: { ...place, precision: opened.precision } },
      openExact: () => openThread('cpu', file.path, tools),
    });
    return opened;
  } catch (thrown) {
    await opened.thread[Symbol.asyncDispose]();
    throw thrown;
  }
}

function openThread(provider: ProviderName, path: string, { config, library }: NetworkTools): Promise<OnnxThread> {
  const options = {
    executionProviders: [providerOptions(provider, config)],
    ...{ intraOpNumThreads: availableParallelism(), interOpNumThreads: 1, logSeverityLevel: 3 as const },
  };
  return OnnxThread.open({ library, path, options });
}

async function openOn(provider: ProviderName, file: ModelFile, tools: NetworkTools): Promise<OpenedPrecision> {
  const { config, library, mayGain } = tools;
  const open = (path: string) => openThread(provider, path, tools);
  const exactly = async (reason: string): Promise<OpenedPrecision> => ({
    ...{ precision: 'fp32', reason },
    thread: await open(file.path),
  });
  const { half } = file;
  const asked = config.values.ORATOR_PRECISION;
  if (!half) return exactly('the network has no fp16');
  if (asked === 'fp32') return exactly('as ORATOR_PRECISION says');
  if (asked === 'fp16') {
    return { precision: 'fp16', reason: 'as ORATOR_PRECISION says', thread: await open(await half.ready()) };
  }
  if (!mayGain(provider)) return exactly('fp16 is no quicker there');
  return openBetter(file, half, { open, place: await trialPlace(provider, library, config) });
}
