import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../scripts/setup.mjs';
import { npmCommand } from '../../server/bin/right-node.mjs';
import { contextFiles } from './build-context.ts';
import { type Instruction, pathIn, type Stage, wordsOf } from './dockerfile.ts';

/** What a Dockerfile's steps made without a container engine: each stage's files in a folder that stands for its `/`. */
export interface PlainFolders extends AsyncDisposable {
  /** The folder of a stage. */
  rootOf(stage: string): string;
  /** Steps that need a container: those of the system's package manager. */
  readonly skipped: readonly string[];
}

/** npm could not bring the packages, and has not kept them from an earlier time either. */
export class NoPackages extends Error {}

const run = promisify(execFile);
/** The packages for the build are those that the checkout has; setting it up is this very step. */
const INSTALL_ALL = 'npm ci --ignore-scripts';

/**
 * Takes the steps of all stages in turn that `last` needs. COPY honours `.dockerignore`; RUN runs as it is written, in the folder that
 * WORKDIR says.
 * @throws {NoPackages} where there is no registry.
 */
export async function takeSteps(stages: readonly Stage[], last: string): Promise<PlainFolders> {
  const place = await mkdtemp(join(tmpdir(), 'orator-image-'));
  await chmod(place, 0o755); // another user runs what is made here
  const rootOf = (stage: string) => join(place, stage);
  const skipped: string[] = [];
  try {
    for (const { name, base, instructions } of neededFor(stages, last)) {
      if (stages.some((stage) => stage.name === base)) await copyTree(rootOf(base), rootOf(name));
      else await mkdir(rootOf(name));
      let folder = workingFolderOf(stages, base);
      for (const instruction of instructions) {
        if (instruction.word === 'WORKDIR') folder = pathIn(folder, instruction.rest);
        if (instruction.word === 'COPY') await takeCopy(instruction, rootOf(name), folder, rootOf);
        if (instruction.word !== 'RUN') continue;
        if (instruction.rest.startsWith('apt-get ')) skipped.push(instruction.rest);
        else await takeRun(instruction.rest, join(rootOf(name), folder));
      }
    }
  } catch (thrown) {
    await rm(place, { recursive: true, force: true });
    throw thrown;
  }
  return { rootOf, skipped, [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }) };
}

/** The stages that one stands on or copies from, itself the last, in their order. */
function neededFor(stages: readonly Stage[], last: string): readonly Stage[] {
  const needed = new Set([last]);
  for (const { name, base, instructions } of stages.toReversed()) {
    if (!needed.has(name)) continue;
    needed.add(base);
    for (const { flags } of instructions) if (flags.from) needed.add(flags.from);
  }
  return stages.filter(({ name }) => needed.has(name));
}

function workingFolderOf(stages: readonly Stage[], name: string): string {
  const stage = stages.find((one) => one.name === name);
  if (!stage) return '/';
  return stage.instructions
    .filter(({ word }) => word === 'WORKDIR')
    .reduce((folder, { rest }) => pathIn(folder, rest), workingFolderOf(stages, stage.base));
}

async function takeCopy({ flags, rest }: Instruction, root: string, folder: string, rootOf: (stage: string) => string) {
  const words = wordsOf(rest);
  const target = join(root, pathIn(folder, words.at(-1)!));
  const intoFolder = /(?:^|\/)\.?$/.test(words.at(-1)!);
  for (const source of words.slice(0, -1)) {
    if (flags.from) {
      const path = join(rootOf(flags.from), source);
      if (!existsSync(path)) throw new Error(`COPY --from=${flags.from} finds no ${source}.`);
      await copyTree(path, intoFolder && !statSync(path).isDirectory() ? join(target, basename(source)) : target);
      continue;
    }
    const path = source.replace(/\/$/, '');
    for (const file of contextFiles(path)) {
      const inside = file === path ? (intoFolder ? basename(file) : '') : file.slice(path.length + 1);
      await mkdir(dirname(join(target, inside)), { recursive: true });
      await copyFile(join(ROOT, file), join(target, inside));
    }
  }
}

async function takeRun(command: string, folder: string): Promise<void> {
  if (command === INSTALL_ALL) return lendPackages(folder);
  const [npm, ...first] = npmCommand();
  // What npm has kept is taken from there; a registry is asked once for the rest.
  const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_fetch_retries: '0' };
  const [program, ...args] = command.split(' ');
  if (program !== 'npm') throw new Error(`RUN ${command} is not understood: only npm and apt-get are.`);
  await run(npm!, [...first, ...args], { cwd: folder, env }).catch((failed: { stderr: string }) => {
    if (/\b(?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENOTCACHED)\b/.test(failed.stderr))
      throw new NoPackages(failed.stderr);
    throw failed;
  });
}

/** Links every package of the checkout into a folder, but for our own workspaces: those lead to the folder's. */
async function lendPackages(folder: string): Promise<void> {
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')];
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await symlink(await readlink(join(from, entry.name)), join(to, entry.name));
    else if (entry.name !== '@orator') await symlink(join(from, entry.name), join(to, entry.name));
  }
  await mkdir(join(to, '@orator'));
  for (const name of await readdir(join(from, '@orator'))) {
    await symlink(await readlink(join(from, '@orator', name)), join(to, '@orator', name));
  }
}

/** Hard links: nobody changes a file once a step has made it, and the packages are many. */
async function copyTree(from: string, to: string): Promise<void> {
  const isFolder = statSync(from).isDirectory();
  await mkdir(isFolder ? to : dirname(to), { recursive: true });
  await run('cp', ['-al', isFolder ? `${from}/.` : from, to]);
}
