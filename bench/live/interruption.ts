import type { Browser } from 'playwright-core';
import type { TestService } from '../../server/src/service/test-service.ts';
import type { Mode } from '../../web/src/player/show.ts';
import { TestPage } from '../../web/src/player/test-page.ts';
import { mouthOf, STILL_HEAD, type Watched, watch } from './screen.ts';

const COUNT = 20;
const TEXT = 'Ah, a large and far away car park. '.repeat(20);
/** How long somebody speaks before they are interrupted, and how long it is watched then, ms. */
const SPOKEN_MS = 1200;
const AFTER_MS = 900;
/** The mouth counts as shut when so little is left of how far it was open. */
const SHUT = 0.15;

/** How long after an interruption something is still heard, and the mouth still seen open, ms. */
export async function measureInterruptions(browser: Browser, service: TestService, mode: Mode) {
  await using view = await TestPage.open(browser, service, `mode="${mode}"`);
  await view.begin(STILL_HEAD);
  const heard: number[] = [];
  const open: number[] = [];
  for (let k = 0; k < COUNT; k++) {
    const before = await view.count('word');
    await view.page.evaluate((text) => player.say(text), TEXT);
    await view.fired('word', before);
    const watched = await watch(view, { length: SPOKEN_MS + AFTER_MS, interruptAt: SPOKEN_MS });
    heard.push(Math.max(0, watched.lastHeard - watched.interrupted));
    open.push(lastOpen(watched));
  }
  return { heard, open };
}

/** How long after the interruption the mouth was last open, ms. */
function lastOpen(watched: Watched): number {
  const { times, interrupted } = watched;
  const pictures = [...times.keys()];
  const spoken = pictures.filter((k) => times[k]! < interrupted);
  const shut = pictures.filter((k) => times[k]! > interrupted + AFTER_MS / 2);
  const mouth = mouthOf(watched, [{ shut, open: spoken }]);
  const rest = shut.reduce((sum, k) => sum + mouth[k]!, 0) / shut.length;
  const most = Math.max(...spoken.map((k) => mouth[k]! - rest));
  const last = pictures.findLast((k) => times[k]! <= interrupted + AFTER_MS / 2 && mouth[k]! - rest > SHUT * most);
  return last === undefined ? 0 : Math.max(0, times[last]! - interrupted);
}
