import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { extract } from 'tar-stream';
import { ROOT } from './setup.mjs';

const SYSTEM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Without a sandbox (tests may run as root), drawn by the CPU, with sound but no ears, and real addresses in WebRTC. */
const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
];
/** What of npm's Chromium is unpacked, beside the program itself. */
const ARCHIVES = ['fonts', 'swiftshader', 'al2023'];

/**
 * A real Chromium: the system's, or the one that npm brings, unpacked once. Its microphone beeps, or hears a WAV file over and over.
 * Rejects with the reason where neither starts.
 */
export async function openChromium({ heard }: { readonly heard?: string } = {}): Promise<Browser> {
  const flags = [...FLAGS, ...(heard ? [`--use-file-for-fake-audio-capture=${heard}`] : [])];
  const found = systemChromium();
  if (found) return chromium.launch({ executablePath: found, args: flags });
  const folder = await unpackChromium();
  const libraries = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: [...flags, '--headless=shell'],
    env: { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: folder },
  });
}

function systemChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':');
  return folders.flatMap((folder) => SYSTEM.map((name) => join(folder, name))).find((path) => existsSync(path));
}

async function unpackChromium(): Promise<string> {
  const source = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', '..', 'bin');
  const folder = join(ROOT, '.cache', 'chromium-147.0.0');
  if (existsSync(folder)) return folder;
  const part = `${folder}.${process.pid}.part`;
  await mkdir(part, { recursive: true });
  try {
    const program = join(part, 'chromium');
    await pipeline(createReadStream(join(source, 'chromium.br')), createBrotliDecompress(), createWriteStream(program));
    await chmod(program, 0o755);
    for (const name of ARCHIVES) await unpackArchive(join(source, `${name}.tar.br`), part);
    await writeFile(join(part, 'fonts.conf'), fontsIn(folder));
    await rename(part, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another process was quicker
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return folder;
}

/** Where its fonts are: the file that it brings names places of a machine that is not this one. */
const fontsIn = (folder: string) =>
  `<?xml version="1.0"?>
<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`;

async function unpackArchive(archive: string, folder: string): Promise<void> {
  const files = extract();
  const reading = pipeline(createReadStream(archive), createBrotliDecompress(), files);
  for await (const file of files) {
    const path = join(folder, file.header.name);
    if (file.header.type === 'file') {
      await mkdir(dirname(path), { recursive: true });
      await pipeline(file, createWriteStream(path));
    } else file.resume();
  }
  await reading;
}
