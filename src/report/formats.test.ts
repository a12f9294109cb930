import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { Finding, Run } from '../model/index.ts';
import { packageRoot } from '../plan/installation.ts';
import { groupFindings } from './account.ts';
import { renderAnnotations } from './github.ts';
import { HOSTILE, hostileRun } from './hostile.fixture.ts';
import { renderJunit } from './junit.ts';
import { code, renderMarkdownReport } from './markdown.ts';
import { cleanRun, vecFromMalloc } from './run.fixture.ts';
import { accountOfRun, accountOfRuns } from './run-account.ts';
import { renderSarif } from './sarif/sarif.ts';

const root = packageRoot();
const published = join(root, 'test/published');
const options = { version: '1.2.3', docs: join(root, 'docs/findings'), cwd: '/home/a' };

function latentRun(...findings: Finding[]): Run {
  return { ...cleanRun(), verdict: 'latent', findings: findings.length > 0 ? findings : [vecFromMalloc()] };
}

/** Findings of every shape: with and without each event, with frames that know nothing. */
function oddRun(): Run {
  const stackless: Finding = {
    ...vecFromMalloc(),
    birth: { thread: 1, stack: [] },
    death: { thread: 2, stack: [{}] },
  };
  const { birth: _birth, death: _death, ...bare } = vecFromMalloc();
  const other = {
    block: { address: '0x1' },
    birth: { thread: 3, stack: vecFromMalloc().birth?.stack ?? [] },
  };
  const owners: Finding = {
    ...vecFromMalloc(),
    code: 'CF011',
    kind: 'two-owners',
    detail: { act: 'performed', other },
  };
  return latentRun(stackless, bare, owners, { ...vecFromMalloc(), certainty: 'possible' });
}

const unseen: Run = { ...cleanRun(), verdict: 'unobservable', coverage: 'none' };
const crashed: Run = { ...cleanRun(), verdict: 'crashed', outcome: { kind: 'signal', signal: 'SIGSEGV' } };
const hung: Run = { ...cleanRun(), verdict: 'hung', outcome: { kind: 'timeout', afterMs: 5000 } };
const runs: [string, Run][] = [
  ['a clean run', cleanRun()],
  ['a run with a finding', latentRun()],
  ['findings of every shape', oddRun()],
  ['hostile names', hostileRun()],
  ['an unobservable program', unseen],
  ['a crash', crashed],
  ['a hang', hung],
];

describe('SARIF', () => {
  const ajv = new AjvDraft04.default({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(join(published, 'sarif-2.1.0-rtm.5.json'), 'utf8')));
  const sarifOf = (run: Run) => JSON.parse(renderSarif(accountOfRun(run, '/home/a'), options));

  it.each(runs)('is valid for %s', (_name, run) => {
    const log = sarifOf(run);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    expect(log.runs[0].results).toHaveLength(groupFindings([{ name: '', run }]).length);
    expect(validate({ ...log, version: '2.0.0' })).toBe(false);
  });

  it('tells birth and death, with files below the root relative to it', () => {
    const [result] = sarifOf(latentRun()).runs[0].results;
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    expect(artifactLocation).toEqual({ uri: 'src/main.rs', uriBaseId: 'SRCROOT' });
    expect(region.startLine).toBe(12);
    expect(result.relatedLocations[0]).toMatchObject({
      message: { text: 'born here: malloc' },
      physicalLocation: { region: { startLine: 8 } },
    });
    const steps = result.codeFlows[0].threadFlows[0].locations;
    const acts = steps.filter(({ importance }: { importance: string }) => importance === 'essential');
    expect(
      acts.map((step: { location: { message: { text: string } } }) => step.location.message.text),
    ).toEqual(['born here: malloc', 'died here: __rust_dealloc']);
    expect(result.stacks).toHaveLength(2);
  });

  it('explains each rule with its page', () => {
    const [rule] = sarifOf(latentRun()).runs[0].tool.driver.rules;
    expect(rule).toMatchObject({ id: 'CF001', name: 'CrossFree' });
    expect(rule.help.markdown).toContain('## What it proves');
    expect(rule.fullDescription.text).toContain('birth was seen in one world');
    expect(rule.fullDescription.text).not.toContain('What it does not prove');
  });
});

