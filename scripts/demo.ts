import { makeDemo } from './demo-clip.ts';

process.exitCode = await makeDemo(process.argv.slice(2), 'inherit');
