const EXPORT =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) +(\w+)/;
/** Names a type that a documented table or schema already spells out. */
const DERIVED = /^export type \w+ = (?:z\.infer<|keyof typeof |\(typeof )/;

/**
 * The exports of a source file that lack a doc comment, as `path:line name`. A type that is read off a table needs none of its
 * own; exports on the lines right below a documented one share its comment, and so do a function's overloads.
 */
export function undocumentedExports(path: string, text: string): readonly string[] {
  const lines = text.split('\n');
  let documented = false;
  return lines.flatMap((line, i) => {
    const name = EXPORT.exec(line)?.[1];
    if (!name) {
      if (!line.trim()) documented = false;
      return [];
    }
    documented ||= isBelowComment(lines, i);
    return documented || DERIVED.test(line) ? [] : [`${path}:${i + 1} ${name}`];
  });
}

/** A comment that ends on the line above, lint remarks aside. */
function isBelowComment(lines: readonly string[], index: number): boolean {
  let above = index - 1;
  while (above >= 0 && lines[above]!.startsWith('// biome-ignore')) above--;
  return above >= 0 && lines[above]!.trimEnd().endsWith('*/');
}
