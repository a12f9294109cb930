import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForgetResult } from '../src/model/forget.ts';
import type { Autopsy, Finding, Run, Verdict } from '../src/model/index.ts';
import type { Trace, TraceSite } from '../src/model/trace.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { HOSTILE, hostileRun } from '../src/report/hostile.fixture.ts';
import { renderPage } from '../src/report/html/pages.ts';
import { cleanRun, vecFromMalloc } from '../src/report/run.fixture.ts';
import { mergedRuns } from '../src/results/account.ts';
import type { Result } from '../src/results/result.ts';
import { type CellRun, cellOf, type Matrix } from '../src/search/matrix/result.ts';
import { launch, noBrowser, openFile, screenshot } from './browser.ts';

const root = packageRoot();
const WORLDS = ['c', 'rust'];
const ALLOCATORS = ['glibc', 'jemalloc', 'mimalloc', 'debug'];

let folder: string;
let browser: Browser;

function pageOf(name: string, result: Result): string {
  const path = join(folder, `${name}.html`);
  const options = {
    version: '1.2.3',
    docs: join(root, 'docs/findings'),
    cwd: '/home/a',
    web: join(root, 'dist/web'),
  };
  writeFileSync(path, renderPage(result as Parameters<typeof renderPage>[0], { ...options, colour: false }));
  return path;
}

function cellRunOf(run: Partial<Run>, said = ''): CellRun {
  return {
    ...cleanRun(),
    ...run,
    printed: { stdout: { head: said }, stderr: { head: '' } },
    wallMs: 12,
    peak: 2 ** 22,
    orphans: 0,
    addresses: 'same',
  };
}

/** As it is latent, on jemalloc it dies, on mimalloc it is caught, with the debug allocator it hangs. */
function matrixOf(findings: Finding[] = [vecFromMalloc()]): Matrix {
  const verdicts: Record<string, Partial<Run>> = {
    jemalloc: { verdict: 'crashed', outcome: { kind: 'signal', signal: 'SIGSEGV' } },
    mimalloc: { verdict: 'caught', outcome: { kind: 'signal', signal: 'SIGABRT', message: HOSTILE } },
    debug: { verdict: 'hung', outcome: { kind: 'timeout', afterMs: 100 } },
  };
  const moved = [{}, ...WORLDS.flatMap((world) => ALLOCATORS.slice(1).map((name) => ({ [world]: name })))];
  const cells = moved.flatMap((one: Record<string, string>) => {
    const [name = ''] = Object.values(one);
    const how = verdicts[name] ?? { verdict: 'latent' as Verdict };
    const arrangement = { ...cleanRun().arrangement, ...one };
    const runs = [1, 2, 3].map(() => cellRunOf({ ...how, arrangement, findings }, `<b>${name}</b>\n`));
    return cellOf(one, runs) ?? [];
  });
  return {
    schema: 'crossfree/matrix@1',
    command: ['./app', HOSTILE],
    program: { path: '/home/a/app', sha256: 'ab'.repeat(32) },
    worlds: WORLDS,
    allocators: ALLOCATORS,
    repeat: 3,
    seed: 1,
    addresses: 'same',
    complete: true,
    cells,
  };
}

function site(bytes: number, ...callers: string[]): TraceSite {
  const stack = callers
    .toReversed()
    .map((name) => ({ function: name, module: '/home/a/app', offset: '0x10' }));
  return {
    world: 'c',
    stack,
    bytes,
    allocations: 7,
    temporary: 1,
    live: 1,
    liveBytes: 8,
    peakBytes: bytes / 2,
    probable: false,
  };
}

function traceOf(sites: TraceSite[]): Trace {
  return {
    schema: 'crossfree/trace@1',
    command: ['./app'],
    outcome: { kind: 'exit', code: 0 },
    problems: [],
    processes: [
      {
        pid: 7,
        command: ['./app'],
        forked: false,
        totals: {
          allocations: 21,
          bytes: 3000,
          releases: 20,
          reallocations: 0,
          temporary: 3,
          unmatchedReleases: 0,
          live: 1,
          liveBytes: 8,
          peakBytes: 2000,
        },
        peakAtMs: 5,
        lifetimes: [1, 10, 100].map((belowNs) => ({ belowNs, blocks: belowNs })),
        timeline: { everyMs: 1, liveBytes: Array.from({ length: 2000 }, (_, index) => index % 700) },
        sites,
      },
    ],
  } as unknown as Trace;
}

