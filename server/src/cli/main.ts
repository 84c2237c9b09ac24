import { OratorError } from '@orator/core/base/errors';
import { loadConfig } from '../config.ts';
import { VERSION } from '../version.ts';
import { config } from './config.ts';
import { doctor } from './doctor.ts';
import { make } from './make.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** A subcommand: takes the words after its name and gives the exit code. */
type Command = (argv: readonly string[], terminal: Terminal, signal: AbortSignal) => Promise<number>;

/** These are large: only who asks for one waits for it to load. */
const serve: Command = async (...call) => (await import('./serve.ts')).serve(...call);

const worker: Command = async (...call) => (await import('./worker.ts')).worker(...call);
const avatar: Command = async (...call) => (await import('./avatar.ts')).avatar(...call);

const key: Command = async (...call) => (await import('./key.ts')).key(...call);

const inspect: Command = async (...call) => (await import('./inspect.ts')).inspect(...call);

const models: Command = async (...call) => (await import('./models.ts')).models(...call);

const COMMANDS: Readonly<Record<string, Command>> = {
  make,
  avatar,
  models,
  inspect,
  serve,
  worker,
  key,
  doctor,
  config,
};

const USAGE = `Orator ${VERSION}: gives a face a voice.

  orator make --image face.jpg --audio speech.wav -o out.mp4
  orator make --image face.jpg --text "Hello there." -o out.mp4
  orator avatar build --video person.mp4 -o person.tar
  orator models list
  orator inspect out.mp4
  orator serve
  orator worker
  orator key create "A program"
  orator doctor
  orator config

Every command explains itself with --help.
`;

async function main(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out.write(USAGE);
    return EXIT.success;
  }
  if (name === '--version' || name === '-v') {
    terminal.out.write(`${VERSION}\n`);
    return EXIT.success;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  // The flags alone, as SadTalker's callers write them, mean `make`.
  if (!command && name.startsWith('-')) return make(argv, terminal, signal);
  if (!command) {
    throw new OratorError(
      'request/invalid',
      `There is no command "${name}". Use ${Object.keys(COMMANDS).join(' or ')}.`,
    );
  }
  return command(rest, terminal, signal);
}

const interrupt = new AbortController();
let interruptedBy = 0;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // A second Ctrl-C means now; temporary files carry our process id and are cleared by the next run.
    if (interruptedBy) process.exit(128 + SIGNAL_NUMBERS[name]);
    interruptedBy = SIGNAL_NUMBERS[name];
    interrupt.abort(new OratorError('cancelled', 'Stopped on request; no file was left.'));
  });
}
// A reader that goes away (`orator … | head`) is no reason to crash.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

let code: number;
try {
  const terminal: Terminal = {
    config: loadConfig(process.env, process.cwd()),
    in: process.stdin,
    out: process.stdout,
    err: process.stderr,
    clock: () => performance.now() / 1000,
  };
  code = await main(process.argv.slice(2), terminal, interrupt.signal);
} catch (thrown) {
  const error = OratorError.from(thrown);
  process.stderr.write(`${error.code}: ${error.message}\n`);
  code = EXIT.failed;
}
process.exitCode = interruptedBy && code === EXIT.failed ? 128 + interruptedBy : code;
