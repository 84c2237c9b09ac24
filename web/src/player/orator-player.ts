import type { Told } from './live-socket.ts';
import type { Snapshot } from './paint-order.ts';
import { RtcShow } from './rtc-show.ts';
import { answerOf, headersOf, pathOf, readAddress, type SessionAddress, SessionError } from './session-address.ts';
import { MODES, type Mode, type PlayerState, type Show, type ShowEvents } from './show.ts';
import { SocketShow } from './socket-show.ts';

const STYLE = `
:host { display: block; position: relative; overflow: hidden; contain: content; }
:host([hidden]) { display: none; }
canvas, video { display: block; width: 100%; height: 100%; object-fit: contain; }
`;
const LABEL = 'A talking portrait';
/** The short side that a session is begun with, px: what fills the player, within these. */
const SMALLEST = 256;
const LARGEST = 1080;
const CALM = '(prefers-reduced-motion: reduce)';

/** What a session can be begun with: the fields of `init` (docs/live.md). */
export type SessionConfig = Readonly<Record<string, unknown>>;
/** What a session is made from: a picture or video file, or the id of an uploaded one, or of a stored portrait avatar. */
export type Source = Blob | { readonly asset_id: string } | { readonly avatar_id: string };

/**
 * `<orator-player src avatar mode muted calm watch key label>`: plays a live session and lets the page speak through it. Fires `opened`, `speaking`, `word`,
 * `viseme`, `queued`, `interrupted` and `complete` with what the server tells in `detail`, at the time at which it is heard; `stats`
 * each second; `statechange`; and `error` with `code` and `message`.
 */
export class OratorPlayer extends HTMLElement {
  static readonly observedAttributes = ['src', 'avatar', 'mode', 'muted', 'calm', 'watch', 'key', 'label'];
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #calm = matchMedia(CALM);
  #show: Show | undefined;
  #state: PlayerState = 'empty';
  #isPlanned = false;
  /** Whether a session with the avatar of the attribute is to be begun. */
  #wantsAvatar = false;
  /** The session that was begun here, and ends with the player. */
  #own: SessionAddress | undefined;
  #ears: Promise<Disposable> | undefined;
  #leaving = new AbortController();

  constructor() {
    super();
    const style = new CSSStyleSheet(); // unlike an element, let in by the rules of every page
    style.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [style];
  }

  /** Where the player is. */
  get state(): PlayerState {
    return this.#state;
  }

  /** Which way the session comes. */
  get mode(): Mode {
    const mode = this.getAttribute('mode') as Mode;
    return MODES.includes(mode) ? mode : 'motion';
  }

  set mode(mode: Mode) {
    this.setAttribute('mode', mode);
  }

  get src(): string {
    return this.getAttribute('src') ?? '';
  }

  set src(src: string) {
    this.setAttribute('src', src);
  }

  get muted(): boolean {
    return this.hasAttribute('muted');
  }

  set muted(muted: boolean) {
    this.toggleAttribute('muted', muted);
  }

  /** Whether the head is to move less, as for who prefers reduced motion. */
  get calm(): boolean {
    return this.hasAttribute('calm');
  }

  set calm(calm: boolean) {
    this.toggleAttribute('calm', calm);
  }

  /** The node that all sound goes through, for analysers and recorders; null over WebRTC and before there is a session. */
  get sound(): AudioNode | null {
    return this.#show?.sound ?? null;
  }

