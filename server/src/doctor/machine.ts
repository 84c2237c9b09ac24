import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { makeFolder } from '../folder.ts';
import { type Finding, missing, ok, problem } from './finding.ts';

const run = promisify(execFile);
const GIGABYTE = 1e9;
/** A minute of 1080p is about 30 MB; below this a few clips would fill the disk. */
const LOW_DISK_BYTES = 500e6;

/** The Node that runs this. */
export function findNode(): Finding {
  return ok('Node', `${process.versions.node} (${process.platform}-${process.arch})`);
}

/** Processor features that make a difference: SIMD for the face model, AVX2 and AVX-512 for neural engines. */
export async function findCpu(): Promise<Finding> {
  const name = cpus()[0]?.model.trim() ?? 'unknown processor';
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1]?.split(' ') ?? []);
  const known = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'asimd'].filter((flag) => flags.has(flag));
  const features = [...known, ...(hasWasmSimd() ? ['wasm-simd'] : [])].join(', ') || 'no features known';
  const found = `${name}, ${availableParallelism()} usable threads, ${(totalmem() / GIGABYTE).toFixed(1)} GB memory; ${features}`;
  return hasWasmSimd()
    ? ok('Processor', found)
    : problem('Processor', found, 'Run on a processor with SIMD instructions (SSE 4.1 or NEON).');
}

/** Node's types leave this global to the DOM's, which a server does not load. */
const { WebAssembly } = globalThis as unknown as { WebAssembly: { validate(module: Uint8Array): boolean } };

/** The smallest module that uses a 128-bit instruction: `v128.const; drop`. */
function hasWasmSimd(): boolean {
  const code = [0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x1a, 0x0b];
  return WebAssembly.validate(
    new Uint8Array([
      0,
      97,
      115,
      109,
      1,
      0,
      0,
      0,
      1,
      4,
      1,
      0x60,
      0,
      0,
      3,
      2,
      1,
      0,
      10,
      code.length + 3,
      1,
      code.length + 1,
      0,
      ...code,
    ]),
  );
}

/** The NVIDIA GPU, where its driver answers within the time limit. */
export async function findGpu(): Promise<Finding> {
  try {
    const { stdout } = await run(
      'nvidia-smi',
      ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'],
      { timeout: 5000 },
    );
    return ok('GPU', stdout.trim().split('\n').join('; '));
  } catch {
    return missing(
      'GPU',
      'no NVIDIA GPU answers',
      'None is needed. Neural engines gain from one: install its driver so that nvidia-smi works.',
    );
  }
}

/** The data folder: there, writable, with room. */
export async function findDataFolder(folder: string): Promise<Finding> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const found = `${folder}, ${(free / GIGABYTE).toFixed(1)} GB free`;
    return free > LOW_DISK_BYTES
      ? ok('Data folder', found)
      : problem('Data folder', found, 'Free some space, or set ORATOR_DATA to a folder on another disk.');
  } catch (thrown) {
    return problem(
      'Data folder',
      `${folder}: ${(thrown as Error).message}`,
      'Set ORATOR_DATA to a folder that can be written.',
    );
  }
}
