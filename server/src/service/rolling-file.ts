import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const NAME = /^orator\.(\d+)\.json$/;

/** Where log lines are written; each line is complete once `write` returns. */
export interface RollingFile {
  write(line: string): void;
}

/**
 * Opens the newest log file of a folder to go on with. At `bytes` the next one is begun, and only the `kept` newest stay; where
 * none can be begun, the old one goes on. A full disk loses log lines, never the service.
 */
export function openRollingFile(
  folder: string,
  { bytes, kept }: { readonly bytes: number; readonly kept: number },
): RollingFile {
  let number = Math.max(1, ...numbersIn(folder));
  let file = openSync(pathOf(folder, number), 'a', 0o600);
  let size = fstatSync(file).size;
  pointTo(folder, number);
  const next = () => {
    const fresh = openSync(pathOf(folder, number + 1), 'a', 0o600);
    const old = file;
    file = fresh;
    number++;
    size = 0;
    closeSync(old); // last: its number may be a stranger's as soon as it is free
    pointTo(folder, number);
    for (const past of numbersIn(folder)) if (past <= number - kept) rmSync(pathOf(folder, past), { force: true });
  };
  return {
    write(line) {
      if (size > 0 && size + line.length > bytes) attempt(next);
      attempt(() => {
        size += writeSync(file, line);
      });
    },
  };
}

/** What fails costs a line or a new file: there is nowhere to say so. */
function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // the next line tries again
  }
}

const pathOf = (folder: string, number: number) => join(folder, `orator.${number}.json`);

/** The log files of a folder, oldest first; none where there is no folder. */
export const logFilesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? numbersIn(folder)
        .sort((a, b) => a - b)
        .map((number) => pathOf(folder, number))
    : [];

const numbersIn = (folder: string) =>
  readdirSync(folder).flatMap((name) => {
    const number = NAME.exec(name)?.[1];
    return number ? [Number(number)] : [];
  });

/** Leads `latest.json` to a file; the link is replaced in one step. */
function pointTo(folder: string, number: number): void {
  const link = join(folder, 'latest.json');
  const fresh = `${link}.${process.pid}`;
  try {
    rmSync(fresh, { force: true });
    symlinkSync(`orator.${number}.json`, fresh);
    renameSync(fresh, link);
  } catch {
    rmSync(fresh, { force: true }); // a file system without links: the numbered files are there all the same
  }
}
