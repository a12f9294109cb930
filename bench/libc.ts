/** What crossfree costs allocating work in each Debian release, whose C libraries differ: `npm run bench:libc`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release as kernel } from 'node:os';
import { join } from 'node:path';
import { folderOf } from '../test/libc/folder.ts';
import { inside, versionsIn } from '../test/libc/inside.ts';
import { releases } from '../test/libc/releases.ts';
import type { Inside } from './libc-inside.ts';
import type { Estimate } from './statistics.ts';

const LIMIT = 1.06;
const PAIRS = 15;
const LIMIT_MS = 3_600_000;

const usage = `usage: npm run bench:libc [-- PAIRS]

Measures a program of many small blocks (bench/workloads/bignums.c) in Debian 11, 12, 13 and unstable: bare, bare
again, and observed, PAIRS times (${PAIRS}) in random order. CROSSFREE_LIBC=sid,bookworm chooses releases.
`;

interface Row {
  name: string;
  versions: string;
  measured: Inside;
}

export async function main(root: string, args: string[]): Promise<number> {
  const [pairs = String(PAIRS), ...more] = args;
  if (!/^[1-9]\d{0,3}$/.test(pairs) || more.length > 0) {
    const asked = pairs === '--help' && more.length === 0;
    process[asked ? 'stdout' : 'stderr'].write(usage);
    return asked ? 0 : 2;
  }
  const rows: Row[] = [];
  const skipped: string[] = [];
  const tell = (line: string) => process.stderr.write(`bench:libc: ${line}\n`);
  for (const release of releases(process.env.CROSSFREE_LIBC ?? 'all', process.env.CROSSFREE_LIBC_FOLDERS)) {
    const folder = folderOf(release, root, tell);
    if ('why' in folder) {
      skipped.push(`${release.name} (${release.title}): ${folder.why}`);
      continue;
    }
    const versions = await versionsIn(folder);
    tell(`${release.name} (${release.title}): ${versions}`);
    const { status, stdout, stderr } = await inside(
      folder,
      ['node', 'bench/libc-inside.js', pairs],
      LIMIT_MS,
    );
    if (status !== 0) throw new Error(`${release.name}: ${stderr.trim()}`);
    rows.push({ name: release.name, versions, measured: JSON.parse(stdout) });
  }
  const text = render(rows, skipped, pairs);
  mkdirSync(join(root, 'build/bench'), { recursive: true });
  writeFileSync(join(root, 'build/bench/libc.md'), text);
  writeFileSync(
    join(root, 'build/bench/libc.json'),
    `${JSON.stringify({ pairs, rows, skipped }, null, 1)}\n`,
  );
  process.stdout.write(text);
  return rows.length === 0 || rows.some(({ measured }) => measured.failures.crossfree) ? 1 : 0;
}

function render(rows: readonly Row[], skipped: readonly string[], pairs: string): string {
  const lines = rows.map(({ name, versions, measured: { bare, ratios, failures } }) => {
    const spread = `${bare.median.toFixed(2)} s [${bare.low.toFixed(2)}, ${bare.high.toFixed(2)}]`;
    const { again, crossfree } = ratios;
    const told = failures.crossfree ?? `${shown(crossfree)} | ${verdict(crossfree)}`;
    return `| ${name} | ${versions.split(',')[0]} | ${spread} | ${shown(again)} | ${told} |`;
  });
  return `# What crossfree costs allocating work, by C library

${cpus()[0]?.model.trim()}, ${cpus().length} cores, Linux ${kernel()}. ${pairs} rounds in random order; CPU time, the median
of the ratios to the bare run of the same round, and its bootstrap 95% interval. A/A is bare against bare.

| release | C library | bare: median, range | A/A | crossfree | at most ${LIMIT.toFixed(2)} |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
${skipped.map((line) => `\nLeft out: ${line}\n`).join('')}`;
}

function shown(estimate?: Estimate): string {
  if (!estimate) return '–';
  return `${estimate.value.toFixed(3)} [${estimate.low.toFixed(3)}, ${estimate.high.toFixed(3)}]`;
}

function verdict(estimate?: Estimate): string {
  if (!estimate) return 'not measured';
  if (estimate.high <= LIMIT) return 'met';
  return estimate.low > LIMIT ? 'missed' : 'undecided';
}
