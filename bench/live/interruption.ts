import { mean } from '@orator/core/inspect/signal';
import type { Browser } from 'playwright-core';
import type { TestService } from '../../server/src/service/test-service.ts';
import type { Mode } from '../../web/src/player/show.ts';
import { TestPage } from '../../web/src/player/test-page.ts';
import { mouthPointsOf, STILL_HEAD, type Watched, watch } from './screen.ts';

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
  const openness = gapOf(watched, shut, spoken);
  const most = Math.max(...spoken.map(openness));
  const last = pictures.findLast((k) => times[k]! <= interrupted + AFTER_MS / 2 && openness(k) > SHUT * most);
  return last === undefined ? 0 : Math.max(0, times[last]! - interrupted);
}

/**
 * How far open the mouth is in a picture, about 0..1: what half of its points are darker by, each against the most that speech
 * made it. Lips that are pressed together darken the line between them, and no more.
 */
function gapOf(watched: Watched, shut: readonly number[], spoken: readonly number[]): (picture: number) => number {
  const points = mouthPointsOf(watched, [{ shut, open: spoken }]).map((at) => {
    const rest = mean(shut.map(at));
    const most = Math.max(...spoken.map(at)) - rest;
    return (picture: number) => (at(picture) - rest) / most;
  });
  return (picture) => points.map((at) => at(picture)).sort((a, b) => a - b)[points.length >> 1]!;
}
