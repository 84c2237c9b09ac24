import { posix } from 'node:path';

/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals, e.g. `COPY`. */
  readonly word: string;
  /** What stands before the words as `--name=value`, by name. */
  readonly flags: Readonly<Record<string, string>>;
  /** The rest, on one line. */
  readonly rest: string;
}

/** One stage: what stands between two FROMs. */
export interface Stage {
  readonly name: string;
  /** Another stage, or an image from elsewhere. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** What a finished stage says about how it is run, its bases' words included. */
export interface ImageSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  readonly user?: string;
  readonly volumes: readonly string[];
  readonly ports: readonly number[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

const LINE = /^(?<word>[A-Z]+)\s+(?<flags>(?:--[a-z-]+(?:=\S+)?\s+)*)(?<rest>.+)$/;
const KNOWN = 'ARG FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT CMD'.split(' ');

/**
 * Reads a Dockerfile as it is built with some build arguments.
 * @throws {Error} for what is not understood: here documents, unknown instructions and unset arguments.
 */
export function parseDockerfile(text: string, given: Readonly<Record<string, string>> = {}): readonly Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  const args: Record<string, string> = {};
  for (const instruction of instructionsOf(text)) {
    const { word, rest } = instruction;
    const stage = stages.at(-1);
    if (word === 'FROM') {
      const [base, as, name] = fill(rest, args).split(/\s+/);
      if (as?.toUpperCase() !== 'AS' || !name) throw new Error(`A stage has no name: FROM ${rest}`);
      stages.push({ name, base: base!, instructions: [] });
    } else if (stage) stage.instructions.push(instruction);
    else if (word === 'ARG') {
      const [name, otherwise] = rest.split('=');
      args[name!] = given[name!] ?? otherwise!;
    } else throw new Error(`${word} stands before the first FROM.`);
  }
  return stages;
}

/** A stage and the stages it stands on, the lowest first. */
export function stagesUnder(stages: readonly Stage[], name: string): readonly Stage[] {
  const stage = stages.find((one) => one.name === name);
  return stage ? [...stagesUnder(stages, stage.base), stage] : [];
}

/** Where a path leads that is written in a folder of the image. */
export const pathIn = (folder: string, path: string) => posix.resolve('/', folder, path);

/** The words of an instruction: a JSON array, or words between blanks. */
export const wordsOf = (rest: string): readonly string[] =>
  rest.startsWith('[') ? (JSON.parse(rest) as string[]) : rest.split(/\s+/);

/** How a stage is run. @throws {Error} where a shell would stand between the program and its signals. */
export function settingsOf(stages: readonly Stage[], name: string): ImageSettings {
  const env: Record<string, string> = {};
  const volumes: string[] = [];
  const ports: number[] = [];
  const commands: Record<string, readonly string[]> = {};
  let workingFolder = '/';
  let user: string | undefined;
  for (const { word, rest } of stagesUnder(stages, name).flatMap((stage) => stage.instructions)) {
    if (word === 'ENV') for (const pair of wordsOf(rest)) env[pair.split('=')[0]!] = pair.slice(pair.indexOf('=') + 1);
    if (word === 'VOLUME') volumes.push(...wordsOf(rest));
    if (word === 'EXPOSE') ports.push(...wordsOf(rest).map(Number));
    if (word === 'WORKDIR') workingFolder = pathIn(workingFolder, rest);
    if (word === 'USER') user = rest;
    if (word === 'ENTRYPOINT' || word === 'CMD') commands[word] = execForm(word, rest);
    if (word === 'HEALTHCHECK') commands[word] = execForm(word, rest.replace(/^CMD\s+/, ''));
  }
  return {
    env,
    workingFolder,
    user,
    volumes,
    ports,
    entrypoint: commands.ENTRYPOINT ?? [],
    command: commands.CMD ?? [],
    healthCheck: commands.HEALTHCHECK ?? [],
  };
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim());
  return lines.map((line) => {
    const { word, flags, rest } = LINE.exec(line)?.groups ?? {};
    if (!word || !KNOWN.includes(word) || rest!.includes('<<')) throw new Error(`This is not understood: ${line}`);
    const pairs = flags!.split(/\s+/).filter(Boolean);
    return { word, flags: Object.fromEntries(pairs.map((flag) => flag.slice(2).split(/=(.*)/))), rest: rest!.trim() };
  });
}

const fill = (text: string, args: Readonly<Record<string, string>>) =>
  text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    if (args[name] === undefined) throw new Error(`The build argument ${name} is not set.`);
    return args[name];
  });

function execForm(word: string, rest: string): readonly string[] {
  if (!rest.startsWith('[')) throw new Error(`${word} has to be a JSON array, or a shell would get its signals.`);
  return wordsOf(rest);
}
