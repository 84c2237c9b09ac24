import { isIP } from 'node:net';
import { PRECISIONS } from '@orator/core/models/runtime';
import { z } from 'zod';
import { isWanted, KINDS } from './job-kinds.ts';
import { isAllowList } from './net/address-guard.ts';
import { readIceServer } from './webrtc/ice-servers.ts';

/** One thing that can be set. */
export interface Setting {
  readonly title: string;
  /** Older names that are read where its own is unset, first one first. */
  readonly aliases?: readonly string[];
  /** Never shown. */
  readonly secret?: boolean;
  /** Reads the text that somebody wrote; what is wrong with it is said in zod's words. */
  readonly schema: z.ZodType;
  /** What is meant where nothing is said, for `orator config`. */
  readonly otherwise?: string;
}

const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'say true or false'))
  .transform((word) => ['true', '1', 'yes', 'on'].includes(word));
const count = (least: number, most: number) =>
  z.coerce
    .number(`a whole number from ${least} to ${most}`)
    .int(`a whole number from ${least} to ${most}`)
    .min(least)
    .max(most);
const oneOf = <const Words extends readonly string[]>(names: Words) => z.enum(names, `one of ${names.join(', ')}`);
const words = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
const list = z.string().transform(words);
const text = z.string().min(1);
/** What looks like an address has to be one. */
const isHost = (word: string) =>
  /^[\d.]+$|:/.test(word) ? isIP(word) > 0 : /^[a-z\d_](?:[a-z\d_.-]*[a-z\d_.])?$/i.test(word);
const host = text.refine(isHost, 'a host name or an IP address');
const kinds = list.refine(
  (words) => words.every((word) => KINDS.some((kind) => isWanted(kind, [word]))),
  `kinds of jobs with commas between, of video, avatar, ${KINDS.join(', ')}`,
);
const webAddress = z.url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' });
const isOrigin = (word: string) => word === '*' || (/^https?:/.test(word) && URL.parse(word)?.origin === word);
const origins = list.refine(
  (words) => words.every(isOrigin),
  'origins such as https://app.example.com, with commas between, or *',
);
const addresses = list.refine(isAllowList, 'host names, addresses or ranges such as 10.0.0.0/8, with commas between');
const postgres = z
  .string()
  .regex(/^postgres(?:ql)?:\/\/./, 'an address such as postgres://user:password@host/database');
const endpointId = z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, "-" and "_", at most 64');

