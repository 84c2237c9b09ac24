import { bundleForBrowser } from './browser-bundle.ts';
import { runTool } from './tool.ts';

/** One thing to check: resolves to what is wrong, or to nothing. */
type Check = () => Promise<string>;

const tool =
  (...[name, ...args]: [Parameters<typeof runTool>[0], ...string[]]): Check =>
  async () => {
    const { code, said } = await runTool(name, args, 'pipe');
    return code === 0 ? '' : said.trim() || `exit code ${code}`;
  };

const CHECKS: Readonly<Record<string, Check>> = {
  'format and lint': tool('biome', 'ci', '--error-on-warnings', '--colors=off', '--max-diagnostics=20'),
  'types of core': tool('tsc', '-p', 'core'),
  'types of client': tool('tsc', '-p', 'client'),
  'types of server': tool('tsc', '-p', 'server'),
  'types of web': tool('tsc', '-p', 'web'),
  'types of its tests': tool('tsc', '-p', 'web/tsconfig.test.json'),
  'the house': tool('vitest', 'run', '--reporter=dot', 'scripts/'),
  'core and client in a browser': bundleForBrowser,
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const start = performance.now();
  const wrong = await check().catch((thrown: unknown) => String(thrown));
  console.log(`${wrong ? 'FAILED' : 'ok    '}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (!wrong) continue;
  failed++;
  console.log(`${wrong}\n`);
}
console.log(`${Object.keys(CHECKS).length - failed} checks passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
