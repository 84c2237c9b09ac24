import { OratorError } from '@orator/core/base/errors';
import type { Crop } from '@orator/core/media/framing';
import { useEffect, useRef, useState } from 'react';
import { FaceFinder, type PreparedFace, type SeenFaces } from '../../face/face-finder.ts';

/** What is known of the faces in a photo. */
export interface PhotoFaces {
  readonly seen: SeenFaces | null;
  /** The face that will speak, counted from the left; null before there is one. */
  readonly chosen: number | null;
  readonly choose: (face: number) => void;
  /** That face, ready to be drawn; null before it is. */
  readonly prepared: PreparedFace | null;
  /** Why the photo, or that face in it, cannot speak. */
  readonly error: OratorError | null;
  readonly busy: boolean;
}

interface Found {
  readonly photo: File | null | undefined;
  readonly seen: SeenFaces | null;
  readonly chosen: number | null;
}

const NOTHING = { seen: null, chosen: null } as const;
const NO_FACE = 'Use a photo that shows one face from the front, well lit.';

/** Looks for the faces of a photo in this browser, and prepares the one that will speak. */
export function usePhotoFaces(photo: File | null | undefined, crop: Crop): PhotoFaces {
  const [finder] = useState(() => new FaceFinder());
  const [found, setFound] = useState<Found>({ photo, ...NOTHING });
  const [prepared, setPrepared] = useState<{ readonly of: Found; readonly crop: Crop; readonly face: PreparedFace }>();
  const [failed, setFailed] = useState<{ readonly photo: File; readonly error: OratorError }>();
  const current = useRef(photo);
  current.current = photo;
  useEffect(() => () => finder[Symbol.dispose](), [finder]);

  useEffect(() => {
    if (!photo) return;
    const fail = (error: unknown) => current.current === photo && setFailed({ photo, error: OratorError.from(error) });
    finder.look(photo).then((seen) => {
      if (current.current !== photo) return;
      setFailed(undefined);
      if (seen.faces.length === 0) fail(new OratorError('face/not-found', NO_FACE));
      setFound({ photo, seen, chosen: seen.faces.length > 0 ? seen.largest : null });
    }, fail);
  }, [finder, photo]);

  useEffect(() => {
    if (!found.photo || found.chosen === null) return;
    let left = false;
    const of = found;
    finder.prepare(found.chosen, crop).then(
      (face) => left || setPrepared({ of, crop, face }),
      (error: unknown) => left || setFailed({ photo: of.photo!, error: OratorError.from(error) }),
    );
    return () => {
      left = true;
    };
  }, [finder, found, crop]);

  const here = found.photo === photo ? found : { photo, ...NOTHING };
  const error = failed && failed.photo === photo ? failed.error : null;
  const ready = prepared && prepared.of === here && prepared.crop === crop ? prepared.face : null;
  return {
    seen: here.seen,
    chosen: here.chosen,
    choose: (face) => {
      setFailed(undefined);
      setFound({ ...here, chosen: face });
    },
    prepared: error ? null : ready,
    error,
    busy: Boolean(photo) && !error && !ready,
  };
}
