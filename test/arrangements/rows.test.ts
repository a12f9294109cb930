import { describe, expect, it } from 'vitest';
import type { TrialRun } from '../../src/search/trial.ts';
import { missing, specimen, trials } from './specimens.ts';

/** Set by `npm run test:all`: whole rows, each cell several times. */
const ALL = process.env.CROSSFREE_TEST_ALL === '1';
const REPEAT = ALL ? 3 : 1;
const ALLOCATORS = ['jemalloc', 'mimalloc', 'tcmalloc', 'scudo', 'standard', 'debug', 'mmap', 'arena'];

interface Row {
  what: string;
  build: () => Promise<string>;
  code: string;
  /** The world that is moved, and where that is fatal; everywhere else the program ends by itself. */
  world: string;
  fatal: string[];
  /** Where it ends by itself and memory is corrupted. */
  silent?: string[];
}

const library = (name: string) => specimen(`${name}.rs`, ['--crate-type', 'cdylib'], `lib${name}.so`);

async function twoLibraries(): Promise<string> {
  const libraries = await Promise.all([library('giver'), library('taker')]);
  const paths = libraries.map((path) => `-Wl,-rpath,${path.replace(/\/[^/]*$/, '')}`);
  return specimen('two-libraries.c', [...libraries, ...paths]);
}

async function rustFreesNewArray(): Promise<string> {
  const object = await specimen('new-array.cpp', ['-c'], 'new-array.o');
  return specimen('rust-frees-new-array.rs', ['-C', `link-arg=${object}`, '-C', 'link-arg=-lstdc++']);
}

const CHECKED = ['tcmalloc', 'scudo', 'debug'];
const GIVEN_TO_GLIBC = ['jemalloc', 'mimalloc', 'tcmalloc', 'scudo', 'debug', 'mmap', 'arena'];

const ROWS: Row[] = [
  {
    what: '560 bytes dropped as seven structs with capacity 560',
    build: () => specimen('from-raw-parts.rs'),
    code: 'CF004',
    world: 'rust',
    fatal: [],
    silent: ['jemalloc'],
  },
  {
    what: 'a C++ object of 16 bytes deleted as one of 64',
    build: () => specimen('sized-delete.cpp'),
    code: 'CF004',
    world: 'c++',
    fatal: ['scudo'],
    silent: ['jemalloc', 'tcmalloc'],
  },
  {
    what: 'a block of strdup dropped as a CString',
    build: () => specimen('cstring-of-strdup.rs'),
    code: 'CF001',
    world: 'rust',
    fatal: ['jemalloc', 'mimalloc', ...CHECKED],
  },
  {
    what: 'a block of C++ new[] freed by Rust',
    build: rustFreesNewArray,
    code: 'CF001',
    world: 'c++[]',
    fatal: GIVEN_TO_GLIBC,
  },
  {
    what: 'a Box<str> from one library dropped by another, the giver moved',
    build: twoLibraries,
    code: 'CF001',
    world: 'rust@libgiver.so',
    fatal: GIVEN_TO_GLIBC,
  },
  {
    what: 'a Box<str> from one library dropped by another, the taker moved',
    build: twoLibraries,
    code: 'CF001',
    world: 'rust@libtaker.so',
    fatal: ['jemalloc', 'mimalloc', ...CHECKED],
  },
];

if (!ALL) console.log('rows of arrangements: three cells of each; `npm run test:all` runs all of them');

/** Without addresses: scudo shuffles its blocks. */
const ended = ({ run: { verdict, outcome } }: TrialRun) =>
  JSON.stringify([verdict, outcome]).replace(/0x[0-9a-f]+/g, '0x…');

const lacking = missing(...(ALL ? ALLOCATORS : ['jemalloc', 'standard']));

describe.skipIf(lacking).each(ROWS)('$what', ({ build, code, world, fatal, silent = [] }) => {
  it('goes from harmless to harm along the allocators', async () => {
    const program = await build();
    const onto = ALL ? ALLOCATORS : ['jemalloc', 'standard'];
    const cells = ['glibc', ...onto].flatMap((allocator) => Array<string>(REPEAT).fill(allocator));
    const done = await trials(
      [program, 'fault'],
      cells.map((allocator) => ({ arrangement: { [world]: allocator } })),
    );
    done.forEach((one, index) => {
      const allocator = cells[index] ?? '';
      const { verdict, outcome, findings, arrangement } = one.run;
      expect(findings[0], allocator).toMatchObject({ code });
      expect(arrangement[world], allocator).toBe(allocator);
      expect(ended(one), allocator).toBe(ended(done[cells.indexOf(allocator)] ?? one));
      if (fatal.includes(allocator)) {
        expect(outcome, allocator).toMatchObject({ kind: 'signal' });
        expect(['caught', 'crashed'], allocator).toContain(verdict);
      } else {
        expect(outcome, allocator).toEqual({ kind: 'exit', code: 0 });
        expect(verdict, allocator).toBe(silent.includes(allocator) ? 'silent' : 'latent');
      }
    });
  });

  it('is clean when it is done right', async () => {
    const program = await build();
    const onto = ALL ? ['glibc', ...ALLOCATORS] : ['jemalloc'];
    const wanted = onto.map((allocator) => ({ arrangement: { [world]: allocator } }));
    for (const one of await trials([program, 'healthy'], wanted)) {
      expect(ended(one)).toBe(JSON.stringify(['clean', { kind: 'exit', code: 0 }]));
      expect(one.printed.stderr.head).toBe('overwritten: 0\n');
    }
  });
});

it.skipIf(lacking)(
  'on jemalloc the 44,800 bytes take living neighbours along, and the overlap names the drop',
  async () => {
    const program = await specimen('from-raw-parts.rs');
    const [one] = await trials([program, 'fault'], [{ arrangement: { rust: 'jemalloc' } }]);
    expect(one?.printed.stderr.head).toMatch(/^overwritten: [1-9]/);
    const overlaps = one?.run.findings.filter(({ code }) => code === 'CF011') ?? [];
    expect(overlaps.length).toBeGreaterThan(0);
    expect(overlaps.map(({ detail }) => detail.cause?.code)).toContain('CF004');
  },
);
