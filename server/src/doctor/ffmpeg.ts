import { OratorError } from '@orator/core/base/errors';
import type { Config } from '../config.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { type Finding, ok, problem } from './finding.ts';

const ORIGINS = { setting: 'by ORATOR_FFMPEG', path: 'on the PATH', npm: 'from npm' } as const;

/** Which ffmpeg would work here. An old one works too, and is said to be old. */
export async function findFfmpegHere(config: Config): Promise<Finding> {
  try {
    const { version, path, origin, old } = await findFfmpeg(config);
    const found = `${version} ${ORIGINS[origin]} (${path})`;
    const advice = 'It works. A current one is faster and safer: install ffmpeg 5 or later, or set ORATOR_FFMPEG.';
    return old ? { what: 'ffmpeg', state: 'ok', found: `${found}, old`, cure: advice } : ok('ffmpeg', found);
  } catch (thrown) {
    return problem(
      'ffmpeg',
      OratorError.from(thrown).message,
      'Install ffmpeg with libx264 and aac, or set ORATOR_FFMPEG to one.',
    );
  }
}
