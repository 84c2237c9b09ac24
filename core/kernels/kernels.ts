// AssemblyScript: compiled by `npm run kernels`, not by TypeScript. What the module offers.
export { blurColumns, blurRows, gatherChannel, softenChannel, spreadNearest } from './blur';
export { convolveChannels, convolveRow, doubleRow } from './convolve';
export { addRuns } from './fields';
export { filterRow, mixRows } from './filter';
export { encodeJpeg } from './jpeg';
export { runLayer } from './layer';
export { scanLens } from './lens';
export { drawMesh } from './mesh';
export { addPeriodic, blendRows, meanOfPlane, multiplyPeriodic, rectify, rectifyHard } from './planes';
export { resample } from './resample';
export { eliminate, substitute } from './solve';
export { convertToYuv } from './yuv';
