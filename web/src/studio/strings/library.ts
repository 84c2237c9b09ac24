import { catalogue } from './catalogue.ts';

/** What the page Library says. */
export const LIBRARY = catalogue({
  en: {
    hint: 'Clips, recordings and uploads.',
  },
  ur: {
    hint: 'ویڈیوز، ریکارڈنگز اور فائلیں۔',
  },
});