const chosen = (page: Page) =>
  page.locator('[role="grid"] [tabindex="0"][aria-selected="true"]').getAttribute('aria-label');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-pages-'));
  if (!noBrowser) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const DAMAGE = {
  allocator: 'glibc',
  kind: 'size-zero',
  address: '0x1018',
  chunk: '0x1010',
  what: HOSTILE,
  around: {
    address: '0x1000',
    words: [
      { bytes: '6161616161616161', is: 'before' as const, means: 'the end of the block before' },
      { bytes: '3c623e0000000000', is: 'before' as const, means: HOSTILE },
      { bytes: '0000000000000000', is: 'header' as const, means: 'size of the block before' },
      { bytes: '0000000000000000', is: 'header' as const, means: 'size 0, no flag' },
    ],
  },
  pid: 7,
};

describe.skipIf(noBrowser)(`in a browser${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  it('a matrix is walked by keyboard, and its cells open their evidence', async () => {
    const { page, errors, requests } = await openFile(browser, pageOf('matrix', matrixOf()));
    await expect.poll(() => page.getByRole('gridcell').count()).toBe(8);
    await page.locator('[role="grid"] [tabindex="0"]').focus();
    await expect.poll(() => chosen(page)).toContain('as it is: latent');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => chosen(page)).toContain('c=jemalloc: crashed, SIGSEGV, 3 of 3 alike');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => chosen(page)).toContain('rust=jemalloc: crashed');
    await page.keyboard.press('End');
    await expect.poll(() => chosen(page)).toContain('rust=debug: hung, time-out');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('ARTICLE');
    const evidence = page.getByRole('article', { name: 'Evidence' });
    await expect
      .poll(() => evidence.getByRole('heading', { level: 2 }).first().textContent())
      .toContain('rust=mimalloc');
    await expect.poll(() => evidence.getByRole('option').count()).toBe(1);
    await evidence.getByText('What it printed: standard output').click();
    await expect.poll(() => evidence.locator('.printed').last().textContent()).toBe('<b>mimalloc</b>\n');
    await evidence.getByRole('button', { name: 'run 3' }).click();
    await screenshot(page, 'matrix');
    await evidence.focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('TD');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('a matrix is filtered by verdict, in the dark and on a narrow screen', async () => {
    const options = { width: 400, height: 900, colorScheme: 'dark' as const };
    const { page, errors } = await openFile(browser, pageOf('matrix-narrow', matrixOf()), options);
    await page.getByRole('button', { name: /^crashed 2/ }).click();
    await expect.poll(() => page.locator('.place.dimmed').count()).toBe(2);
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    await screenshot(page, 'matrix-narrow');
    await page.getByRole('radio', { name: 'light' }).check({ force: true });
    expect(await ground()).not.toBe(dark);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a cell with ten thousand findings scrolls', async () => {
    const stack = (name: string) => [{ function: name, module: '/home/a/app' }];
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...vecFromMalloc(),
      death: { thread: 1, stack: stack(`worker_${index}`) },
    }));
    const [first] = matrixOf(many).cells;
    const matrix = {
      ...matrixOf(),
      worlds: [],
      allocators: [],
      cells: first ? [{ ...first, runs: first.runs.slice(0, 1) }] : [],
    };
    const { page, errors } = await openFile(browser, pageOf('matrix-many', matrix));
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: 'worker_9999', selected: true }).waitFor();
    await expect.poll(() => page.getByRole('option').count()).toBeLessThan(60);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a trace has a timeline and a flame graph that is walked by keyboard', async () => {
    const sites = [site(100, 'main', 'parse'), site(300, 'main', 'work', 'copy'), site(50, 'main', HOSTILE)];
    const { page, errors, requests } = await openFile(browser, pageOf('trace', traceOf(sites)));
    await page.getByRole('img', { name: 'Live memory over time' }).waitFor();
    const tree = page.getByRole('tree');
    const told = () => page.locator('.flames .chosen').textContent();
    await tree.focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    await expect.poll(told).toContain('parse 100 bytes, 22.2 %');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2);
    await screenshot(page, 'trace');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(6);
    await page.getByRole('button', { name: 'temporary allocations' }).click();
    await expect.poll(told).toContain('3 allocations, 100 %');
    await page.getByPlaceholder('Mark functions').fill('COPY');
    await expect.poll(() => page.locator('.box.marked').count()).toBe(1);
    await page.getByPlaceholder('Filter by function').fill('parse');
    await expect.poll(() => page.getByText('1 of 3 sites').count()).toBe(1);
    await page.setViewportSize({ width: 400, height: 900 });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    await screenshot(page, 'trace-narrow');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('an autopsy tells its story, the fault and what was said', async () => {
    const autopsy: Autopsy = {
      schema: 'crossfree/autopsy@1',
      source: 'valgrind',
      evidence: [{ source: 'valgrind', tool: 'Valgrind', file: HOSTILE, complete: false }],
      command: ['./app'],
      outcome: { kind: 'signal', signal: 'SIGSEGV' },
      verdict: 'crashed',
      findings: [vecFromMalloc()],
      fault: {
        signal: 'SIGSEGV',
        address: '0x18',
        stack: vecFromMalloc().birth?.stack ?? [],
        instruction: { address: '0x1', text: 'mov %rax,0x8(%rdi)' },
        registers: { rdi: '0x10' },
      },
      stops: [
        {
          why: 'finding',
          code: 'CF002',
          thread: 1,
          frame: { function: HOSTILE, file: '/a.c', line: 7 },
          stack: [{ function: HOSTILE, file: '/a.c', line: 7 }],
          source: [{ line: 7, text: HOSTILE, current: true }],
          instructions: [{ address: '0x77', text: 'call free', function: HOSTILE, current: true }],
          registers: { rip: '0x77' },
          words: [{ address: '0x88', value: '0x99', name: HOSTILE }],
          locals: [{ name: 'answer', type: 'int', value: HOSTILE }],
        },
      ],
      flags: [{ name: 'double free', by: 'glibc', said: HOSTILE }],
      remarks: [{ tool: 'Valgrind', kind: 'Leak', message: HOSTILE }],
      story: ['It was stopped.', HOSTILE],
      unknown: [{ what: 'who', remedy: HOSTILE }],
      next: ['crossfree run -- ./app'],
      heap: {
        allocators: ['glibc 2.36'],
        places: [],
        notes: [],
        corruption: [{ ...DAMAGE, before: { address: '0x1000', size: 16 }, found: '<b>' }],
      },
    };
    const { page, errors, requests } = await openFile(browser, pageOf('autopsy', autopsy));
    await expect.poll(() => page.locator('.told li').count()).toBe(2);
    await expect.poll(() => page.locator('.instruction').textContent()).toContain('mov %rax,0x8(%rdi)');
    await page.getByText('Registers').click();
    await expect.poll(() => page.getByRole('cell', { name: '0x10', exact: true }).count()).toBe(1);
    const wrong = page.locator('.memory .wrong');
    await expect
      .poll(() => wrong.textContent())
      .toBe('▸0x101800 00 00 00 00 00 00 00········wrong here. size 0, no flag');
    await expect
      .poll(() => page.locator('.memory tr').nth(2).textContent())
      .toContain('3c 62 3e 00 00 00 00 00<b>·····');
    await wrong.scrollIntoViewIfNeeded();
    await expect.poll(() => page.getByRole('cell', { name: '0x88', exact: true }).count()).toBe(1);
    await expect.poll(() => page.locator('.stop-instructions').textContent()).toContain('=> 0x77');
    await screenshot(page, 'autopsy');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('forget shows the guilty release and how it ended with and without', async () => {
    const death = { ...vecFromMalloc().death, thread: 1, stack: vecFromMalloc().death?.stack ?? [] };
    const named = { ...death, id: 'a', via: 'free', world: 'c', count: 3 };
    const result: ForgetResult = {
      schema: 'crossfree/forget@1',
      command: ['./app', HOSTILE],
      arrangement: { c: 'glibc' },
      outcome: { kind: 'signal', signal: 'SIGABRT' },
      verdict: 'caught',
      reason: HOSTILE,
      conclusion: 'guilty',
      guilty: [
        { site: named, confidence: 0.993, alternatives: [{ ...named, id: 'b' }], finding: vecFromMalloc() },
      ],
      minimal: true,
      untouched: [{ verdict: 'caught', outcome: { kind: 'signal', signal: 'SIGABRT' }, runs: 4 }],
      withoutReleases: [{ verdict: 'clean', outcome: { kind: 'exit', code: 0 }, runs: 4 }],
      withoutGuilty: [],
      sites: 31,
      runs: 17,
      mostRuns: 100,
      seed: 1,
      complete: true,
      gaps: [{ reason: HOSTILE, remedy: 'see' }],
    };
    const { page, errors, requests } = await openFile(browser, pageOf('forget', result));
    await expect.poll(() => page.locator('.guilty .tag').textContent()).toBe('99 % sure');
    await expect.poll(() => page.locator('.endings').textContent()).toContain('Without any release');
    await screenshot(page, 'forget');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('merged runs show each finding once, with the runs that have it', async () => {
    const run = { ...cleanRun(), verdict: 'latent' as const, findings: [vecFromMalloc()] };
    const merged = mergedRuns([
      { name: 'first', run },
      { name: HOSTILE, run },
      { name: 'third', run: hostileRun() },
    ]);
    const { page, errors, requests } = await openFile(browser, pageOf('merge', merged));
    await expect.poll(() => page.getByRole('option').count()).toBe(2);
    await page.getByText('In 2 runs').click();
    await expect.poll(() => page.locator('.names li').count()).toBe(2);
    await expect.poll(() => page.evaluate(`document.querySelectorAll('script').length`)).toBe(2);
    await screenshot(page, 'merge');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });
});