/** Everything that can be set, by its name in the environment; the same names are used in `.env` and in the settings file. */
export const SETTINGS = {
  ORATOR_DATA: { title: 'The data folder', schema: text, otherwise: '~/.orator' },
  ORATOR_MODELS: { title: 'Where downloaded weights lie', schema: text, otherwise: 'models in the data folder' },
  ORATOR_FFMPEG: { title: 'The ffmpeg program', schema: text, otherwise: "PATH's, else the one npm brings" },
  ORATOR_HOST: { title: 'The address to listen at', aliases: ['DITTO_HOST'], schema: host.default('127.0.0.1') },
  ORATOR_PORT: {
    title: 'The port to listen at; 0 = any',
    aliases: ['DITTO_PORT'],
    schema: count(0, 65_535).default(8000),
  },
  ORATOR_PUBLIC_URL: {
    title: 'Where callers reach the service, for links',
    schema: webAddress,
    otherwise: 'host and port',
  },
  ORATOR_AUTH: {
    title: 'keys or none; none lets everybody in',
    schema: oneOf(['keys', 'none']),
    otherwise: 'none on loopback, else keys',
  },
  ORATOR_DATABASE_URL: {
    title: 'PostgreSQL',
    secret: true,
    schema: postgres,
    otherwise: 'a database in the data folder',
  },
  ORATOR_WORKERS: { title: 'Jobs that this process works on at once', schema: count(0, 64).default(1) },
  ORATOR_JOBS_PER_KEY: { title: 'Jobs of one key that run at once', schema: count(1, 1000).default(4) },
  ORATOR_REQUESTS_PER_MINUTE: {
    title: 'Requests of one key in a minute; 0 = any',
    schema: count(0, 1_000_000).default(0),
  },
  ORATOR_SECONDS_PER_KEY: {
    title: 'Seconds of video that one key may make in 24 hours; 0 = any',
    schema: count(0, 100_000_000).default(0),
  },
  ORATOR_STORED_MB_PER_KEY: {
    title: 'What the files of one key may take together, MB; 0 = any',
    schema: count(0, 1_000_000_000).default(0),
  },
  ORATOR_UPLOAD_MB: { title: 'The largest upload, MB', schema: count(1, 100_000).default(50) },
  ORATOR_OPEN_UPLOADS_PER_KEY: {
    title: 'Resumable uploads that one key may have begun and not finished; 0 = any',
    schema: count(0, 1_000_000).default(20),
  },
  ORATOR_OPEN_UPLOADS_MB_PER_KEY: {
    title: 'What these may take together when they are all there, MB; 0 = any',
    schema: count(0, 1_000_000_000).default(1000),
  },
  ORATOR_OPEN_UPLOADS: {
    title: 'Resumable uploads of all keys that were begun and not finished; 0 = any',
    schema: count(0, 1_000_000).default(1000),
  },
  ORATOR_OPEN_UPLOADS_MB: {
    title: 'What these may take together when they are all there, MB; 0 = any',
    schema: count(0, 1_000_000_000).default(20_000),
  },
  ORATOR_AVATAR_MB: { title: 'The largest avatar that is taken in, MB', schema: count(1, 100_000).default(4000) },
  ORATOR_DOWNLOAD_SECONDS: {
    title: 'Seconds that a download from a URL may take',
    schema: count(1, 86_400).default(300),
  },
  ORATOR_KEEP_DAYS: {
    title: 'Days that clips and uploads are kept; 0 = for good',
    schema: count(0, 36_500).default(30),
  },
  ORATOR_KEEP_JOBS_DAYS: {
    title: 'Days that jobs which are over are listed; 0 = for good',
    schema: count(0, 36_500).default(90),
  },
  ORATOR_WORK: {
    title: 'The kinds of jobs to work on, such as video.portrait or avatar',
    schema: kinds,
    otherwise: 'all that this machine can do',
  },
  ORATOR_LEAVE_SECONDS: {
    title: 'Seconds that serve goes on answering once it was told to stop, with /ready saying so',
    schema: count(0, 3600).default(0),
  },
  ORATOR_CORS_ORIGINS: {
    title: 'Pages of these origins may call',
    aliases: ['DITTO_CORS_ORIGINS'],
    schema: origins.default([]),
  },
  ORATOR_MAX_SESSIONS: {
    title: 'Live sessions at once',
    aliases: ['DITTO_MAX_CONCURRENT_SESSIONS'],
    schema: count(0, 10_000).default(8),
  },
  ORATOR_LIVETALKING: { title: 'Answer as LiveTalking does too: /offer, /human …', schema: flag.default(true) },
  ORATOR_LIVE_AVATAR: {
    title:
      'The face where a LiveTalking caller names none: a picture file, or the id of a portrait avatar or an upload',
    schema: text,
    otherwise: 'a drawn portrait',
  },
  ORATOR_ICE_SERVERS: {
    title: 'STUN and TURN servers for WebRTC: stun:host:port, turn:user:password@host:port',
    secret: true,
    schema: z.string().transform((text, context) => {
      try {
        return words(text).map(readIceServer);
      } catch (error) {
        context.addIssue((error as Error).message);
        return z.NEVER;
      }
    }),
    otherwise: 'none',
  },
  ORATOR_ICE_ADDRESS: {
    title: 'The addresses that WebRTC peers reach this machine at, where they are not its own',
    schema: z
      .string()
      .transform(words)
      .pipe(
        z.array(z.union([z.ipv4(), z.ipv6()], 'IP addresses with commas between')).max(4, 'at most four IP addresses'),
      )
      .default([]),
  },
  ORATOR_ICE_TCP: { title: 'WebRTC peers may come over TCP too', schema: flag.default(false) },
  ORATOR_UDP_PORTS: {
    title: 'The ports of WebRTC, first-last; one for each peer and address',
    schema: z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/, 'two ports, as in 40000-40999')
      .transform((range) => range.split('-').map(Number) as [number, number])
      .refine(
        ([first, last]) => first >= 1024 && first < last && last <= 65_535,
        'ports from 1024 to 65535, first one first',
      ),
    otherwise: 'any',
  },
  ORATOR_GPU_ID: { title: 'The GPU to use', aliases: ['DITTO_GPU_ID'], schema: count(0, 64).default(0) },
  ORATOR_BACKEND: {
    title: 'Where neural engines run',
    aliases: ['DITTO_INFERENCE_BACKEND'],
    schema: z.preprocess(
      (name) => (name === 'pytorch' ? 'auto' : name),
      oneOf(['auto', 'cuda', 'tensorrt', 'webgpu', 'cpu']).default('auto'),
    ),
  },
  ORATOR_PRECISION: {
    title: 'What neural engines compute in; auto: fp16 where a trial finds it quicker and as good',
    schema: oneOf(['auto', ...PRECISIONS]).default('auto'),
  },
  ORATOR_ONNX_RUNTIME: {
    title: 'The folder of onnxruntime-node, which neural engines run on',
    schema: text,
    otherwise: 'beside Orator, else onnxruntime in the data folder',
  },
  ORATOR_MODEL_MEMORY_MB: {
    title: 'What the weights of networks may take in memory, MB',
    schema: count(64, 10_000_000).default(4096),
  },
  ORATOR_LOG_LEVEL: {
    title: 'What is logged',
    aliases: ['DITTO_LOG_LEVEL'],
    schema: z
      .string()
      .toLowerCase()
      .transform((level) => (level === 'warning' ? 'warn' : level === 'critical' ? 'fatal' : level))
      .pipe(oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal']))
      .default('info'),
  },
  ORATOR_LOG_CONSOLE: {
    title: 'Log to the terminal',
    aliases: ['DITTO_ENABLE_CONSOLE_LOGGING'],
    schema: flag.default(true),
  },
  ORATOR_LOG_FILES: {
    title: 'Log to logs/ in the data folder',
    aliases: ['DITTO_ENABLE_FILE_LOGGING'],
    schema: flag.default(true),
  },
  ORATOR_INTERNAL_KEY: { title: 'The key of the internal endpoints', secret: true, schema: text },
  ORATOR_RUNPOD_ENDPOINT_ID: {
    title: 'Have avatars built by this RunPod endpoint',
    aliases: ['RUNPOD_ENDPOINT_ID'],
    schema: endpointId,
    otherwise: 'they are built here',
  },
  ORATOR_RUNPOD_API_KEY: {
    title: 'The key of the RunPod endpoint',
    aliases: ['RUNPOD_API_KEY'],
    secret: true,
    schema: text,
  },
  ORATOR_RUNPOD_URL: {
    title: 'Where RunPod is, the endpoint left out',
    schema: webAddress.default('https://api.runpod.ai/v2'),
  },
  ORATOR_RUNPOD_CONCURRENT: { title: 'Avatars built by RunPod at once', schema: count(1, 100).default(3) },
  ORATOR_RUNPOD_SERVED_ID: {
    title: 'The id of the endpoint that serve --runpod offers',
    schema: endpointId.default('orator'),
  },
  ORATOR_S3_BUCKET: {
    title: 'Keep files in this S3 bucket',
    aliases: ['S3_BUCKET'],
    schema: text,
    otherwise: 'the data folder',
  },
  ORATOR_S3_ENDPOINT: {
    title: 'An S3 other than Amazon',
    aliases: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    schema: webAddress,
  },
  ORATOR_S3_REGION: {
    title: 'The region of the bucket',
    aliases: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    schema: text.default('us-east-1'),
  },
  ORATOR_S3_PREFIX: { title: 'Put before every key in the bucket', schema: text },
  ORATOR_S3_PATH_STYLE: { title: 'The bucket is in the path, not in the host', schema: flag.default(false) },
  ORATOR_S3_ACCESS_KEY_ID: { title: 'Who we are for S3', aliases: ['AWS_ACCESS_KEY_ID'], secret: true, schema: text },
  ORATOR_S3_SECRET_ACCESS_KEY: { title: 'Its secret', aliases: ['AWS_SECRET_ACCESS_KEY'], secret: true, schema: text },
  ORATOR_S3_SESSION_TOKEN: { title: 'Its session', aliases: ['AWS_SESSION_TOKEN'], secret: true, schema: text },
  ORATOR_ALLOW_ADDRESSES: { title: 'Private hosts or ranges that URLs may point at', schema: addresses.default([]) },
} as const satisfies Record<string, Setting>;

/** The name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** What each setting is read as. */
export type Values = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> | Absent<Name> };
type Absent<Name extends SettingName> =
  undefined extends z.input<(typeof SETTINGS)[Name]['schema']> ? never : undefined;
