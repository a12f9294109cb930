import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { packageRoot } from '../src/plan/installation.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Why no page can be driven here; undefined where it can. */
export const noBrowser = existsSync(CHROMIUM) ? undefined : 'needs chromium (Debian: chromium)';

export function launch(): Promise<Browser> {
  // a container's root has no sandbox; the pages are our own
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page opened from disk, and everything that went wrong or out of it. */
export interface Opened {
  page: Page;
  /** Console errors and uncaught exceptions. */
  errors: string[];
  /** Every request but that of the file itself. */
  requests: string[];
}

export async function openFile(
  browser: Browser,
  path: string,
  options: { width?: number; height?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<Opened> {
  const { width = 1280, height = 900, colorScheme = 'light' } = options;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const errors: string[] = [];
  const requests: string[] = [];
  const url = pathToFileURL(path).href;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  await page.goto(url);
  return { page, errors, requests };
}

/** Keeps what the page looks like, in build/screenshots. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(packageRoot(), 'build/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
