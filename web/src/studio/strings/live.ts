import { catalogue } from './catalogue.ts';

/** What the page Live says. */
export const LIVE = catalogue({
  en: {
    hint: 'Talk with a face, live.',
  },
  ur: {
    hint: 'چہرے سے براہِ راست بات کریں۔',
  },
});
