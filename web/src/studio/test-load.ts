import type { Page } from 'playwright-core';

/** How a page came up. */
export interface LoadFigures {
  /** From the start of the navigation until the page has a control that somebody can use, ms. */
  readonly usableMs: number;
  /** Until its largest text or picture was painted, ms. */
  readonly paintedMs: number;
  /** How much of it moved by itself, as the layout shifts of browsers are counted. */
  readonly moved: number;
  /** How long tasks kept it from answering, beyond 50 ms each, ms. */
  readonly blockedMs: number;
}

/** What can be used: what belongs to the page itself, not to the bar around it. */
const CONTROL = '#page :is(button, input, textarea, select, a[href], [role=tab]):not(:disabled)';

/** Has a browser's page watch how it comes up, from the next navigation on. */
export async function watchLoading(page: Page): Promise<void> {
  await page.addInitScript((control) => {
    const figures = { usableMs: Number.NaN, paintedMs: Number.NaN, moved: 0, blockedMs: 0 };
    Object.assign(globalThis, { loadFigures: figures });
    const look = new MutationObserver(() => {
      if (!document.querySelector(control)) return;
      figures.usableMs = performance.now();
      look.disconnect();
    });
    look.observe(document, { childList: true, subtree: true, attributes: true });
    const watch = (
      type: string,
      take: (entry: PerformanceEntry & { value: number; hadRecentInput: boolean }) => void,
    ) =>
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) take(entry as Parameters<typeof take>[0]);
      }).observe({ type, buffered: true });
    watch('layout-shift', ({ value, hadRecentInput }) => {
      if (!hadRecentInput) figures.moved += value;
    });
    watch('largest-contentful-paint', ({ startTime }) => {
      figures.paintedMs = startTime;
    });
    watch('longtask', ({ duration }) => {
      figures.blockedMs += Math.max(0, duration - 50);
    });
  }, CONTROL);
}

/** How the page that is open came up. */
export const readLoading = (page: Page): Promise<LoadFigures> =>
  page.evaluate(() => (globalThis as unknown as { loadFigures: LoadFigures }).loadFigures);
