// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. What the module offers.
export { filterRow, mixRows } from './filter';
export { drawTriangles } from './triangles';
export { convertToYuv } from './yuv';
