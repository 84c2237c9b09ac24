import { SETTINGS, type Setting, type SettingName } from '../server/src/settings.ts';
import { runTool } from './tool.ts';

/** Where the page about the command line is kept. */
export const COMMAND_PAGE = 'docs/cli.md';

const EXAMPLES = `\`\`\`sh
orator make --image face.jpg --audio speech.wav -o out.mp4
orator make --image face.jpg --text "Good morning." --voice en-gb -o out.mp4
orator make --image face.jpg --audio speech.wav --text "what is said in it" -o out.mp4
orator make --engine wav2lip --video person.mp4 --audio new.wav -o out.mp4
orator make --image face.jpg --text "Well. Well!" --emotion "neutral@0,surprised:0.8@0.9" -o out.mp4
cat speech.wav | orator make --image face.jpg --audio - --size 1080p --json -o out.mp4
\`\`\``;

/** The page about the command line; its options are what the commands themselves say, so that it cannot differ from them. */
export async function commandPage(): Promise<string> {
  const help = async (...args: string[]) => (await runTool('orator', args, 'pipe')).said.trim();
  return `# The command line

<!-- Made by \`npm run docs\` from the schema of a request; a test keeps it equal. -->

In a checkout \`npx orator …\`, after an installation \`orator …\`. It never asks anything. Ctrl-C leaves nothing half-written.

## orator make

${EXAMPLES}

\`\`\`
${await help('make', '--help')}
\`\`\`

| exit code | means |
|---|---|
| 0 | success |
| 1 | failed: one sentence on standard error, or with \`--json\` an object with \`error.code\` and \`error.message\`; no file is left |
| 2 | another engine than the one asked for made the clip, as \`--fallback\` allowed |
| 130, 143 | stopped by Ctrl-C, by a signal |

Beside \`out.mp4\` lies its receipt \`out.mp4.json\`; the clip holds the same in its metadata.

A text may be SSML: \`<speak>\` with \`<prosody rate pitch volume>\`, \`<break time>\` and \`<emphasis>\`.

## orator models

\`\`\`
${await help('models', '--help')}
\`\`\`

## orator inspect

\`\`\`
${await help('inspect', '--help')}
\`\`\`

## orator serve

\`\`\`
${await help('serve', '--help')}
\`\`\`

${settingsTable()}

## orator worker

\`\`\`
${await help('worker', '--help')}
\`\`\`

## orator key

\`\`\`
${await help('key', '--help')}
\`\`\`

## orator avatar

\`\`\`
${await help('avatar', '--help')}
\`\`\`

## orator doctor

Says what this machine has (Node, processor, ffmpeg, pictures, voices, models, disk, GPU, ONNX providers, engines), and the cure for each thing that is
missing. Exit code 0 when clips can be made, 1 when not.
`;
}

/** Every setting in one table. */
function settingsTable(): string {
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { title, aliases = [], otherwise, schema } = SETTINGS[name] as Setting;
    const preset = schema.safeParse(undefined);
    const value = otherwise ?? (preset.success ? String(preset.data ?? '') : '');
    return `| \`${name}\` | ${title} | ${value} | ${aliases.map((alias) => `\`${alias}\``).join(', ')} |`;
  });
  return ['| setting | is | default | also read from |', '|---|---|---|---|', ...rows].join('\n');
}
