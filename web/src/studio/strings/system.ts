import { catalogue } from './catalogue.ts';

/** What the page System says. */
export const SYSTEM = catalogue({
  en: {
    hint: 'Jobs, engines and the machine.',
  },
  ur: {
    hint: 'کام، انجن اور مشین۔',
  },
});
