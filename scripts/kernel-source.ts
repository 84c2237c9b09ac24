import { createHash } from 'node:crypto';
import { sourceFiles } from './source-files.ts';

/** Where the kernels are written, and what they are compiled to. */
export const KERNEL_FOLDER = 'core/kernels';
/** The module that holds the compiled kernels. */
export const KERNEL_MODULE = 'core/src/base/kernels/kernel-module.ts';
/** All there is to say to the compiler: SIMD, memory from outside, no runtime of its own. */
export const KERNEL_OPTIONS = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
  ...['--importMemory', '--memoryBase', '16', '--noExportMemory', '--use', 'abort='],
] as const;

/** Tells one state of the kernels' sources, compiler and options from every other. */
export function kernelHash(): string {
  const hash = createHash('sha256').update(KERNEL_OPTIONS.join(' '));
  for (const { path, text } of sourceFiles(`${KERNEL_FOLDER}/*.{ts,json}`)) {
    if (!path.endsWith('package-lock.json')) hash.update(`\n${path}\n${text}`);
  }
  return hash.digest('hex');
}
