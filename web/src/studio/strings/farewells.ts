import { catalogue } from './catalogue.ts';

/** What is said of what is about to be deleted. */
export const FAREWELLS = catalogue({
  en: {
    going: '“{name}” is deleted in {count} seconds.',
    undo: 'Keep it',
    sure: 'Delete “{name}”?',
  },
  ur: {
    going: '”{name}“ {count} سیکنڈ میں حذف ہو جائے گا۔',
    undo: 'رہنے دیں',
    sure: '”{name}“ حذف کریں؟',
  },
});
