import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagOf } from '../evidence/red-flags/red-flags.ts';

/** One entry of the pages on crashes: the names that stand in its heading, and its text. */
interface Entry {
  names: string[];
  text: string;
}

/** The entries of every page in `folder` (docs/crashes). */
export function crashEntries(folder: string): Entry[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/^## /m).slice(1))
    .map((section) => {
      const end = section.indexOf('\n');
      return { names: section.slice(0, end).split(' · '), text: section.slice(end + 1).trim() };
    });
}

/** The entry of a signal, an si_code or a message, by its name or as a program wrote it; Markdown. */
export function explainCrash(asked: string, folder: string): string | undefined {
  const entries = crashEntries(folder);
  const find = (name: string) =>
    entries.find(({ names }) => names.some((known) => known.toLowerCase() === name.toLowerCase()));
  const flag = flagOf(asked);
  const entry = find(asked.trim()) ?? (flag && find(flag.name));
  return entry && `# ${entry.names.join(' · ')}\n\n${entry.text}`;
}
