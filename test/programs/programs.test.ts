/**
 * Real programs behave under observation as they do without, and healthy ones get no finding.
 * The plain test command runs the quick entries; CROSSFREE_PROGRAMS=all runs all of them, and
 * CROSSFREE_PROGRAMS=a,b the ones named.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, objections } from './compare.ts';
import { installPrograms, type Missing } from './install.ts';
import { PROGRAMS } from './list.ts';
import { readVersion, removeSandbox, runBare, runObserved } from './observe.ts';
import { REPOSITORY, RESULT, TABLE } from './places.ts';
import type { Program, Source } from './program.ts';
import { type Row, reallyRun, renderTable } from './table.ts';

const FEWEST = 60;
const asked = process.env.CROSSFREE_PROGRAMS ?? 'quick';
const chosen = PROGRAMS.filter((program) =>
  asked === 'all' ? true : asked === 'quick' ? program.quick : asked.split(',').includes(program.id),
);
const rows: Row[] = [];

const tell = (line: string) => console.log(`programs: ${line}`);

function origin(from: Source): string {
  if ('debian' in from) return `Debian ${from.debian.join(', ')}`;
  if ('npm' in from) return `npm ${from.npm.join(', ')}`;
  if ('pypi' in from) return `PyPI ${from.pypi.join(', ')}`;
  if ('crate' in from) return `crate ${from.crate}`;
  return `this machine’s ${from.machine.join(', ')}`;
}

async function check(program: Program): Promise<Row> {
  const bare = await runBare(program);
  const observed = await runObserved(program);
  let why = differences(program, bare, observed);
  if (why.length && differences(program, bare, await runBare(program)).length) {
    why = [`two bare runs differ as well, choose another command: ${why.join('; ')}`];
  }
  const { run } = observed;
  why.push(...objections(program, run));
  return {
    id: program.id,
    what: program.what,
    from: origin(program.from),
    version: await readVersion(program),
    result: why.length ? 'failed' : 'held',
    why,
    ...(run && {
      verdict: run.verdict,
      coverage: run.coverage,
      arrangement: run.arrangement,
      allocations: run.observed.allocations,
      processes: run.processes.length,
      gaps: run.observed.gaps.map(({ module, reason }) => (module ? { module, reason } : { reason })),
    }),
    ...(program.known && {
      known: program.known.map((bug) => `${bug.code} in \`${bug.function}\`. ${bug.evidence}`),
    }),
    milliseconds: { bare: bare.ended.milliseconds, observed: observed.ended.milliseconds },
  };
}

function machine(): string {
  const system = existsSync('/etc/os-release')
    ? /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
    : undefined;
  const libc = spawnSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' }).stdout?.trim();
  return [system, libc, `Linux ${release()}`, `${cpus().length} cores`].filter(Boolean).join(', ');
}

describe('real programs', () => {
  let missing: Missing;
  beforeAll(async () => {
    missing = await installPrograms(chosen, tell);
  }, 3_600_000);

  for (const program of chosen) {
    test(program.id, { timeout: ((program.timeout ?? 60) * 3 + 120) * 1000 }, async (context) => {
      const why = missing.get(program.id);
      if (why !== undefined) {
        tell(`${program.id} skipped: ${why}`);
        rows.push({
          id: program.id,
          what: program.what,
          from: origin(program.from),
          result: 'skipped',
          why: [why],
        });
        return context.skip(why);
      }
      const row = await check(program);
      rows.push(row);
      expect(row.why, program.command.join(' ')).toEqual([]);
    });
  }

  if (asked === 'all') {
    test(`at least ${FEWEST} really ran`, () => {
      expect(reallyRun(rows).length).toBeGreaterThanOrEqual(FEWEST);
    });
  }

  afterAll(() => {
    removeSandbox();
    if (asked !== 'all' && asked !== 'quick') return;
    mkdirSync(dirname(RESULT), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify({ machine: machine(), asked, rows }, null, 1)}\n`);
    if (asked === 'all') writeFileSync(TABLE, renderTable(rows, machine()));
    tell(
      `${reallyRun(rows).length} programs really ran; ${RESULT.slice(REPOSITORY.length + 1)} has the details`,
    );
  });
});
