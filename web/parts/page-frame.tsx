import type { ComponentChildren } from 'preact';
import { ThemeSwitch } from './theme-switch.tsx';

/** What every page has: the name, the switch, the way past both. */
export function Page({ version, children }: { version: string; children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the result
      </a>
      <header class="top">
        <span class="name">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 7h7v10H4zM13 7h7v10h-7z" class="blocks" />
            <path d="M2 21 22 3" class="cross" />
          </svg>
          crossfree <small>{version}</small>
        </span>
        <ThemeSwitch />
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
