import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageBlock } from '../src/lab/experiment.ts';
import type { LabReport } from '../src/lab/lab-report.ts';
import { cleanRun, vecFromMalloc } from '../src/report/run.fixture.ts';
import { launch, noBrowser, openFile, screenshot } from './browser.ts';
import { crossfree } from './crossfree.ts';

const EXPERIMENT = 'exit-codes';

/** Every kind of block that a page of the lab has; one of each scale. */
const PAGE: PageBlock[] = [
  { kind: 'text', text: 'Said of <b>it</b>.' },
  { kind: 'table', header: ['size', 'cost'], rows: [['16', '<i>1</i>']] },
  {
    kind: 'plot',
    title: 'Latency by size of the set',
    x: { label: 'bytes', scale: 'log2' },
    y: { label: 'nanoseconds', scale: 'linear' },
    series: ['small pages', 'huge pages', 'none at all'].map((name, index) => ({
      name,
      points: Array.from({ length: 12 }, (_, step) => {
        const y = (1 + step * step) / (index + 1);
        return { x: 2 ** (12 + step), y, low: y * 0.9, high: y * 1.1 };
      }),
    })),
  },
  { kind: 'figure', title: 'The chunk', lines: ['| size 0x51 |', '| <script> |'] },
  {
    kind: 'report',
    title: 'What run says',
    run: { ...cleanRun(), verdict: 'latent', findings: [vecFromMalloc()] },
  },
];

const REPORT: LabReport = {
  schema: 'crossfree/lab@1',
  quick: true,
  machine: {
    processor: 'A <processor>',
    cores: 2,
    memoryBytes: 2 ** 34,
    architecture: 'x64',
    kernel: '6.1',
    system: 'Debian',
    glibc: '2.36',
    node: '20',
    tools: {},
  } as unknown as LabReport['machine'],
  experiments: [
    {
      id: EXPERIMENT,
      title: 'What an exit tells',
      data: null,
      missing: [],
      claims: [
        { id: 'a', source: 'A', claimed: 8.67, measured: 3.1, verdict: 'differs', why: 'the same direction' },
        { id: 'b', source: 'A', claimed: ['1', '2'], verdict: 'not-measurable', why: 'no counters' },
        { id: 'c', source: 'A', claimed: true, measured: false, verdict: 'refuted', why: 'counted' },
      ],
    },
  ],
};

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-lab-page-'));
  mkdirSync(join(folder, 'lab', EXPERIMENT), { recursive: true });
  writeFileSync(join(folder, 'lab/lab.json'), JSON.stringify(REPORT));
  writeFileSync(join(folder, 'lab', EXPERIMENT, 'page.json'), JSON.stringify(PAGE));
  if (!noBrowser) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const report = (...args: string[]) => crossfree(['report', 'lab', ...args], { cwd: folder });

it('gives the result itself as JSON, and refuses a format that a lab has not', () => {
  expect(JSON.parse(report('--format', 'json').stdout)).toEqual(REPORT);
  const ended = report('--format', 'sarif');
  expect(ended.stderr).toMatch(
    /`--format` expects `text`, `json`, `markdown` or `html` for the lab, but got/,
  );
  expect(ended.status).toBe(2);
});

describe.skipIf(noBrowser)(`in a browser${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  it('shows the claims as a table and the measurements as plots, with their points in words', async () => {
    expect(report('--format', 'html', '--output', 'lab.html').status).toBe(0);
    const { page, errors, requests } = await openFile(browser, join(folder, 'lab.html'));
    await page.getByRole('heading', { level: 2, name: 'What an exit tells' }).waitFor();
    const claims = page.locator('.experiment table').first();
    await expect.poll(() => claims.locator('tbody tr').count()).toBe(3);
    await expect.poll(() => claims.textContent()).toContain('8.67');
    await expect
      .poll(() => claims.locator('.badge').allTextContents())
      .toEqual(['differs', 'not-measurable', 'refuted']);
    const plot = page.getByRole('img', { name: /Latency by size/ });
    await expect.poll(() => plot.locator('.point').count()).toBe(36);
    const paths = await plot
      .locator('path')
      .evaluateAll((all) => all.map((path) => path.getAttribute('d') ?? ''));
    expect(paths.filter((d) => /NaN|Infinity/.test(d))).toEqual([]);
    await page.getByText('The points as a table').click();
    await expect.poll(() => page.locator('.plot tbody tr').count()).toBe(12);
    await page.getByText('What run says').click();
    await page.getByRole('option', { name: /CF001/ }).waitFor();
    await plot.scrollIntoViewIfNeeded();
    await screenshot(page, 'lab');
    expect([errors, requests]).toEqual([[], []]);
    await page.close();
  });

  it('fits a screen of 400 pixels', async () => {
    const { page } = await openFile(browser, join(folder, 'lab.html'), { width: 400 });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    await page.close();
  });
});