  /**
   * Begins a session with a picture at the server of `src` (this page's own when there is none) and plays it; gives its id. It ends
   * with the player.
   * @throws {SessionError} with the code and words of the server.
   */
  async open(source: Source, config: SessionConfig = {}): Promise<string> {
    this.#endOwn();
    const address = { ...this.#address(), session: undefined };
    const whole = { max_size: this.#wantedSize(), ...config };
    const body = source instanceof Blob ? formOf(source, whole) : JSON.stringify({ ...source, config: whole });
    const headers = {
      ...headersOf(address),
      ...(source instanceof Blob ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await answerOf(fetch(pathOf(address), { method: 'POST', headers, body }));
    const opened = (await answer.json()) as { readonly session_id: string };
    const session = opened.session_id;
    this.#own = { ...address, session };
    this.#fire('opened', opened);
    this.src = pathOf(this.#own);
    this.#plan();
    return session;
  }

  /** Has the session say a text, after all that waits; `queued` tells its id. @throws {Error} while there is no connection. */
  say(text: string, options: { readonly voice?: string; readonly interrupt?: boolean } = {}): void {
    this.#show?.wake();
    this.#send({ type: 'text', text, ...options });
  }

  /** Closes the mouth and silences the sound at once; what waits is forgotten. */
  interrupt(): void {
    this.#show?.interrupt();
  }

  /** Changes `emotion`, `intensity` or `gaze` from now on. @throws {Error} while there is no connection. */
  config(config: SessionConfig): void {
    this.#send({ type: 'config', config });
  }

  /** Has the session say what a microphone hears, until the next `listen(null)`. */
  async listen(microphone: MediaStream | null): Promise<void> {
    const before = this.#ears;
    this.#ears = undefined;
    (await before?.catch(() => undefined))?.[Symbol.dispose]();
    if (!microphone || !this.#show) return;
    this.#show.wake();
    this.#ears = this.#show.listen(microphone);
    await this.#ears;
  }

  /** What is shown now: RGBA pixels; null before there is anything. */
  async picture(): Promise<ImageData | null> {
    return (await this.snapshot())?.picture ?? null;
  }

  /** How the face stands that is shown now, in the order of `core/motion/pose`; null where the browser does not draw it. */
  async pose(): Promise<Float32Array | null> {
    return (await this.#show?.snapshot(false))?.pose ?? null;
  }

  /** Both of the same moment. */
  async snapshot(): Promise<Snapshot | null> {
    return (await this.#show?.snapshot(true)) ?? null;
  }

  /** Leaves the session; ends it when it was begun here. */
  close(): void {
    this.removeAttribute('avatar');
    this.removeAttribute('src');
    this.#plan(); // which leaves first, and then ends what was begun here
  }

  /** For the browser. */
  connectedCallback(): void {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#calm.addEventListener('change', () => this.#dress(), { signal });
    for (const touch of ['pointerdown', 'keydown']) {
      document.addEventListener(touch, () => this.#show?.wake(), { signal, capture: true });
    }
    addEventListener('pagehide', ({ persisted }) => persisted || this.#endOwn(), { signal });
    this.#plan();
  }

  /** For the browser. */
  disconnectedCallback(): void {
    this.#leaving.abort();
    this.#plan();
  }

  /** For the browser. */
  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === 'avatar') this.#wantsAvatar = now !== null;
    if (name === 'muted' || name === 'calm' || name === 'label') this.#dress();
    else this.#plan();
  }

  /** Several attributes may change in one go: the show begins anew after all of them. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#begin();
    });
  }

  #begin(): void {
    void this.listen(null);
    this.#show?.[Symbol.dispose]();
    this.#show = undefined;
    const avatar_id = this.getAttribute('avatar');
    if (this.#wantsAvatar && avatar_id !== null && this.isConnected) {
      this.#wantsAvatar = false;
      this.#become('connecting');
      this.open({ avatar_id }).catch((thrown: unknown) => this.#refuse(thrown));
      return;
    }
    const address = this.#address();
    if (!this.isConnected || this.#own?.session !== address.session) this.#endOwn();
    this.#become(this.isConnected && address.session !== undefined ? 'connecting' : 'empty');
    if (this.#state === 'empty') return;
    const events: ShowEvents = {
      state: (state, why) => this.#become(state, why),
      news: ({ type, ...detail }) => this.#fire(type, detail),
      figures: (figures) => this.#fire('stats', figures),
      failed: (code, message) => this.#fire('error', { code, message }),
    };
    const { mode } = this;
    this.#show =
      mode === 'webrtc'
        ? new RtcShow(address, events)
        : new SocketShow(address, mode, this.hasAttribute('watch'), events);
    this.#root.append(this.#show.view);
    this.#dress();
  }

  #refuse(thrown: unknown): void {
    const { code, message } = thrown instanceof SessionError ? thrown : new SessionError('internal', String(thrown));
    this.#fire('error', { code, message });
    this.#become('ended', message);
  }

  #dress(): void {
    if (!this.#show) return;
    const { view } = this.#show;
    view.setAttribute('role', 'img');
    view.setAttribute('aria-label', this.getAttribute('label') ?? LABEL);
    this.#show.muted = this.muted;
    this.#show.calm = this.calm || this.#calm.matches;
  }

  #address(): SessionAddress {
    return readAddress(this.src, this.getAttribute('key') ?? undefined, document.baseURI);
  }

  /** The short side in pixels of the display, so that nothing is enlarged. */
  #wantedSize(): number {
    const { width, height } = this.getBoundingClientRect();
    return Math.round(Math.max(SMALLEST, Math.min(LARGEST, Math.min(width, height) * devicePixelRatio)));
  }

  #send(message: Told): void {
    if (!this.#show?.say(message)) throw new Error('The player has no session yet. Wait for the state "live".');
  }

  #endOwn(): void {
    const own = this.#own;
    this.#own = undefined;
    if (!own) return;
    fetch(pathOf(own), { method: 'DELETE', headers: headersOf(own), keepalive: true }).catch(() => {}); // it ends by itself
  }

  #become(state: PlayerState, why?: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#fire('statechange', { state, why });
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function formOf(picture: Blob, config: SessionConfig): FormData {
  const form = new FormData();
  form.append('config', JSON.stringify(config));
  form.append('file', picture);
  return form;
}
