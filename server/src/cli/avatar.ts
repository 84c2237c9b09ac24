import { OratorError } from '@orator/core/base/errors';
import { checkAvatar } from '../avatars/avatar-check.ts';
import { buildCommand } from './avatar-build.ts';
import { deleteCommand, exportCommand, importCommand, listCommand } from './avatar-shelf.ts';
import { answerInJson } from './json-answer.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator avatar build --video FILE [-o FILE.tar] [options]
       orator avatar check FOLDER
       orator avatar list [--model NAME]
       orator avatar export ID|NAME -o FILE.tar [--for livetalking]
       orator avatar import FILE.tar [--name NAME]
       orator avatar delete ID|NAME

Builds an avatar from a training video of one person, 3 to 120 s: a TAR that LiveTalking loads. The other commands are about the avatars of the
data folder: through its server when one is running, else directly.

  --video FILE       The training video
  -o, --output FILE  Where the TAR goes (build: beside the video unless told otherwise)
  --face-size N      Side of the face pictures: 96 (default), or 256 for the LiveTalking of today
  --for NAME         livetalking: what it needs today, which is faces of 256; export cuts them anew from the stored frames
  --name NAME        What an imported avatar is called (default: as its file)
  --model NAME       Only those of this model: wav2lip, musetalk or portrait
  --owner ID         Whose avatars: the id of a key (default: local, which is everybody where no keys are needed)
  --json             One JSON object on standard output
`;

type Action = (argv: readonly string[], terminal: Terminal, signal: AbortSignal) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  build: buildCommand,
  check: checkCommand,
  list: listCommand,
  export: exportCommand,
  import: importCommand,
  delete: deleteCommand,
};

/** `orator avatar`: builds avatars, checks those that others built, and keeps those of the data folder. */
export async function avatar(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || rest.includes('--help') || ['--help', '-h'].includes(name)) {
    terminal.out.write(USAGE);
    return EXIT.success;
  }
  return answerInJson(rest.includes('--json'), terminal, signal, async () => {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) {
      const known = Object.keys(ACTIONS).join(', ');
      throw new OratorError('request/invalid', `There is no "orator avatar ${name.slice(0, 40)}". Use ${known}.`);
    }
    await action(rest, terminal, signal);
    return EXIT.success;
  });
}

async function checkCommand(argv: readonly string[], { out }: Terminal): Promise<void> {
  const folder = argv.find((word) => word !== '--json');
  if (folder === undefined) throw new OratorError('request/invalid', 'Which folder? Try: orator avatar check avatar_1');
  out.write(`${JSON.stringify(await checkAvatar(folder))}\n`);
}
