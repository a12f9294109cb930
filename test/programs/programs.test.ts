/**
 * Real programs behave under observation as they do without, and healthy ones get no finding.
 * The plain test command runs the quick entries; CROSSFREE_PROGRAMS=a,b those groups and programs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { choose } from './choose.ts';
import { differences, objections } from './compare.ts';
import { installPrograms, type Missing } from './install.ts';
import { PROGRAMS } from './list.ts';
import { readVersion, removeSandbox, runBare, runObserved } from './observe.ts';
import { REPOSITORY, TABLE } from './places.ts';
import type { Program, Source } from './program.ts';
import { keepRows } from './results.ts';
import { describeRow, type Row, reallyRun, renderTable } from './table.ts';

const FEWEST = 120;
/** What takes long to build may be left out; the page says so. */
const MOST_LACKING = 10;
const asked = process.env.CROSSFREE_PROGRAMS ?? 'quick';
const chosen = choose(asked.split(','));
const rows: Row[] = [];

const TABLE_NAME = relative(REPOSITORY, TABLE);

const tell = (line: string) => console.log(`programs: ${line}`);

function origin({ machine, debian, npm, pypi, crate, rust }: Source): string {
  const parts = [
    machine && `this machine’s ${machine.join(', ')}`,
    debian && `Debian ${debian.join(', ')}`,
    npm && `npm ${npm.join(', ')}`,
    pypi && `PyPI ${pypi.join(', ')}`,
    crate && `crate ${crate}`,
    rust && 'a source of our own',
  ];
  return parts.filter(Boolean).join('; ');
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
    test(program.id, { timeout: ((program.timeout ?? 60) * 3 + 420) * 1000 }, async (context) => {
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
      tell(describeRow(row));
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
    const all = keepRows(rows, machine());
    const held = `${reallyRun(rows).length} of ${rows.length} programs really ran and held`;
    const lacking = PROGRAMS.map(({ id }) => id).filter((id) => !all.some((row) => row.id === id));
    if (lacking.length > MOST_LACKING) {
      tell(
        `${held}; ${TABLE_NAME} is written once this build has run nearly all: ${lacking.length} are left`,
      );
    } else {
      writeFileSync(TABLE, renderTable(all, machine(), lacking));
      tell(`${held}; ${TABLE_NAME} is written`);
    }
  });
});
