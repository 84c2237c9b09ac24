import type { Config } from '../config.ts';
import { findEngines } from './engines.ts';
import { findFfmpegHere } from './ffmpeg.ts';
import type { Finding } from './finding.ts';
import { findOnnxRuntime } from './inference.ts';
import { findCpu, findDataFolder, findGpu, findNode } from './machine.ts';
import { findFaceModels, findPictures, findVisemeModel, findVoices } from './parts.ts';
import { findTrials } from './precision.ts';

/** Looks at all that clips need on this machine. */
export async function examine(config: Config): Promise<readonly Finding[]> {
  const findings = await Promise.all([
    findNode(),
    findCpu(),
    findFfmpegHere(config),
    findPictures(),
    findVoices(),
    findFaceModels(),
    findVisemeModel(),
    findDataFolder(config.data),
    findGpu(),
    findOnnxRuntime(config),
    findTrials(config),
    findEngines(config),
  ]);
  return findings.flat();
}
