/** What lies in an avatar, by what it is for: the contract's names, of which one is misspelt for good, and our own for a photo. */
export const LAYOUTS = {
  wav2lip: { files: ['coords.pkl'], folders: ['face_imgs', 'full_imgs'] },
  musetalk: {
    files: ['avator_info.json', 'coords.pkl', 'latents.pt', 'mask_coords.pkl'],
    folders: ['full_imgs', 'mask'],
  },
  portrait: { files: ['portrait.json', 'portrait.picture', 'portrait.prepared'], folders: [] },
} as const satisfies Record<string, { readonly files: readonly string[]; readonly folders: readonly string[] }>;

export type AvatarModel = keyof typeof LAYOUTS;

const FILES: readonly string[] = Object.values(LAYOUTS).flatMap(({ files }) => [...files]);
const FOLDERS: readonly string[] = Object.values(LAYOUTS).flatMap(({ folders }) => [...folders]);
/** LiveTalking sorts pictures by the number that is their name. */
const PICTURE = /^(\d{1,9})\.(?:png|jpe?g)$/i;

/** One place inside an avatar; `stem` is the number of a picture. */
export type AvatarEntry =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'picture'; readonly folder: string; readonly file: string; readonly stem: number };

/** Understands a path inside an avatar; `null` for everything that no avatar has, such as paths that lead elsewhere. */
export function parseEntry(path: string): AvatarEntry | null {
  if (FILES.includes(path)) return { kind: 'file', file: path };
  const [folder, file, ...rest] = path.split('/');
  const stem = PICTURE.exec(file ?? '')?.[1];
  if (rest.length > 0 || folder === undefined || !FOLDERS.includes(folder)) return null;
  return file === undefined || stem === undefined ? null : { kind: 'picture', folder, file, stem: Number(stem) };
}

/** Whether a folder of this name may lie in an avatar. */
export const isAvatarFolder = (name: string) => FOLDERS.includes(name);

/** Whether this name may lie in an avatar's own folder. */
export const isAvatarName = (name: string) => FILES.includes(name) || FOLDERS.includes(name);

/** The name of a frame's picture, from 0. */
export const pictureName = (index: number, suffix = '.png') => `${String(index).padStart(8, '0')}${suffix}`;
