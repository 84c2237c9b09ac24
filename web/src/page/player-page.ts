import type { OratorPlayer } from '../player/orator-player.ts';
import type { Mode, ShowFigures } from '../player/show.ts';

// The page at /player: everything that the element can do, and how it fares.
const part = <Part extends HTMLElement>(id: string) => document.getElementById(id) as Part;
const player = part<OratorPlayer>('player');
const [say, interrupt, listen, mute] = ['say', 'interrupt', 'listen', 'mute'].map(part<HTMLButtonElement>) as [
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
];
const [emotion, gaze, mode] = ['emotion', 'gaze', 'mode'].map(part<HTMLSelectElement>) as [
  HTMLSelectElement,
  HTMLSelectElement,
  HTMLSelectElement,
];
const [state, caption, trouble, stage] = ['state', 'caption', 'trouble', 'stage'].map(part) as [
  HTMLElement,
  HTMLElement,
  HTMLElement,
  HTMLElement,
];
const [photo, key, text] = [
  part<HTMLInputElement>('photo'),
  part<HTMLInputElement>('key'),
  part<HTMLTextAreaElement>('text'),
];
const STATES: Readonly<Record<string, string>> = {
  empty: 'No face yet',
  connecting: 'Getting ready …',
  live: 'Live',
  reconnecting: 'Connection lost, trying again …',
  ended: 'Ended',
};

/** What was asked to be said and is not queued yet, and what is queued, by its id: for the captions. */
const asked: string[] = [];
const queued = new Map<string, string>();
let microphone: MediaStream | undefined;

function show(now: string, words = STATES[now]): void {
  state.dataset.state = now;
  state.textContent = words ?? now;
  for (const button of [say, interrupt, listen]) button.disabled = now !== 'live';
  if (now !== 'live') void hush();
}

function complain(words: string): void {
  trouble.textContent = words;
  trouble.hidden = words === '';
}

async function begin(picture: Blob): Promise<void> {
  complain('');
  part('welcome').hidden = true;
  show('connecting', 'Looking for the face …');
  try {
    await player.open(picture, { emotion: emotion.value, gaze: gaze.value });
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (code?.startsWith('key/')) part('lock').hidden = false;
    part('welcome').hidden = player.state === 'live';
    show(player.state);
    complain(message);
  }
}

/** Lets go of the microphone. */
async function hush(): Promise<void> {
  for (const track of microphone?.getTracks() ?? []) track.stop();
  microphone = undefined;
  listen.setAttribute('aria-pressed', 'false');
  await player.listen(null);
}

const on = <Detail>(type: string, told: (detail: Detail) => void) =>
  player.addEventListener(type, (event) => told((event as CustomEvent<Detail>).detail));

on<{ state: string; why?: string }>('statechange', ({ state: now, why }) => {
  show(now);
  if (now === 'ended' && why) complain(why);
  if (now === 'empty') part('welcome').hidden = false;
});
on<{ message: string }>('error', ({ message }) => complain(message));
on<{ utterance: string }>('queued', ({ utterance }) => queued.set(utterance, asked.shift() ?? ''));
on<{ utterance: string; from: number; to: number }>('word', ({ utterance, to }) => {
  const said = queued.get(utterance) ?? '';
  const from = said.slice(0, to).search(/[^.!?]*$/);
  const end = said.slice(to).search(/[.!?]/);
  const ahead = document.createElement('span');
  ahead.className = 'ahead';
  ahead.textContent = said.slice(to, end < 0 ? undefined : to + end + 1);
  caption.replaceChildren(said.slice(from, to).trimStart(), ahead);
});
on<{ is_speaking: boolean; utterance: string }>('speaking', ({ is_speaking, utterance }) => {
  if (is_speaking) return;
  queued.delete(utterance);
  caption.replaceChildren();
});
on<ShowFigures>('stats', ({ fps, paintMs, offsetMs, bufferMs, pictureBytes, dropped }) => {
  const figures = { fps: fps.toFixed(0), paint: paintMs.toFixed(1), offset: offsetMs.toFixed(0) };
  const more = { buffer: bufferMs.toFixed(0), pictures: (pictureBytes / 1000).toFixed(1), dropped: String(dropped) };
  for (const [id, value] of Object.entries({ ...figures, ...more })) part(id).textContent = value;
});

part<HTMLFormElement>('speech').addEventListener('submit', (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words === '' || player.state !== 'live') return;
  complain('');
  asked.push(words);
  player.say(words);
});
interrupt.addEventListener('click', () => player.interrupt());
mute.addEventListener('click', () => {
  player.muted = !player.muted;
  mute.setAttribute('aria-pressed', String(player.muted));
});
listen.addEventListener('click', async () => {
  if (microphone) return hush();
  try {
    microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true },
    });
    await player.listen(microphone);
    listen.setAttribute('aria-pressed', 'true');
  } catch (error) {
    await hush();
    complain(`The microphone cannot be used. ${(error as Error).message}`);
  }
});
for (const choice of [emotion, gaze]) {
  choice.addEventListener('change', () => {
    if (player.state === 'live') player.config({ emotion: emotion.value, intensity: 0.7, gaze: gaze.value });
  });
}
mode.addEventListener('change', () => (player.mode = mode.value as Mode));
key.addEventListener('change', () => player.setAttribute('key', key.value));
photo.addEventListener('change', () => {
  const [picture] = photo.files ?? [];
  if (picture) void begin(picture);
  photo.value = '';
});
stage.addEventListener('dragover', (event) => {
  event.preventDefault();
  stage.classList.add('over');
});
for (const over of ['dragleave', 'drop']) stage.addEventListener(over, () => stage.classList.remove('over'));
stage.addEventListener('drop', (event) => {
  event.preventDefault();
  const [picture] = event.dataTransfer?.files ?? [];
  if (picture) void begin(picture);
});