const noXmllint = !existsSync('/usr/bin/xmllint') && 'needs xmllint (Debian: libxml2-utils)';

describe('JUnit', () => {
  it.each(runs)('is well-formed and, where xmllint is there, valid for %s', (_name, run) => {
    const xml = renderJunit(accountOfRun(run, '/home/a'));
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.write(xml).close();
    if (noXmllint) return;
    const folder = mkdtempSync(join(tmpdir(), 'crossfree-junit-'));
    try {
      writeFileSync(join(folder, 'junit.xml'), xml);
      execFileSync(
        'xmllint',
        ['--noout', '--nonet', '--schema', join(published, 'junit-10.xsd'), join(folder, 'junit.xml')],
        {
          stdio: 'pipe',
        },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('calls a finding a failure, what could not be seen skipped, and counts them', () => {
    const named = [latentRun(), cleanRun(), unseen].map((run, index) => ({ name: `cell ${index}`, run }));
    const xml = renderJunit(accountOfRuns('all', 'suite', named, '/'));
    expect(xml).toContain('<testsuite name="suite" tests="3" failures="1" errors="0" skipped="1">');
    expect(xml).toContain('<failure type="latent"');
    expect(xml).toContain('<skipped type="unobservable"');
    expect(xml).toContain('CF001 cross-free');
  });
});

describe('Markdown', () => {
  it('names both sides and what to do', () => {
    const text = renderMarkdownReport(accountOfRun(latentRun(), '/home/a'), { cwd: '/home/a' });
    expect(text).toContain('❌ **latent**');
    expect(text).toContain('| **born** | `app::main` | `src/main.rs:8` |');
    expect(text).toContain('| **died** | `app::finish` | `src/main.rs:12` |');
    expect(text).toContain('Return it with free()');
  });

  it('lets nothing out of a code span', () => {
    expect(code('a`b``c')).toBe('```a`b``c```');
    expect(code('`')).toBe('`` ` ``');
    expect(code('a|b')).toBe('`a\\|b`');
    const text = renderMarkdownReport(accountOfRun(hostileRun(), '/home/a'), { cwd: '/home/a' });
    const outside = text.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
    expect(outside).not.toContain('<script>');
    expect(text).not.toMatch(/^## x/m);
  });
});

describe('GitHub', () => {
  it('annotates the line of the wrong act', () => {
    const text = renderAnnotations(accountOfRun(latentRun(), '/home/a'), '/home/a');
    expect(text).toMatch(
      /^::error file=src\/main\.rs,line=12,title=crossfree CF001 cross-free::a 64-byte block .*\n$/,
    );
  });

  it('writes one line a finding, whatever is in it, and no more than are shown', () => {
    const text = renderAnnotations(accountOfRun(hostileRun(), '/home/a'), '/home/a');
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(text).toContain('%253A%3Aerror%3A%3A%2C'.slice(4));
    const many = Array.from({ length: 30 }, (_, index) => ({
      ...vecFromMalloc(),
      worlds: { allocated: `w${index}`, released: 'c' },
    }));
    const lines = renderAnnotations(accountOfRun(latentRun(...many), '/'), '/')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toContain('20 more findings');
  });
});

describe('groups', () => {
  it('count the same fault over all runs, and prefer what is proven', () => {
    const possible: Finding = { ...vecFromMalloc(), certainty: 'possible', count: 2 };
    const groups = groupFindings([
      { name: 'a', run: latentRun(possible) },
      { name: 'b', run: latentRun(vecFromMalloc(), vecFromMalloc()) },
    ]);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ count: 4, runs: ['a', 'b'], finding: { certainty: 'proven' } });
  });
});

it('the hostile text is hostile', () => expect(HOSTILE).toContain('\ud800'));
