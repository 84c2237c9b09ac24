import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OratorClient } from '@orator/client/client';
import type { VideoRequest } from '@orator/client/schemas';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';
import sharp from 'sharp';

/** The project's own portrait. */
export const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));

/** What a furnished studio has. */
export interface Furniture {
  readonly avatar: string;
}

/** What is said in the clips: short, so that they are soon made. */
const LINES = [
  { text: 'Good morning, and welcome to the museum.', emotion: 'happy' },
  { text: 'The boat to the islands leaves at ten past nine.', voice: 'en-gb' },
  { text: 'Guten Morgen, und willkommen an Bord.', voice: 'de' },
] as const satisfies readonly Partial<VideoRequest>[];

/** Makes of a blank service one that somebody has worked with for a while: clips, an avatar, jobs, one of them failed. */
export async function furnish(client: OratorClient): Promise<Furniture> {
  const bytes = await readFile(PORTRAIT);
  const mirrored = await sharp(PORTRAIT)
    .flop()
    .extract({ left: 132, top: 110, width: 760, height: 760 })
    .jpeg()
    .toBuffer();
  const upload = (picture: Buffer, name: string) => client.upload(new File([Uint8Array.from(picture)], name));
  const images = [await upload(bytes, 'guide.jpg'), await upload(mirrored, 'captain.jpg')];
  const silence = await client.upload(new Blob([writeWav(new Float32Array(16_000), hertz(16_000))]), {
    name: 'empty-room.wav',
  });
  const avatar = await client.createAvatar({ model: 'portrait', image: images[0]!.id, name: 'guide' });
  const clips = [];
  for (const [k, line] of LINES.entries()) clips.push(await client.createVideo({ image: images[k % 2]!.id, ...line }));
  const failing = await client.createVideo({ image: images[1]!.id, audio: silence.id });
  const built = await client.waitForJob(avatar.id);
  if (built.state !== 'completed') throw new Error(`The studio could not be furnished: its avatar is ${built.state}.`);
  await Promise.all([...clips, failing].map(({ id }) => client.waitForJob(id)));
  return { avatar: built.asset! };
}
