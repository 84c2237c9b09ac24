import type { PreviewRequest, VideoRequest } from '@orator/client/schemas';
import { type Field, fieldsOfJson } from '@orator/core/produce/field';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { schemaQuery } from '../../service/schemas.ts';
import { uploadOnce } from '../../service/uploads.ts';
import type { MakeDraft, MakeState } from './make-draft.ts';
import type { PhotoFaces } from './photo-faces.ts';
import type { PreviewOrder } from './preview-control.ts';

/** How much of a clip is previewed, s. */
const PREVIEW_SECONDS = 8;

/** What keeps a clip from being made: the name of a text as `missing.<name>`. */
export type Missing = 'photo' | 'text' | 'sound' | 'face';

/** What the service can be asked for in a video; undefined until it is known. */
export function useVideoFields(): { readonly fields: readonly Field[] | undefined; readonly error: Error | null } {
  const { data, error } = useQuery(schemaQuery('VideoRequest'));
  return { fields: useMemo(() => data && fieldsOfJson(data), [data]), error };
}

/** What is still missing; null where a clip can be made. */
export function missingIn({ draft, photo, sound }: MakeState, faces: PhotoFaces): Missing | null {
  if (draft.avatar !== null) return saidIn(draft, sound);
  if (!photo) return 'photo';
  if (faces.seen?.faces.length === 0 || faces.error?.code.startsWith('face/')) return 'face';
  return saidIn(draft, sound);
}

function saidIn({ speech, text }: MakeDraft, sound: File | null | undefined): Missing | null {
  if (speech === 'sound') return sound ? null : 'sound';
  return text.trim() ? null : 'text';
}

/** The order of a preview of the draft; null while there is nothing to say. */
export function usePreviewOrder({ draft, sound }: MakeState): PreviewOrder {
  const { data } = useQuery(schemaQuery('PreviewRequest'));
  return useMemo(() => {
    if (!data || saidIn(draft, sound)) return null;
    const known = data.properties ?? {};
    const settings = Object.entries(draft.settings).filter(([name]) => name in known);
    return async () => ({
      ...(Object.fromEntries(settings) as PreviewRequest),
      ...(await speechOf(draft, sound)),
      seconds: PREVIEW_SECONDS,
    });
  }, [data, draft, sound]);
}

/** The order of the video of a draft; its files are uploaded where they are not yet. */
export async function videoOrder({ draft, photo, sound }: MakeState, faces: PhotoFaces): Promise<VideoRequest> {
  if (draft.avatar !== null) {
    return { ...draft.settings, ...(await speechOf(draft, sound)), avatar: draft.avatar };
  }
  const [image, speech] = await Promise.all([uploadOnce(photo!), speechOf(draft, sound)]);
  const several = (faces.seen?.faces.length ?? 0) > 1 && faces.chosen !== null;
  return { ...draft.settings, ...speech, image: image.id, ...(several ? { face: faces.chosen! } : {}) };
}

async function speechOf(
  { speech, text, voice, transcript }: MakeDraft,
  sound: File | null | undefined,
): Promise<Pick<VideoRequest, 'text' | 'voice' | 'audio'>> {
  if (speech === 'text') return { text, voice };
  const { id } = await uploadOnce(sound!);
  return transcript.trim() ? { audio: id, text: transcript, voice } : { audio: id };
}
