import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerBytes, recordsIn } from './harness/ledgers.ts';
import { start } from './harness/process.ts';
import { observed, planted, preloaded, summary, thorough, unchanged } from './harness/situation.ts';
import { build, lacking, REPOSITORY } from './harness/toolchain.ts';

const TEMPLATE = 'plug0000.so';

const LONG = 600_000;

/** A ledger grows by so much. */
const GROWTH = 1 << 20;

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-many-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder with so many libraries, named plug0001.so and so on. */
async function libraries(count: number, folder = `of-${count}`): Promise<string> {
  const flags = ['-shared', '-fPIC', `-Wl,-soname,${TEMPLATE}`];
  const bytes = readFileSync(await build('modules/plug.c', flags, TEMPLATE));
  const at = bytes.indexOf(TEMPLATE);
  const place = join(scratch, folder);
  mkdirSync(place, { recursive: true });
  for (let number = 1; number <= count; number++) {
    const name = libraryName(number);
    bytes.write(name, at, 'latin1');
    writeFileSync(join(place, name), bytes, { mode: 0o755 });
  }
  return place;
}

const libraryName = (number: number) => `plug${String(number).padStart(4, '0')}.so`;

/** A program linked to so many libraries. */
async function linkedTo(count: number): Promise<string> {
  const folder = await libraries(count);
  const named = Array.from({ length: count }, (_, index) => `-l:${libraryName(index + 1)}`);
  return build('modules/linked.c', ['-Wl,--no-as-needed', `-L${folder}`, `-Wl,-rpath,${folder}`, ...named]);
}

const LINKED = [240, 245, 250, 255, 256, 300, 1000];

describe('linked to many libraries', () => {
  it.each(LINKED)('%i', async (count) => {
    const program = await linkedTo(count);
    const { run } = await unchanged([program], { prints: 'ok' });
    expect(run).toMatchObject({ verdict: 'clean', coverage: 'full' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.runIf(thorough('3,000 libraries'))(
    '3000',
    async () => {
      const program = await linkedTo(3000);
      const { run } = await unchanged([program], { prints: 'ok' });
      expect(run).toMatchObject({ verdict: 'clean', coverage: 'full' });
      await planted([program, 'fault'], { within: 'cross_free' });
    },
    LONG,
  );
});

describe('libraries that are opened and closed again', () => {
  it('many at one time', async () => {
    const program = await build('modules/come_and_go.c');
    const command = [program, await libraries(600), '600', '3000', '500'];
    await unchanged(command, { prints: '3000 turns' });
    await planted([...command, 'fault'], { within: 'late' });
  });

  it('in turn at one place: what is told of them is short', async () => {
    const program = await build('modules/come_and_go.c');
    const folder = await libraries(16, 'd'.repeat(200));
    const directory = join(scratch, 'ledgers');
    mkdirSync(directory);
    await preloaded([program, folder, '16', '1000', '0'], directory);
    const little = ledgerBytes(directory);
    await preloaded([program, folder, '16', '20000', '0'], directory);
    expect(little).toBeGreaterThan(0);
    expect(ledgerBytes(directory) - 2 * little).toBeLessThan(20_000 * 64 + GROWTH);
  });

  // With a limit of its address space a ledger has less room: it is full of comings and goings sooner.
  const small = (...command: string[]) => ['bash', '-c', 'ulimit -v 33554432; exec "$@"', 'bash', ...command];

  it('so often that the ledger tells no more of it: what is found after that is told, at its place', async () => {
    const program = await build('modules/come_and_go.c');
    const command = small(program, await libraries(16), '16', '50000', '0');
    const directory = join(scratch, 'small');
    mkdirSync(directory);
    await preloaded(command, directory);
    expect(recordsIn(directory).filter(({ type }) => type === 'moduleBack').length).toBeLessThan(49_000);
    const { run } = await planted([...command, 'fault'], { within: 'late' });
    expect(run.coverage).toBe('full');
    const stack = run.findings[0]?.death?.stack ?? [];
    expect(stack.find((frame) => frame.function === 'late')?.module).toContain(
      libraryName(50_000 % 16 || 16),
    );
  });

  it.runIf(thorough('300,000 times'))(
    '300,000 times',
    async () => {
      const program = await build('modules/come_and_go.c');
      const command = [program, await libraries(16, 'e'.repeat(200)), '16', '300000', '0'];
      await planted([...command, 'fault'], { within: 'late', timeoutMs: LONG });
    },
    LONG,
  );

  it.skipIf(lacking('rustc'))('a gap of one that comes and goes is told once', async () => {
    const flags = ['--crate-type', 'cdylib', '-C', 'strip=symbols'];
    const library = await build('modules/counted.rs', flags, 'libstripped.so');
    const directory = join(scratch, 'gaps');
    mkdirSync(directory);
    await preloaded([await build('modules/open_often.c'), '1000', library], directory);
    expect(recordsIn(directory).filter(({ type }) => type === 'gap')).toHaveLength(1);
  });

  it('in a program and its forked children', async () => {
    const command = [await build('modules/forked.c'), await libraries(4)];
    await unchanged(command, { prints: 'end' });
    const { run } = await planted([...command, 'fault'], { within: 'late', count: 3 });
    const modules = run.findings.map(
      ({ death }) => death?.stack.find((frame) => frame.function === 'late')?.module,
    );
    expect(modules.map((path) => path?.slice(-11)).sort()).toEqual([2, 3, 4].map(libraryName));
  });

  it('more different ones than are known again', async () => {
    const program = await build('modules/come_and_go.c');
    const command = [program, await libraries(4500), '4500', '10000', '3'];
    const { run, stderr } = await observed([...command, 'fault']);
    expect(summary(run.findings), stderr).toEqual([expect.stringContaining('late')]);
  });
});

describe('the list of modules', () => {
  it('is whole for whoever reads it while it changes', async () => {
    const runtime = join(REPOSITORY, 'runtime');
    const source = join(runtime, 'module_list.c');
    const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
    const flags = ['-O2', `-DVERSION=h${version}`, `-I${runtime}`, source];
    const ended = await start([await build('modules/list_race.c', flags)]);
    expect(ended).toMatchObject({
      outcome: { kind: 'exit', code: 0 },
      stdout: 'asked often, missed 0 times\n',
    });
  });
});
