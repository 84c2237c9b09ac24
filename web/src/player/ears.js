// Runs on the sound thread, and passes on what is heard. A file of its own: a page's rules may let in no code that has none.
registerProcessor(
  'orator-ears',
  class extends AudioWorkletProcessor {
    process([[samples]]) {
      if (samples) this.port.postMessage(samples.slice());
      return true;
    }
  },
);
