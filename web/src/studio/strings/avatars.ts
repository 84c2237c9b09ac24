import { catalogue } from './catalogue.ts';

/** What the page Avatars says. */
export const AVATARS = catalogue({
  en: {
    hint: 'Faces that are ready to speak.',
  },
  ur: {
    hint: 'بولنے کے لیے تیار چہرے۔',
  },
});
