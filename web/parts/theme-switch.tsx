import { useState } from 'preact/hooks';

const KEY = 'crossfree-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** A page opened from disk may have no storage. */
function kept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // then it holds for this visit
  }
}

apply(kept());

export function ThemeSwitch() {
  const [theme, setTheme] = useState(kept);
  // at once, not after the next drawing: whoever chooses sees it in the same moment
  const choose = (next: Theme) => {
    apply(next);
    setTheme(next);
  };
  return (
    <fieldset class="themes">
      <legend class="unseen">Colours</legend>
      {THEMES.map((name) => (
        <label key={name} class={name === theme ? 'chosen' : ''}>
          <input
            type="radio"
            name="theme"
            value={name}
            checked={name === theme}
            onChange={() => choose(name)}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
