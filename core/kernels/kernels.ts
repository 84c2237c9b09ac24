// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. What the module offers.
export { filterRow, mixRows } from './filter';
export { runLayer } from './layer';
export { drawMesh } from './mesh';
export { resample } from './resample';
export { packRgb } from './rgb';
export { convertToYuv } from './yuv';
