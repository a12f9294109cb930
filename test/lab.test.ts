/** The laboratory on the real thing: built programs, the built command line, the tools that are there. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CATALOGUE } from '../src/lab/catalogue.ts';
import { experiment, inWords, linesOf, markedLines } from '../src/lab/experiments/three-faults.ts';
import { type LabReport, runLab } from '../src/lab/lab-report.ts';
import { missingTools } from '../src/lab/tools.ts';
import type { Run } from '../src/model/index.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { CROSSFREE, crossfree } from './crossfree.ts';

const SPECIMENS = join(packageRoot(), 'specimens/lab');
const SOURCE = join(SPECIMENS, 'three-faults.rs');
const FOUND = [
  'CF001 c -> rust in c_block_dropped_by_rust',
  'CF001 rust -> c in rust_box_given_to_free',
  'CF004 rust -> rust in vec_rebuilt_with_wrong_capacity: 560 bytes aligned to 1 as 44800 aligned to 8',
];

// compilers run here, and a busy machine gives them little time
vi.setConfig({ testTimeout: 600_000 });

const [noRust] = missingTools(['rustc']);
if (noRust) console.warn(`three-faults is skipped: rustc is missing, ${noRust.install}`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-lab-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds the program of three faults with these flags and runs it under `crossfree run`. */
function observed(flags: string, options: string[] = []): Run {
  const program = join(folder, `three-faults${flags.replaceAll(/\W/g, '')}`);
  execFileSync('rustc', [...flags.split(' '), '-o', program, SOURCE]);
  const json = join(folder, 'run.json');
  const { status, stdout } = crossfree(['run', '--json', json, ...options, '--', program]);
  expect(stdout).toBe(execFileSync(program, { encoding: 'utf8' }));
  const run: Run = JSON.parse(readFileSync(json, 'utf8'));
  expect(status).toBe(run.findings.length > 0 ? 99 : 0);
  return run;
}

describe.skipIf(noRust)('the program of three faults, which exits 0', () => {
  it.each([
    ['-O', 'heal'],
    ['-O', 'faithful'],
    ['-C opt-level=z', 'heal'],
    ['-C opt-level=s', 'heal'],
    ['-g', 'heal'],
  ])('is wholly seen when built with %s (%s)', (flags, onFinding) => {
    const run = observed(flags, ['--on-finding', onFinding]);
    expect(run.findings.map(inWords)).toEqual(FOUND);
    expect(run.findings.map(({ certainty }) => certainty)).toEqual(['proven', 'proven', 'proven']);
    expect(run).toMatchObject({ verdict: 'latent', coverage: 'full', outcome: { kind: 'exit', code: 0 } });
    expect(run.arrangement).toMatchObject({ c: 'glibc', rust: 'glibc' });
  });

  it('is seen with its files and lines when built with -g', () => {
    const { findings } = observed('-O -g');
    const births = findings.map(({ birth }) => birth?.stack.find(({ file }) => file === SOURCE)?.function);
    expect(findings.map(linesOf)).toEqual(markedLines(readFileSync(SOURCE, 'utf8')));
    expect(births).toEqual([
      'three_faults::c_block_dropped_by_rust',
      'three_faults::rust_box_given_to_free',
      'three_faults::vec_rebuilt_with_wrong_capacity',
    ]);
  });

  it('is partly proven when built with fat LTO and debug info; the rest is a gap', () => {
    const run = observed('-O -g -C lto=fat');
    expect(run.coverage).toBe('partial');
    expect(run.findings.length).toBeGreaterThan(0);
    expect(FOUND).toEqual(expect.arrayContaining(run.findings.map(inWords)));
    expect(run.observed.gaps).toMatchObject([
      { reason: expect.stringContaining('link-time'), remedy: expect.any(String) },
    ]);
  });

  it('is not called clean alone when built stripped, and the remedy is named', () => {
    const program = join(folder, 'stripped');
    execFileSync('rustc', ['-O', '-C', 'strip=symbols', '-o', program, SOURCE]);
    const { stderr, status } = crossfree(['run', '--require-coverage', '--', program]);
    expect(stderr.split('\n')[0]).toContain('coverage partial');
    expect(stderr).toMatch(/remedy: .*strip/);
    expect(status).toBe(99);
  });
});

