import { OratorError } from '@orator/core/base/errors';
import {
  codecParametersFromString,
  type MediaDescription,
  type RTCRtpCodecParameters,
  SessionDescription,
} from 'werift';
import type { PictureCodec } from './coded-picture.ts';

/** What a browser offers is about 10 kB. */
const LONGEST = 64 << 10;
const MOST_CANDIDATES = 64;
const KINDS = ['audio', 'video', 'application'];
/** Baseline, main and high: whoever reads one of them reads what we send. */
const H264_PROFILES = ['42', '4d', '64'];

/** An offer that was understood: nothing is left in it but what is answered. */
export interface Offer {
  readonly description: SessionDescription;
  /** How pictures are to be coded; undefined where none are wanted. */
  readonly picture: { readonly codec: PictureCodec; readonly parameters: RTCRtpCodecParameters } | undefined;
  readonly sound: RTCRtpCodecParameters | undefined;
}

/**
 * Reads the offer of somebody who wants to watch.
 * @throws {OratorError} `request/invalid` for what is no offer, `codec/unsupported` for one that nothing can be sent to.
 */
export function readWatchOffer(text: string): Offer {
  const description = read(text);
  const [video, audio] = [mediaOf(description, 'video'), mediaOf(description, 'audio')];
  if (!video && !audio) throw new OratorError('request/invalid', 'The offer asks for neither video nor audio.');
  for (const media of [video, audio]) {
    if (media && !['recvonly', 'sendrecv'].includes(media.direction ?? 'sendrecv')) {
      throw new OratorError('request/invalid', `The offer does not want to receive ${media.kind}. Say recvonly.`);
    }
  }
  const picture = video && chooseVideo(video);
  const sound = audio && chooseOpus(audio);
  return { description, picture, sound };
}

/**
 * Reads the offer of somebody who wants to send a microphone; a camera beside it stays unused.
 * @throws {OratorError} `request/invalid` for what is no offer, `codec/unsupported` without Opus.
 */
export function readSpeakOffer(text: string): Offer {
  const description = read(text);
  const audio = mediaOf(description, 'audio');
  if (!audio || !['sendonly', 'sendrecv'].includes(audio.direction ?? 'sendrecv')) {
    throw new OratorError('request/invalid', 'The offer sends no audio. Add a microphone.');
  }
  return { description, picture: undefined, sound: chooseOpus(audio) };
}

function read(text: string): SessionDescription {
  if (text.length > LONGEST)
    throw new OratorError('request/too-large', `The offer is longer than ${LONGEST >> 10} kB.`);
  let description: SessionDescription;
  try {
    if (!/^v=0\r?\n/.test(text)) throw new RangeError('It does not begin as SDP does.');
    description = SessionDescription.parse(text);
  } catch (cause) {
    throw new OratorError('request/invalid', 'The body is not an SDP offer (RFC 8866). Send what createOffer gives.', {
      cause,
    });
  }
  description.type = 'offer';
  for (const media of description.media) {
    const wrong = wrongWith(media);
    if (wrong) throw new OratorError('request/invalid', `The ${media.kind} of the offer ${wrong}.`);
  }
  if (description.media.length === 0) throw new OratorError('request/invalid', 'The offer has no media.');
  return description;
}

function wrongWith(media: MediaDescription): string | undefined {
  if (!KINDS.includes(media.kind)) return 'is not known';
  if (!media.rtp.muxId || !/^[\w.-]{1,32}$/.test(media.rtp.muxId)) return 'lacks a=mid';
  if (!media.iceParams?.usernameFragment || !media.iceParams.password) return 'lacks a=ice-ufrag or a=ice-pwd';
  if (!media.dtlsParams || media.dtlsParams.fingerprints.length === 0) return 'lacks a=setup or a=fingerprint';
  if (media.iceCandidates.length > MOST_CANDIDATES) return `has more than ${MOST_CANDIDATES} candidates`;
  if (media.rtp.codecs.some(({ payloadType }) => !(payloadType >= 0 && payloadType < 128))) return 'has a wrong format';
  return undefined;
}

/** The one media of a kind. @throws {OratorError} `request/invalid` when there are several. */
function mediaOf({ media }: SessionDescription, kind: string): MediaDescription | undefined {
  const [first, ...more] = media.filter((one) => one.kind === kind);
  if (more.length > 0) throw new OratorError('request/invalid', `The offer has more than one ${kind}. Offer one.`);
  return first;
}

function chooseVideo(media: MediaDescription): Offer['picture'] {
  const h264 = media.rtp.codecs.filter(isH264).toSorted((a, b) => profileOf(a) - profileOf(b))[0];
  const parameters = h264 ?? media.rtp.codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  if (!parameters) {
    throw new OratorError(
      'codec/unsupported',
      'Video comes as H.264 (packetization-mode 1) or VP8. Offer one of them.',
    );
  }
  return { codec: h264 ? 'h264' : 'vp8', parameters: keepOnly(media, parameters) };
}

function chooseOpus(media: MediaDescription): RTCRtpCodecParameters {
  const opus = media.rtp.codecs.find(
    ({ mimeType, clockRate }) => mimeType.toLowerCase() === 'audio/opus' && clockRate === 48_000,
  );
  if (!opus) throw new OratorError('codec/unsupported', 'Audio comes as Opus. Offer opus/48000/2.');
  return keepOnly(media, opus);
}

/** Leaves one codec in the offer, so that the answer has no other. */
function keepOnly(media: MediaDescription, codec: RTCRtpCodecParameters): RTCRtpCodecParameters {
  media.rtp.codecs = [codec];
  media.fmt = [codec.payloadType];
  return codec;
}

function isH264(codec: RTCRtpCodecParameters): boolean {
  if (codec.mimeType.toLowerCase() !== 'video/h264') return false;
  const { 'packetization-mode': mode } = formatOf(codec);
  return Number(mode) === 1 && profileOf(codec) >= 0;
}

/** Where its profile stands among those that read ours; -1 for any other. */
const profileOf = (codec: RTCRtpCodecParameters): number =>
  H264_PROFILES.indexOf(
    String(formatOf(codec)['profile-level-id'] ?? '42')
      .slice(0, 2)
      .toLowerCase(),
  );

const formatOf = ({ parameters = '' }: RTCRtpCodecParameters) =>
  codecParametersFromString(parameters.replaceAll(' ', '')) as Readonly<Record<string, string | number | undefined>>;
