// Plain JavaScript that any Node since 16 can read: it brings a checkout to where its tasks can run.
import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCache, isRightNode, npmCommand, rightNode } from '../server/bin/right-node.mjs';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Sets up all that a task needs: a Node that can run the sources, the packages of the lock file, a runnable ffmpeg.
 * Asks nothing, needs no rights beyond the checkout, and gives the environment for the task's processes.
 */
export async function setUp() {
  const node = isRightNode(process.versions.node) ? process.execPath : await rightNode();
  const path = dirname(node) + delimiter + (process.env.PATH ?? '');
  const env = { ...process.env, PATH: path, NODE_COMPILE_CACHE: compileCache() };
  if (!packagesMatchLock()) await alone(() => packagesMatchLock() || installPackages(env));
  makeFfmpegRunnable();
  return { node, env };
}

/** Whether what npm says it installed last is what the lock file asks for; packages for other platforms may be absent. */
function packagesMatchLock() {
  const installed = readPackages(join(ROOT, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(join(ROOT, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer, link }]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = installed[path];
    if (link) return found !== undefined; // a workspace that was added meanwhile
    return found ? found.version === version : Boolean(optional || devOptional || peer);
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // absent or half-written: not installed
  }
}

/** Runs `npm ci` without the packages' install scripts: none is needed, and some of them download. */
async function installPackages(env) {
  const [command, ...first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--no-progress'];
  const ended = sayWhile('Installing packages');
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], shell: needsShell(command) });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  ended();
  if (code !== 0) throw new Error(`npm ci failed (exit code ${code}). What it said:\n${said.trim()}`);
}

const needsShell = (command) => process.platform === 'win32' && command.endsWith('.cmd');

/** How long to look away between two looks at somebody else's lock, in milliseconds. */
const PATIENCE_MS = 500;

/** Runs `work` while no other task of this checkout does; one that died meanwhile holds nobody up. */
async function alone(work) {
  const lock = join(ROOT, '.cache', 'setup.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = readIfThere(lock);
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
      // Only a lock that stayed the same is judged: an empty one may just be about to get its owner's name.
      if (readIfThere(lock) === owner && !isAlive(Number(owner))) rmSync(lock, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // somebody else's process, and alive
  }
}

/** Says one line now and its duration at the end. */
function sayWhile(words) {
  const start = Date.now();
  process.stderr.write(`${words} … `);
  return () => process.stderr.write(`${Math.round((Date.now() - start) / 1000)} s\n`);
}

/** npm's ffmpeg gets its executable bit from an install script, which we skip. */
function makeFfmpegRunnable() {
  let path;
  try {
    path = createRequire(join(ROOT, 'server', 'package.json'))('@ffmpeg-installer/ffmpeg').path;
  } catch {
    return; // none for this platform: the server says so when it needs one
  }
  if (!existsSync(path)) return;
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}
