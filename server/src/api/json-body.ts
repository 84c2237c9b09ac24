import { OratorError } from '@orator/core/base/errors';
import type { App } from './app.ts';

/** No request of ours is nested deeper than five levels; what walks a body may call itself once a level. */
const DEEPEST = 32;

/**
 * Reads bodies of a media type as JSON, `*` for any that nothing else reads; what is nested without end, or would change what all
 * objects have, is refused before anybody walks it.
 */
export function readJsonBodies(app: App, type = 'application/json'): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(type, { parseAs: 'string' }, (request, body, done) => {
    const refusal = refuseDeep(body as string);
    if (refusal) return done(refusal);
    void parse(request, body as string, done);
  });
}

/** Says what is wrong with a text whose lists and objects are nested too deep, if it is JSON; null when nothing is. */
export const refuseDeep = (json: string): OratorError | null =>
  isTooDeep(json)
    ? new OratorError('request/invalid', `The JSON is nested deeper than ${DEEPEST} levels. Send it flatter.`)
    : null;

/** Whether lists and objects are nested too deep in a text, if it is JSON. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (isInText) {
      if (sign === '\\') at++;
      else if (sign === '"') isInText = false;
    } else if (sign === '"') isInText = true;
    else if (sign === '[' || sign === '{') {
      if (++depth > DEEPEST) return true;
    } else if (sign === ']' || sign === '}') depth--;
  }
  return false;
}
