declare module '@echogarden/espeak-ng-emscripten' {
  const open: () => Promise<unknown>;
  export default open;
}
