// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. What the module offers.
export { filterRow, mixRows } from './filter';
export { drawMesh } from './mesh';
export { convertToYuv } from './yuv';
