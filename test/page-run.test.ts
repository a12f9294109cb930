import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, Run } from '../src/model/index.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { hostileRun } from '../src/report/hostile.fixture.ts';
import { renderHtml } from '../src/report/html/html.ts';
import { cleanRun, vecFromMalloc } from '../src/report/run.fixture.ts';
import { launch, noBrowser, openFile, screenshot } from './browser.ts';

const root = packageRoot();
let folder: string;
let browser: Browser;

/** The page of a run, as a file. */
function pageOf(name: string, run: Run): string {
  const path = join(folder, `${name}.html`);
  const options = {
    version: '1.2.3',
    docs: join(root, 'docs/findings'),
    cwd: folder,
    web: join(root, 'dist/web'),
  };
  writeFileSync(path, renderHtml(run, { ...options, title: name }));
  return path;
}

function runOf(findings: Finding[]): Run {
  return { ...cleanRun(), verdict: 'latent', findings };
}

/** The block of the fixture, with its birth in a source file that is there. */
function withSource(): Finding {
  const finding = vecFromMalloc();
  const file = join(folder, 'main.rs');
  writeFileSync(
    file,
    Array.from({ length: 30 }, (_, index) => `let line_${index + 1} = <b>&amp;;`).join('\n'),
  );
  for (const frame of finding.birth?.stack ?? []) if (frame.file !== undefined) frame.file = file;
  return finding;
}

function doubleFree(index: number): Finding {
  const name = `worker_${index}`;
  const stack = [{ function: name, file: '/src/pool.c', line: index + 1, module: '/app' }];
  return {
    ...vecFromMalloc(),
    code: 'CF002',
    kind: 'double-free',
    message: `block ${index} was released again`,
    death: { thread: 1, via: 'free', stack },
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-page-'));
  if (!noBrowser) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the script and the style cannot end their elements, nor can the data', () => {
  const html = readFileSync(pageOf('hostile-text', hostileRun()), 'utf8');
  expect(html.match(/<\/script/g)).toHaveLength(2);
  expect(html.match(/<\/style/g)).toHaveLength(1);
  expect(html).not.toContain('<script>alert');
  expect(html).not.toContain('\u2028');
  expect(html).toMatch(
    /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']*'; style-src 'sha256-/,
  );
});

it('a file that is not named like a source does not get into the page', () => {
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'a secret\n'.repeat(10));
  const finding = vecFromMalloc();
  finding.birth = { thread: 1, stack: [{ function: 'f', file: secret, line: 2, module: '/app' }] };
  expect(readFileSync(pageOf('secret', runOf([finding])), 'utf8')).not.toContain('a secret');
});

