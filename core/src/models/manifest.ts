import type { Shell } from './formats/onnx-splice.ts';
import type { Graph } from './graph/graph.ts';
import { s3fdPixelGraph } from './networks/s3fd.ts';
import { syncnetLipGraph, syncnetSoundGraph } from './networks/syncnet.ts';
import { type FaceSize, MEL_BANDS, MEL_COLUMNS, wav2lipPixelGraph, wav2lipShell } from './networks/wav2lip.ts';
import type { TrialInput, TrialInputs } from './trial-inputs.ts';

/** Under which terms weights may be used, in plain words. */
export interface Licence {
  readonly name: string;
  readonly words: string;
  /** Whether somebody has to agree before they are fetched. */
  readonly restricted: boolean;
}

/** Weights that others trained: one file, what it is for, and how it becomes networks. */
export interface ModelManifest {
  readonly title: string;
  /** The engine or tool that uses it. */
  readonly usedBy: string;
  /** The name of the file, as its authors call it. */
  readonly file: string;
  /** Its size, where it is known for certain. */
  readonly bytes?: number;
  /** Its hash; where nobody published one, the first pull records what it got. */
  readonly sha256?: string;
  /** Where it may be fetched, first one first; none where its authors have no address for it. */
  readonly sources: readonly string[];
  readonly licence: Licence;
  /** The networks that its weights fill, by name. */
  readonly networks: Readonly<Record<string, () => Graph>>;
  /** For each of them, what is around it where it comes as ONNX; without it, only weights are taken. */
  readonly shells?: Readonly<Record<string, () => Shell>>;
  /** What fp16 is tried with, for each network that may use it. One that is not named measures something, and always computes in fp32. */
  readonly trials?: Readonly<Record<string, TrialInputs>>;
}

const WAV2LIP_LICENCE: Licence = {
  name: 'Wav2Lip, non-commercial',
  words:
    'For personal, research and non-commercial use only: it was trained on the LRS2 data set. For anything commercial, ask its authors.',
  restricted: true,
};
const UNSTATED: Licence = {
  name: 'not stated',
  words:
    'Nobody has said under which terms these weights may be used, or what they were trained on. You use them at your own risk.',
  restricted: true,
};
const MEL: TrialInput = { dtype: 'f32', shape: [1, MEL_BANDS, MEL_COLUMNS], low: -4, high: 4 };
const picture = (side: number): TrialInput => ({ dtype: 'u8', shape: [side, side, 3], low: 0, high: 255 });
const wav2lip = (size: FaceSize) => ({
  networks: { speak: () => wav2lipPixelGraph(size) },
  shells: { speak: () => wav2lipShell(size) },
  trials: { speak: { mel: MEL, crops: picture(size) } },
});

/** All weights that can be pulled, by the name to pull them with. */
export const MODELS = {
  'wav2lip-gan': {
    title: 'Wav2Lip with faces of 96: the better look',
    usedBy: 'wav2lip',
    file: 'wav2lip_gan.pth',
    bytes: 435_801_865,
    sha256: 'ca9ab7b7b812c0e80a6e70a5977c545a1e8a365a6c49d5e533023c034d7ac3d8',
    sources: [
      'https://huggingface.co/camenduru/Wav2Lip/resolve/main/checkpoints/wav2lip_gan.pth',
      'https://huggingface.co/numz/wav2lip_studio/resolve/main/Wav2lip/wav2lip_gan.pth',
    ],
    licence: WAV2LIP_LICENCE,
    ...wav2lip(96),
  },
  wav2lip: {
    title: 'Wav2Lip with faces of 96: the closer sync',
    usedBy: 'wav2lip',
    file: 'wav2lip.pth',
    sources: [
      'https://huggingface.co/camenduru/Wav2Lip/resolve/main/checkpoints/wav2lip.pth',
      'https://huggingface.co/numz/wav2lip_studio/resolve/main/Wav2lip/wav2lip.pth',
    ],
    licence: WAV2LIP_LICENCE,
    ...wav2lip(96),
  },
  'wav2lip-256': {
    title: 'Wav2Lip with faces of 256, by others: the sharper picture',
    usedBy: 'wav2lip',
    file: 'wav2lip256.pth',
    sources: [],
    licence: UNSTATED,
    ...wav2lip(256),
  },
  s3fd: {
    title: 'S3FD: finds faces as Wav2Lip was trained on them',
    usedBy: 'wav2lip',
    file: 's3fd-619a316812.pth',
    bytes: 89_843_225,
    sha256: '619a31681264d3f7f7fc7a16a42cbbe8b23f31a256f75a366e5a1bcd59b33543',
    sources: [
      'https://www.adrianbulat.com/downloads/python-fan/s3fd-619a316812.pth',
      'https://huggingface.co/camenduru/Wav2Lip/resolve/main/face_detection/detection/sfd/s3fd.pth',
    ],
    licence: {
      name: 'BSD-3-Clause',
      words: 'Free to use, also commercially, with its copyright notice.',
      restricted: false,
    },
    networks: { detect: s3fdPixelGraph },
    // It is shown squares of this size.
    trials: { detect: { picture: picture(256) } },
  },
  syncnet: {
    title: 'SyncNet: measures how well lips and sound fit together',
    usedBy: 'inspect',
    file: 'syncnet_v2.model',
    bytes: 54_573_114,
    sha256: '961e8696f888fce4f3f3a6c3d5b3267cf5b343100b238e79b2659bff2c605442',
    sources: ['http://www.robots.ox.ac.uk/~vgg/software/lipsync/data/syncnet_v2.model'],
    licence: {
      name: 'MIT',
      words:
        'Free to use with its copyright notice. It was trained on recordings of the BBC: check that before you bundle it commercially.',
      restricted: false,
    },
    networks: { lips: syncnetLipGraph, sound: syncnetSoundGraph },
  },
} as const satisfies Readonly<Record<string, ModelManifest>>;

/** The name of weights that can be pulled. */
export type ModelId = keyof typeof MODELS;
