/** What the layers of life are told at each tick of 10 ms. */
export interface Cues {
  /** Seconds since the face came alive. */
  now: number;
  /** Whether a sound is being spoken now. */
  speaking: boolean;
  /** 0 in pauses … 1 in speech, without steps: 0.35 s up and down. */
  engagement: number;
  /** How lively the emotion is, 1 = neutral. */
  energy: number;
  /** A phrase begins at `now` + `phraseIn` s; below 0 = no news. */
  phraseIn: number;
  /** A pause has begun. */
  pause: boolean;
  /** The middle of an accented vowel comes in `accentIn` s (it may be past by a little); `accent` 0 = no news, else its strength up to 1.3. */
  accent: number;
  accentIn: number;
  /** The eyes have just jumped by this many iris radii; 0 = they did not. */
  jump: number;
}

/** Nothing is said and nothing is new. */
export function quietCues(): Cues {
  return {
    now: 0,
    speaking: false,
    engagement: 0,
    energy: 1,
    phraseIn: -1,
    pause: false,
    accent: 0,
    accentIn: 0,
    jump: 0,
  };
}