describe('crossfree lab', () => {
  it('lists its experiments', () => {
    const { stdout, status } = crossfree(['lab', '--list']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/ {2,}/, ' '))).toEqual(
      CATALOGUE.map(({ id, title }) => `${id} ${title}`),
    );
    expect(status).toBe(0);
  });

  it('refuses an experiment that is not there', () => {
    const { stdout, stderr, status } = crossfree(['lab', 'three-faults', 'perpetual-motion']);
    expect(stderr).toMatch(/`lab` expects .*`three-faults`.* but got `perpetual-motion`/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('names the line that installs what is missing, and ends well without it', () => {
    const PATH = mkdtempSync(join(folder, 'empty-path-'));
    const { stdout, status } = crossfree(['lab', 'three-faults'], { env: { PATH } });
    expect(stdout).toMatch(/rustc +apt-get install/);
    expect(stdout).toMatch(/8 claims: 8 not measurable/);
    expect(status).toBe(0);
  });

  it.skipIf(noRust)('shows the tools side by side and finds every claim as expected', () => {
    const json = join(folder, 'lab.json');
    const { stdout, status } = crossfree(['lab', 'three-faults', 'exit-codes', '--json', json]);
    expect(status).toBe(0);
    const report: LabReport = JSON.parse(readFileSync(json, 'utf8'));
    expect(report).toMatchObject({
      schema: 'crossfree/lab@1',
      quick: false,
      machine: { cores: expect.any(Number) },
    });
    const schema = JSON.parse(readFileSync(join(packageRoot(), 'schemas/lab.schema.json'), 'utf8'));
    const validate = new Ajv().compile(schema);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...report, experiments: [{}] })).toBe(false);
    expect(report.experiments.map(({ id }) => id)).toEqual(['three-faults', 'exit-codes']);
    for (const { claims, missing, error } of report.experiments) {
      expect(error).toBeUndefined();
      if (missing.length > 0) continue; // then some claims cannot be measured, and the lab says so
      expect(claims.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    }
    expect(stdout).toMatch(/^ {2}-O +exit 0 +nothing +nothing +LATENT CF001 CF001 CF004 +full$/m);
    expect(stdout).toContain('CF004 layout-mismatch');
  });

  it.skipIf(noRust)(
    'without names says each experiment in a line, and what came of all on one screen',
    () => {
      const html = join(folder, 'lab.html');
      const { stdout, stderr, status } = crossfree(['lab', '--quick', '--shard', '1/20', '--html', html]);
      const lines = stdout.trimEnd().split('\n');
      expect(lines.slice(0, 3)).toEqual([
        expect.stringMatching(/^three-faults +\d+ held.* \d+\.\d s {2}Three wrong releases/),
        expect.stringMatching(/^\S+ +.*held.* \d+\.\d s {2}/),
        '',
      ]);
      expect(lines).toContain('Three wrong releases in one Rust program that exits 0');
      expect(stdout).toMatch(/^-O +exit 0 +nothing +nothing +LATENT CF001 CF001 CF004 +full$/m);
      expect(stdout).toMatch(/^\d+ claims: \d+ held/m);
      expect(lines.at(-1)).toBe(`Everything, with every reason: ${html}`);
      for (const line of lines.slice(0, -1)) expect([...line].length).toBeLessThanOrEqual(100);
      expect(readFileSync(html, 'utf8')).toContain('layout-mismatch');
      expect([stderr, status]).toEqual(['', 0]);
    },
  );

  it('writes each line as its experiment ends, also into a pipe, and a page where nobody named one', async () => {
    const child = spawn(process.execPath, [CROSSFREE, 'lab', '--quick', '--shard', '4/16'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const seen: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => seen.push(text));
    expect(await new Promise((done) => child.once('close', done))).toBe(0);
    const lines = seen.join('').trimEnd().split('\n');
    const ends = lines.filter((line) => / \d+\.\d s {2}/.test(line));
    expect(ends).toHaveLength(CATALOGUE.filter((_, index) => index % 16 === 3).length);
    expect(seen[0]?.startsWith(ends[0] ?? 'none')).toBe(true);
    expect(seen[0]).not.toContain('Everything, with every reason');
    const page = lines.at(-1)?.replace('Everything, with every reason: ', '') ?? '';
    expect(readFileSync(page, 'utf8')).toContain('"schema":"crossfree/lab@1"');
  });

  it.skipIf(noRust)('refutes what docs/claims.md calls wrong, with what it measured', () => {
    const [wrong] = readFileSync(join(packageRoot(), 'docs/claims.md'), 'utf8').split('\n\n').slice(-1);
    const ids = [...(wrong ?? '').matchAll(/`([\w-]+\/[\w-]+)`/g)].map(([, id = '']) => id);
    expect(ids.length).toBeGreaterThanOrEqual(6);
    const json = join(folder, 'wrong.json');
    const experiments = new Set(ids.map((id) => id.split('/')[0] ?? ''));
    const { status } = crossfree(['lab', '--quick', ...experiments, '--json', json]);
    expect(status).toBe(0);
    const report: LabReport = JSON.parse(readFileSync(json, 'utf8'));
    for (const { id, claims } of report.experiments) {
      for (const claim of claims.filter((one) => ids.includes(`${id}/${one.id}`))) {
        expect(claim).toMatchObject({
          verdict: 'refuted',
          measured: expect.anything(),
          why: expect.any(String),
        });
      }
    }
  });
});

describe.skipIf(noRust)('an experiment with the wrong specimen', () => {
  it('is refuted: a healthy program in the place of the three faults', async () => {
    const specimens = join(folder, 'specimens');
    cpSync(SPECIMENS, specimens, { recursive: true });
    writeFileSync(
      join(specimens, 'three-faults.rs'),
      'fn main() { println!("{}", vec![1_u8; 64].len()); }\n',
    );
    const report = await runLab([experiment], {
      quick: true,
      specimens,
      scratch: folder,
      progress: () => {},
      show: () => {},
    });
    const refuted = report.experiments[0]?.claims.filter(({ verdict }) => verdict === 'refuted');
    expect(refuted?.map(({ id }) => id)).toEqual(['found', 'lines']);
  });
});
