import { readFileSync } from 'node:fs';
import type { Random } from '@orator/core/base/random';

/** Sentences by language, from `prose.txt`: written for this purpose, so that any use of them is free. */
export function readProse(): ReadonlyMap<string, readonly string[]> {
  const prose = new Map<string, string[]>();
  let sentences: string[] = [];
  for (const line of readFileSync(new URL('prose.txt', import.meta.url), 'utf8').split('\n')) {
    if (line.startsWith('# ')) {
      sentences = [];
      prose.set(line.slice(2), sentences);
    } else if (line !== '') sentences.push(line);
  }
  return prose;
}

const pick = <T>(items: readonly T[], random: Random) => items[Math.floor(random() * items.length)]!;

/** Gives endless text of one language: a third whole sentences, else shuffled words of which two in five are invented. */
export function createWriter(sentences: readonly string[], random: Random): () => string {
  const words = sentences.flatMap((sentence) => sentence.split(' '));
  const plain = words.map((word) => word.replace(/\P{L}+$|^\P{L}+/gu, '')).filter((word) => word !== '');
  const invent = createInventor(plain, random);
  return () => {
    if (random() < 0.35) return pick(sentences, random);
    const count = 4 + Math.floor(random() * 8);
    const text = Array.from({ length: count }, () => {
      const word = random() < 0.4 ? invent() : pick(plain, random);
      return random() < 0.12 ? `${word},` : word;
    });
    return `${text.join(' ')}.`;
  };
}

/** Draws made-up words letter by letter from the pairs of letters that occur in `words`. */
function createInventor(words: readonly string[], random: Random): () => string {
  const next = new Map<string, string[]>();
  for (const word of words) {
    const letters = ['^', ...word.toLowerCase(), '$'];
    for (let i = 1; i < letters.length; i++) {
      const from = letters[i - 1]!;
      if (!next.has(from)) next.set(from, []);
      next.get(from)!.push(letters[i]!);
    }
  }
  return () => {
    let word = '';
    for (let letter = '^'; word.length < 12; ) {
      letter = pick(next.get(letter)!, random);
      if (letter === '$') {
        if (word.length > 1) break;
        letter = '^';
      } else word += letter;
    }
    return word;
  };
}
