import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { say } from '../report/say.ts';

/** Writes a page, to `path` or to a folder of its own, and hands it to the user's browser. */
export function showInBrowser(page: string, path?: string): void {
  const file = resolve(path ?? join(mkdtempSync(join(tmpdir(), 'crossfree-page-')), 'report.html'));
  writeFileSync(file, page);
  const browser = process.env.BROWSER || 'xdg-open';
  const child = spawn(browser, [pathToFileURL(file).href], { stdio: 'ignore', detached: true });
  child.once('error', () =>
    say(`crossfree: no browser was found (\`${browser}\`; \`BROWSER\` names another): open it by hand\n`),
  );
  child.unref();
  say(`${file}\n`, 1);
}
