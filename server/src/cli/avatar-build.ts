import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { writeArchive } from '../avatars/avatar-archive.ts';
import { buildAvatar } from '../avatars/avatar-builder.ts';
import { openFaceNetworks } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { checkOutput } from '../output.ts';
import { checkFile, checkReader, readWords } from './avatar-words.ts';
import type { Terminal } from './terminal.ts';

/** `orator avatar build`. */
export async function buildCommand(
  argv: readonly string[],
  { config, out, err }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { video, output, faceSize, json } = readOptions(argv);
  await checkFile(video);
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
  const { values } = readWords(argv, options, 0);
  const { video, for: reader } = values;
  if (!video) throw new OratorError('request/invalid', 'No video was given. Add --video person.mp4.');
  checkReader(reader);
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
