import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { OratorError } from '@orator/core/base/errors';
import { writeArchive } from '../avatars/avatar-archive.ts';
import { buildAvatar } from '../avatars/avatar-builder.ts';
import { checkAvatar } from '../avatars/avatar-check.ts';
import { openFaceNetworks } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { checkOutput } from '../output.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator avatar build --video FILE [-o FILE.tar] [options]
       orator avatar check FOLDER

Builds an avatar from a training video of one person, 3 to 120 s: a TAR that LiveTalking loads.

  --video FILE       The training video
  -o, --output FILE  Where the TAR goes (default: beside the video)
  --face-size N      Side of the face pictures: 96 (default), or 256 for the LiveTalking of today
  --for NAME         livetalking: what it needs today, which is --face-size 256
  --json             One JSON object on standard output
`;

/** `orator avatar`: builds avatars, and checks those that others built. */
export async function avatar(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const { out } = terminal;
  const [action, ...rest] = argv;
  if (action === 'build') return build(rest, terminal, signal);
  if (action === 'check' && rest[0]) {
    out.write(`${JSON.stringify(await checkAvatar(rest[0]))}\n`);
    return EXIT.success;
  }
  out.write(USAGE);
  if (action === undefined || action === '--help' || action === '-h') return EXIT.success;
  throw new OratorError('request/invalid', `There is no "orator avatar ${action}". Use build or check.`);
}

async function build(argv: readonly string[], { config, out, err }: Terminal, signal: AbortSignal): Promise<number> {
  const { video, output, faceSize, json } = readOptions(argv);
  await checkOutput(output);
  const folder = await mkdtemp(join(tmpdir(), 'orator-avatar-'));
  try {
    const tools = { ffmpeg: await findFfmpeg(config), networks: await openFaceNetworks(), signal };
    const avatarFolder = join(folder, 'avatar');
    for await (const event of buildAvatar({ path: video }, avatarFolder, { faceSize }, tools)) {
      if (event.type === 'progress') {
        if (!json && err.isTTY) err.write(`\r${event.percent.toFixed(0).padStart(3)} %  ${event.stage}   `);
        continue;
      }
      await writeArchive(avatarFolder, output, signal);
      const { frames, width, height, model } = event;
      if (!json && err.isTTY) err.write('\r');
      out.write(
        json
          ? `${JSON.stringify({ avatar: output, model, frames, width, height, faceSize })}\n`
          : `Avatar    ${output}\n          ${model}, ${frames} frames of ${width}×${height}, faces of ${faceSize}×${faceSize}\n`,
      );
    }
    return EXIT.success;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readOptions(argv: readonly string[]) {
  const options = {
    video: { type: 'string' },
    output: { type: 'string', short: 'o' },
    'face-size': { type: 'string' },
    for: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...argv], options }));
  } catch (thrown) {
    throw new OratorError('request/invalid', `${(thrown as Error).message}. See: orator avatar --help`);
  }
  const { video, for: reader } = values;
  if (!video) throw new OratorError('request/invalid', 'No video was given. Add --video person.mp4.');
  if (reader !== undefined && reader !== 'livetalking') {
    throw new OratorError('request/invalid', `--for knows only livetalking, not "${reader.slice(0, 40)}".`);
  }
  const size = values['face-size'] ?? (reader ? '256' : '96');
  if (size !== '96' && size !== '256')
    throw new OratorError('request/invalid', `--face-size is 96 or 256, not "${size.slice(0, 40)}".`);
  return {
    video,
    output: values.output ?? join(video, '..', `${basename(video, extname(video))}.tar`),
    faceSize: size === '96' ? (96 as const) : (256 as const),
    json: values.json ?? false,
  };
}
