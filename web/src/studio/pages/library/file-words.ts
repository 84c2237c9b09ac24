import type { Asset, ListAssetsQuery } from '@orator/client/schemas';
import { type Say, useFormats, useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';

/** What a file is to a person. */
export type FileKind = 'clip' | 'recording' | 'picture' | 'sound' | 'video' | 'avatar';

/** What a file is, from what the service knows of it. */
export function kindOf({ kind, live, type }: Pick<Asset, 'kind' | 'live' | 'type'>): FileKind {
  if (kind !== 'upload') return live ? 'recording' : kind;
  return type.startsWith('image/') ? 'picture' : type.startsWith('audio/') ? 'sound' : 'video';
}

/** What can be looked for: the name of a text as `filter.<name>`, and what the service is asked. */
export const FILTERS = {
  all: {},
  clips: { kind: 'clip', live: '0' },
  recordings: { kind: 'clip', live: '1' },
  uploads: { kind: 'upload' },
  avatars: { kind: 'avatar' },
} as const satisfies Record<string, Pick<ListAssetsQuery, 'kind' | 'live'>>;
/** One of them. */
export type Filter = keyof typeof FILTERS;

/** Clips are stored under the ids of their jobs, which are no names. */
const NO_NAME = /^[0-9a-f-]{36}\.mp4$/;

/** What a file is called: what it says, its own name, or what it is and when it was made. */
export function useFileTitle(): (file: Asset) => string {
  const say: Say<'clip.of' | 'recording.of'> = useText(LIBRARY);
  const { date } = useFormats();
  return (file) => {
    if (file.said) return file.said;
    if (!NO_NAME.test(file.name)) return file.kind === 'avatar' ? file.name.replace(/\.tar$/, '') : file.name;
    return say(file.live ? 'recording.of' : 'clip.of', { date: date(file.createdAt) });
  };
}
