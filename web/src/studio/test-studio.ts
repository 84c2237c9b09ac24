import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page, ViewportSize } from 'playwright-core';
import { openChromium } from '../../../scripts/chromium.ts';
import { TestService } from '../../../server/src/service/test-service.ts';

/** Widths at which pages are looked at: a phone, a laptop, a 4K display. */
export const VIEWPORTS = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
  display: { width: 3840, height: 2160 },
} as const satisfies Record<string, ViewportSize>;

/** The pages of the studio, by where they open. */
export const PLACES = ['/make', '/live', '/library', '/avatars', '/system'] as const;

/** A finding of axe-core that keeps somebody from using the page. */
export interface Barrier {
  readonly rule: string;
  readonly impact: string;
  readonly where: string;
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core finds. */
interface AxeAnswer {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** A real browser for tests, whose microphone hears a WAV file where one is named; a string that says why there is none where none starts. */
export const openTestBrowser = (options: { readonly heard?: string } = {}): Promise<Browser | string> =>
  openChromium(options).catch((error: unknown) => String(error).split('\n')[0]!);

/** A service with its own data and a browser's view of its studio. */
export class TestStudio implements AsyncDisposable {
  service: TestService;
  readonly page: Page;
  /** What went wrong in the page: errors, and what was said of them on its console. */
  readonly troubles: string[] = [];
  /** The data folder of the service. */
  readonly data: string;
  readonly #context: BrowserContext;
  /** A guest leaves the service to who opened it. */
  readonly #isGuest: boolean;

  private constructor(service: TestService, data: string, page: Page, isGuest: boolean) {
    this.service = service;
    this.page = page;
    this.data = data;
    this.#context = page.context();
    this.#isGuest = isGuest;
    page.on('pageerror', (error) => this.troubles.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.troubles.push(message.text()));
  }

  /** Starts a service and opens its studio at a place such as `/make`. `env` are more settings of the service. */
  static async open(
    browser: Browser,
    place: string,
    {
      viewport = VIEWPORTS.laptop,
      env = {},
    }: { readonly viewport?: ViewportSize; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<TestStudio> {
    const data = await mkdtemp(join(tmpdir(), 'orator-studio-'));
    const service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '1', ...env });
    const studio = new TestStudio(service, data, await newView(browser, viewport), false);
    await studio.go(place);
    return studio;
  }

  /** Opens the same service for somebody else, who remembers nothing of what others did in their browsers. */
  async visit(
    place: string,
    { viewport = VIEWPORTS.laptop }: { readonly viewport?: ViewportSize } = {},
  ): Promise<TestStudio> {
    const view = await newView(this.#context.browser()!, viewport);
    const guest = new TestStudio(this.service, this.data, view, true);
    await guest.go(place);
    return guest;
  }

  /** Opens a place anew, as somebody does who types its address. */
  async go(place: string): Promise<void> {
    await this.page.goto(`${this.service.url}/studio${place}`);
    await this.page.locator('#studio main').waitFor();
  }

  /** What keeps somebody from using the page as it is now: findings of axe-core that are serious or worse. */
  async barriers(): Promise<readonly Barrier[]> {
    // The rules of the page let no script in that is not its own; this one is put there by the browser's own hand.
    await this.page.evaluate(await readFile(AXE, 'utf8'));
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeAnswer> } }).axe.run(),
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, impact, nodes }) =>
        nodes.map(({ html, failureSummary }) => ({
          rule: id,
          impact: impact!,
          where: `${html.slice(0, 200)} ${failureSummary ?? ''}`,
        })),
      );
  }

  /** How many pixels of the page lie beyond the right edge of the window: somebody would have to scroll sideways for them. */
  overflow(): Promise<number> {
    return this.page.evaluate(() =>
      Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    if (this.#isGuest) return;
    await this.service[Symbol.asyncDispose]();
    await rm(this.data, { recursive: true, force: true });
  }
}

async function newView(browser: Browser, viewport: ViewportSize): Promise<Page> {
  const context = await browser.newContext({ viewport, locale: 'en-GB', reducedMotion: 'reduce' });
  return context.newPage();
}
