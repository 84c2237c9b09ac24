import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useLayoutEffect } from 'react';
import { useKept } from '../keep/kept.ts';
import { LANGUAGES, type Language } from '../strings/catalogue.ts';
import { useLanguage, useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { SignOutButton } from './sign-out-button.tsx';

const THEMES = { system: Monitor, light: Sun, dark: Moon } as const;
type Theme = keyof typeof THEMES;

/** How the studio looks here: language, light or dark. */
export function LookMenu({ wide = false }: { readonly wide?: boolean }) {
  const say = useText(SHARED);
  const { language, choose } = useLanguage();
  const [theme, setTheme] = useKept<Theme>('theme', 'system');
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const names = Object.keys(THEMES) as Theme[];
  const Icon = THEMES[theme] ?? Monitor;
  const other = Object.keys(LANGUAGES).find((name) => name !== language) as Language;
  const button = `flex items-center gap-3 rounded-xl p-2 text-soft text-sm transition-colors hover:bg-sunken hover:text-ink ${wide ? 'px-3' : ''}`;
  return (
    <div className={wide ? 'flex flex-col gap-1' : 'flex items-center'}>
      <button type="button" className={button} lang={other} onClick={() => choose(other)}>
        <Languages className="size-5 shrink-0" aria-hidden="true" />
        <span>{LANGUAGES[other].name}</span>
      </button>
      <button
        type="button"
        className={button}
        onClick={() => setTheme(names[(names.indexOf(theme) + 1) % names.length]!)}
        title={say('theme', { theme: say(`theme.${theme}`) })}
      >
        <Icon className="size-5 shrink-0" aria-hidden="true" />
        <span className={wide ? '' : 'sr-only'}>{say('theme', { theme: say(`theme.${theme}`) })}</span>
      </button>
      <SignOutButton className={button} wide={wide} />
    </div>
  );
}