describe.skipIf(noBrowser)(`in a browser${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  it('tells a finding as a story of two sides, and keeps to itself', async () => {
    const { page, errors, requests } = await openFile(
      browser,
      pageOf('story', runOf([withSource(), doubleFree(1)])),
    );
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('latent');
    const detail = page.getByRole('article');
    await expect
      .poll(() => detail.getByRole('heading', { level: 2 }).textContent())
      .toBe('a 64-byte block from C malloc was released by Rust');
    await expect.poll(() => detail.locator('.event.born').textContent()).toContain('app::main');
    await expect.poll(() => detail.locator('.event.died').textContent()).toContain('app::finish');
    await expect
      .poll(() => detail.locator('.source .hit').textContent())
      .toContain('8let line_8 = <b>&amp;;');
    await detail.getByText('Whole stack, 6 frames').click();
    await expect.poll(() => detail.locator('.event.died .stack li').count()).toBe(6);
    await page.getByRole('option', { name: /worker_1/ }).click();
    await expect
      .poll(() => detail.getByRole('heading', { level: 2 }).textContent())
      .toBe('block 1 was released again');
    await detail.getByText('What CF002 means').click();
    await expect.poll(() => detail.locator('.prose').textContent()).toContain('What it proves');
    await screenshot(page, 'run-story');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('is used with the keyboard alone', async () => {
    const { page } = await openFile(browser, pageOf('keys', runOf([1, 2, 3].map(doubleFree))));
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(`document.activeElement?.textContent`)).toBe('Skip to the result');
    await page.getByRole('listbox').focus();
    const chosen = () => page.getByRole('option', { selected: true }).textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => chosen()).toContain('worker_2');
    await page.keyboard.press('End');
    await expect.poll(() => chosen()).toContain('worker_3');
    await expect
      .poll(() => page.getByRole('listbox').getAttribute('aria-activedescendant'))
      .toBe('finding-2');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(`document.activeElement?.tagName`)).toBe('ARTICLE');
    await page.close();
  });

  it('filters by words and by kind', async () => {
    const { page } = await openFile(
      browser,
      pageOf('filter', runOf([vecFromMalloc(), ...[1, 2, 3].map(doubleFree)])),
    );
    await page.getByRole('searchbox').fill('worker_2');
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await expect.poll(() => page.getByRole('status').textContent()).toBe('1 of 4 findings');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'CF002' }).click();
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await page.getByRole('searchbox').fill('nothing has this');
    await expect.poll(() => page.getByRole('article').textContent()).toBe('No finding fits the filter.');
    await page.close();
  });

  it('switches between light and dark', async () => {
    const { page, errors } = await openFile(browser, pageOf('theme', runOf([vecFromMalloc()])));
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('radio', { name: 'dark' }).check({ force: true });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await screenshot(page, 'run-dark');
    await page.getByRole('radio', { name: 'light' }).check({ force: true });
    await expect.poll(() => ground()).toBe(light);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('scrolls through ten thousand findings with a screenful of elements', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => doubleFree(index));
    const { page, errors } = await openFile(browser, pageOf('many', runOf(many)));
    const list = page.getByRole('listbox');
    await expect.poll(() => page.getByRole('option').count()).toBeLessThan(60);
    await list.evaluate((box) => {
      box.scrollTop = box.scrollHeight / 2;
    });
    await page.getByRole('option', { name: 'worker_5000' }).waitFor();
    await list.focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: 'worker_9999', selected: true }).waitFor();
    await expect.poll(() => page.getByRole('option').last().getAttribute('aria-posinset')).toBe('10000');
    await expect.poll(() => page.getByRole('option').count()).toBeLessThan(60);
    await page.getByRole('searchbox').fill('worker_777');
    await expect.poll(() => page.getByRole('status').textContent()).toBe('11 of 10000 findings');
    await screenshot(page, 'run-many');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('shows what programs say as text only', async () => {
    const { page, errors, requests } = await openFile(browser, pageOf('hostile', hostileRun()));
    await page.getByRole('article').getByText('<script>alert(1)</script>').first().waitFor();
    await expect.poll(() => page.evaluate(`document.querySelectorAll('script').length`)).toBe(2);
    await expect
      .poll(() => page.evaluate(`document.querySelectorAll('main script, main a[href]').length`))
      .toBe(0);
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('fits a screen of 400 pixels', async () => {
    const path = pageOf('narrow', runOf([withSource(), doubleFree(1)]));
    const { page } = await openFile(browser, path, { width: 400, height: 900 });
    await expect.poll(() => page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(400);
    await screenshot(page, 'run-narrow');
    await page.close();
  });

  it('says what a clean run and an unseen one are', async () => {
    const gap = { module: '/app', reason: 'it is statically linked', remedy: 'link it dynamically' };
    const unseen: Run = {
      ...cleanRun(),
      verdict: 'unobservable',
      coverage: 'none',
      observed: { ...cleanRun().observed, gaps: [gap] },
    };
    const first = await openFile(browser, pageOf('clean', cleanRun()));
    await expect.poll(() => first.page.getByRole('listbox').count()).toBe(0);
    const second = await openFile(browser, pageOf('unseen', unseen));
    await expect.poll(() => second.page.locator('.gaps').textContent()).toContain('link it dynamically');
    expect([...first.errors, ...second.errors]).toEqual([]);
    await Promise.all([first.page.close(), second.page.close()]);
  });
});
