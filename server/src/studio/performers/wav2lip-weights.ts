import { OratorError } from '@orator/core/base/errors';
import { wav2lip } from '@orator/core/engines/wav2lip/engine';
import type { FaceSize } from '@orator/core/models/networks/wav2lip';
import type { ModelSession } from '@orator/core/models/runtime';
import type { Receipt } from '@orator/core/produce/receipt';
import { bringWeights, findWeights } from '../../model-store/bring-weights.ts';
import { ModelStore } from '../../model-store/model-store.ts';
import { readyNetwork } from '../../model-store/ready-network.ts';
import { parseAllowList } from '../../net/address-guard.ts';
import { wordsForChoice } from '../../runtime/onnx/precision.ts';
import type { Scene, Stage } from './performer.ts';

type Model = Receipt['models'][number];

/** Wav2Lip's network, loaded; whoever receives it disposes the session. */
export interface Wav2lipNetwork {
  readonly session: ModelSession;
  readonly faceSize: FaceSize;
  /** Frames that it draws at once. */
  readonly batch: number;
  readonly model: Model;
}

/** Sides of the faces of each model. */
const FACE_SIZE: Readonly<Record<string, FaceSize>> = { 'wav2lip-gan': 96, wav2lip: 96, 'wav2lip-256': 256 };
/** More at once is no faster on a processor, and takes more memory; a graphics card is filled by more. */
const BATCH: Readonly<Record<FaceSize, number>> = { 96: 8, 256: 4 };

/**
 * Looks for the weights that were asked for, or the first that are here, and loads their network.
 * @throws {OratorError} `request/invalid` for weights of another engine, `model/…`, `backend/none`, `runtime/exhausted`, `source/…`
 */
export async function openWav2lipNetwork({ request, setup }: Scene, stage: Stage): Promise<Wav2lipNetwork> {
  const { config, runtime, say, signal } = stage;
  const store = new ModelStore(config.models);
  const guard = { allow: parseAllowList(config.values.ORATOR_ALLOW_ADDRESSES ?? []) };
  const bringing = { guard, setup, say, signal };
  const { id, record } = await bringWeights(wav2lip.name, modelsFor(request.model), store, bringing);
  const faceSize = FACE_SIZE[id]!;
  const batch = BATCH[faceSize];
  say(`Loading ${record.file}`);
  const session = await runtime.open(await readyNetwork(store, id, 'speak', batch, signal));
  say(wordsForSession(id, session));
  return { session, faceSize, batch, model: modelOf(id, record.sha256, session) };
}

/** S3FD, where its weights are here: boxes are then as Wav2Lip was trained on them. */
export async function openS3fd({
  config,
  runtime,
  say,
  signal,
}: Stage): Promise<{ session: ModelSession; model: Model } | null> {
  const store = new ModelStore(config.models);
  const found = await findWeights(['s3fd'], store);
  if (!found) return null;
  const session = await runtime.open(await readyNetwork(store, found.id, 'detect', 1, signal));
  say(wordsForSession(found.id, session));
  return { session, model: modelOf(found.id, found.record.sha256, session) };
}

/** What a receipt says of weights that are loaded. */
const modelOf = (name: string, sha256: string, { provider, precision, precisionReason }: ModelSession): Model => ({
  ...{ name, sha256, provider, precision, precisionReason },
});

const wordsForSession = (name: string, { provider, precision, precisionReason: reason }: ModelSession) =>
  `Loaded ${name}: ${wordsForChoice(provider, { precision, reason })}`;

function modelsFor(asked: string | undefined): readonly string[] {
  if (asked === undefined) return wav2lip.models;
  if (wav2lip.models.includes(asked)) return [asked];
  throw new OratorError(
    'request/invalid',
    `${wav2lip.name} has no model "${asked}". Use --model with one of ${wav2lip.models.join(', ')}.`,
  );
}
