import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientModules } from './client-modules.ts';
import { ROOT } from './setup.mjs';

// Makes the typed part of `client` again, after a change of routes or their schemas.
for (const [path, text] of await clientModules()) {
  writeFileSync(join(ROOT, path), text);
  console.log(`${path} has ${text.split('\n').length} lines.`);
}
