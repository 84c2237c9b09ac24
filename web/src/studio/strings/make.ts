import { catalogue } from './catalogue.ts';

/** What the page Make says. */
export const MAKE = catalogue({
  en: {
    hint: 'A photo and a few words become a talking clip.',
  },
  ur: {
    hint: 'ایک تصویر اور چند الفاظ سے بولتی ہوئی ویڈیو۔',
  },
});
