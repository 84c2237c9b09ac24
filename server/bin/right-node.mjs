// Plain JavaScript that any Node since 16 can read.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest Node whose JavaScript has `using` and which reads TypeScript by itself. */
const OLDEST_MAJOR = 24;
/** The Node that npm brings where the one at hand is older. */
const VERSION = '24.21.0';

/** Whether a Node of this version (`process.versions.node`) can run Orator. */
export const isRightNode = (version) => Number(version.split('.')[0]) >= OLDEST_MAJOR;

/**
 * The path of a Node that can run Orator: the one in the cache, else brought there from npm, without asking.
 * @throws {Error} with the reason and the cure, where npm has none for this machine or cannot be reached.
 */
export async function rightNode() {
  const folder = join(cacheFolder(), `node-${VERSION}`);
  if (!existsSync(programIn(folder))) await install(folder);
  return programIn(folder);
}

/**
 * Where Node keeps what it compiled, unless the environment says otherwise: the next start, and each process that is started, need not do
 * it again. A folder that cannot be written is no trouble.
 */
export const compileCache = () => process.env.NODE_COMPILE_CACHE ?? join(cacheFolder(), 'compiled');

/** How to start npm: the one that started us, by Node, else the one on the search path. */
export function npmCommand() {
  const path = process.env.npm_execpath;
  if (path && /\.c?js$/.test(path) && /npm/.test(path) && existsSync(path)) return [process.execPath, path];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** A checkout keeps its own cache; an installed package uses Orator's data folder. */
function cacheFolder() {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (existsSync(join(root, 'scripts', 'run.mjs'))) return join(root, '.cache');
  return process.env.ORATOR_DATA || join(homedir(), '.orator');
}

const packageName = () => `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

const programIn = (folder) =>
  join(folder, 'node_modules', packageName(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs into a folder of our own first and renames it, so that an interrupted download is never taken for a Node. */
async function install(folder) {
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
    const start = Date.now();
    process.stderr.write(`Node ${process.versions.node} is too old; bringing Node ${VERSION} from npm … `);
    await runNpm(partial);
    process.stderr.write(`${Math.round((Date.now() - start) / 1000)} s\n`);
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function runNpm(folder) {
  const [command, ...first] = npmCommand();
  const args = [
    'install',
    `${packageName()}@${VERSION}`,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const child = spawn(command, [...first, ...args, '--prefix', folder, '--no-progress'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32' && command.endsWith('.cmd'),
  });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('close', resolve);
  });
  if (code === 0 && existsSync(programIn(folder))) return;
  throw new Error(
    `npm could not bring ${packageName()}@${VERSION}. Install Node ${OLDEST_MAJOR} or newer from nodejs.org and start again.\n${said.trim()}`,
  );
}
