import { runTool } from './tool.ts';

const { code } = await runTool('biome', ['check', '--write', ...process.argv.slice(2)], 'inherit');
process.exitCode = code;
