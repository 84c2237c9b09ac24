import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { looped, openWorkshop, photographs, ROOT, voices } from './material.ts';
import { make, type Run } from './orator.ts';
import { rounded, spread } from './table.ts';

export const title =
  'Whole command, 25 fps, preparation included (reach: issue 2; median of the runs, other programs make it noisier)';

const SPEECH_SECONDS = 60;
const RUNS = 3;

/** Times `orator make` from its start to its end, and how long the first frame takes. */
export async function run(): Promise<Record<string, unknown>[]> {
  await using workshop = await openWorkshop();
  const [voice] = await voices();
  const [portrait] = photographs();
  const long = await workshop.wav('long.wav', looped(voice!, SPEECH_SECONDS), voice!.rate);
  const brief = await workshop.wav('brief.wav', looped(voice!, 1), voice!.rate);
  const clip = ['--image', portrait!.path, '--crop', 'square', '-o', workshop.path('clip.mp4')];
  let folder = 0;
  const several = async (args: readonly string[], data: () => string) => {
    const runs: Run[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await make(data(), [...clip, ...args]));
    return runs;
  };
  const firstFrames = async (data: () => string) => {
    const found: number[] = [];
    for (let i = 0; i < 2 * RUNS; i++)
      found.push(await firstFrame(data(), portrait!.path, brief, workshop.path('first.mp4')));
    return found;
  };
  const fresh = () => workshop.path(`data-${folder++}`);
  const prepared = workshop.path('prepared');
  await make(prepared, [...clip, '--audio', brief]);
  return [
    speedRow('512², 60 s of speech', await several(['--audio', long], fresh), '≥ 5'),
    speedRow('1080p, 60 s of speech', await several(['--audio', long, '--size', '1080p'], fresh), '≥ 1.5'),
    { figure: 'cold start to first frame, new photo, s', ...spread(await firstFrames(fresh), 2), reach: '≤ 3' },
    { figure: 'the same, prepared avatar, s', ...spread(await firstFrames(() => prepared), 2), reach: '≤ 1' },
  ];
}

function speedRow(what: string, runs: readonly Run[], reach: string): Record<string, unknown> {
  const speeds = runs.map(({ seconds, receipt }) => receipt.clip.seconds / seconds);
  return { figure: `${what}, × real time`, ...spread(speeds, 1), reach, stages: stagesOf(runs) };
}

/** Seconds from the start of a new process to its first frame. */
async function firstFrame(data: string, image: string, audio: string, output: string): Promise<number> {
  const script = join(ROOT, 'bench/first-frame.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, image, audio, output], {
    env: { ...process.env, ORATOR_DATA: data },
  });
  return Number(stdout);
}

/** How long each stage was busy, in seconds, in the median run. */
function stagesOf(runs: readonly Run[]): string {
  const middle = [...runs].sort((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)]!;
  const stages = Object.entries({ ...middle.receipt.timings, command: middle.seconds });
  return stages.map(([stage, seconds]) => `${stage} ${rounded(seconds, 1)}`).join(', ');
}
