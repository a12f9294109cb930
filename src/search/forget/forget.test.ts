import { expect, it } from 'vitest';
import { forget } from './forget.ts';
import { ABORTED, type Behaviour, CRASHED, program, siteNames } from './program.fixture.ts';

const SITES = siteNames(60);

async function search(
  { run }: ReturnType<typeof program>,
  wishes: { mostRuns?: number; useFindings?: boolean; seed?: number; stopped?: () => boolean } = {},
) {
  const { mostRuns = 40, useFindings = true, seed = 1, stopped = () => false } = wishes;
  return forget(
    { command: ['./app'], repeat: 3, seed, useFindings },
    { run, mostRuns, jobs: 2, stopped, progress: () => {} },
  );
}

const ids = ({ guilty }: Awaited<ReturnType<typeof search>>) => guilty.map(({ site }) => site.id);

/** Aborts at the guilty one, and never comes to what lies behind it. */
const diesAt =
  (...guilty: string[]) =>
  (skips: (site: string) => boolean): Behaviour => {
    const at = SITES.findIndex((site) => guilty.includes(site) && !skips(site));
    return at < 0 ? {} : { reached: SITES.slice(0, at + 1), ends: ABORTED };
  };

it('is done after a few runs when the ledger names the guilty one', async () => {
  const app = program(SITES, (skips) => ({ ...diesAt('site-41')(skips), findings: { 'site-41': 'CF001' } }));
  const result = await search(app);
  expect([ids(result), result.conclusion, result.minimal, result.complete]).toEqual([
    ['site-41'],
    'guilty',
    true,
    true,
  ]);
  expect(result.guilty[0]).toMatchObject({
    site: { stack: [{ function: 'release_of_site-41' }], via: 'free', world: 'c' },
    birth: { stack: [{ offset: 'site-41' }], size: 16 },
    finding: { code: 'CF001' },
    alternatives: [],
  });
  expect(result.guilty[0]?.confidence).toBeGreaterThan(0.99);
  expect(result.reason).toBe('Without this release it ends with exit 0 instead of SIGABRT.');
  // three as it is, one without releases, three without the guilty one
  expect([result.runs, app.trials.length]).toEqual([7, 7]);
});

it.each([1, 2, 3])('finds it without the ledger’s help, whatever the order (seed %i)', async (seed) => {
  const app = program(SITES, (skips) => ({ ...diesAt('site-41')(skips), findings: { 'site-41': 'CF001' } }));
  const result = await search(app, { useFindings: false, seed });
  expect(ids(result)).toEqual(['site-41']);
  expect(result.runs).toBeLessThanOrEqual(20);
});

it('finds two, of which the second shows only when the first is skipped', async () => {
  for (const useFindings of [true, false]) {
    const app = program(SITES, (skips) => {
      const first = skips('site-7');
      return {
        ...diesAt('site-7', 'site-52')(skips),
        findings: useFindings ? { 'site-7': 'CF003', ...(first && { 'site-52': 'CF003' }) } : {},
      };
    });
    const result = await search(app, { useFindings });
    expect(ids(result).sort()).toEqual(['site-52', 'site-7']);
    expect(result.minimal).toBe(true);
    for (const { confidence } of result.guilty) expect(confidence).toBeGreaterThan(0.99);
    expect(result.runs).toBeLessThanOrEqual(useFindings ? 14 : 40);
  }
});

it('leaves out findings that do no harm', async () => {
  const findings = { 'site-3': 'CF001', 'site-20': 'CF004', 'site-9': 'CF001' } as const;
  const app = program(SITES, (skips) => ({ ...diesAt('site-20')(skips), findings }));
  expect(ids(await search(app))).toEqual(['site-20']);
});

it('blames no release where it crashes without any too', async () => {
  const app = program(SITES, () => ({ ends: CRASHED, findings: { 'site-1': 'CF001' } }));
  const result = await search(app);
  expect([result.conclusion, result.guilty]).toEqual(['another-reason', []]);
  expect(result.reason).toMatch(/^It goes wrong too when nothing is released \(SIGSEGV\)/);
  expect(result.runs).toBe(4);
});

it('blames a proven wrong release for the first of two ends, and says that the other has another reason', async () => {
  const both = (findings: Behaviour['findings']) =>
    program(SITES, (skips) =>
      skips('site-7') ? { ends: CRASHED } : { ends: ABORTED, ...(findings && { findings }) },
    );
  const result = await search(both({ 'site-7': 'CF002' }));
  expect([ids(result), result.reason]).toEqual([
    ['site-7'],
    'Without this release it ends with SIGSEGV instead of SIGABRT. What is left has another reason than a release: it ends so when nothing is released, too.',
  ]);
  // without proof it may be damage that shows now so, now otherwise
  expect((await search(both(undefined))).conclusion).toBe('another-reason');
});

it('has nothing to do for a program that ends well', async () => {
  const result = await search(
    program(SITES, () => ({ findings: { 'site-1': 'CF001' }, ends: { verdict: 'latent' } })),
  );
  expect([result.conclusion, result.runs, result.guilty]).toEqual(['healthy', 3, []]);
  expect(result.reason).toContain('wrong releases that did no harm here');
});

it('looks for proof as it does for crashes', async () => {
  const app = program(SITES, (skips) =>
    skips('site-30') ? {} : { ends: { verdict: 'silent' }, findings: { 'site-30': 'CF004' } },
  );
  const result = await search(app);
  expect([ids(result), result.reason]).toEqual([
    ['site-30'],
    'Without this release it ends with exit 0 instead of exit 0, silent.',
  ]);
});

it('takes an exit status for bad where there is nothing worse, and the usual one for good', async () => {
  const status = (code: number) => ({ ends: { outcome: { kind: 'exit', code } as const } });
  const failing = await search(program(SITES, (skips) => (skips('site-2') ? {} : status(3))));
  expect(ids(failing)).toEqual(['site-2']);
  // 1 is how it ends; 2 is how it ends when it notices what an earlier release did
  const usual = (skips: (site: string) => boolean): Behaviour =>
    skips('site-5') ? status(1) : skips('site-4') ? status(2) : { ends: ABORTED };
  expect(ids(await search(program(SITES, usual)))).toEqual(['site-5']);
});

it('names the other release of a block that is released twice', async () => {
  const app = program(
    SITES,
    (skips) =>
      skips('site-10') || skips('site-44') ? {} : { ends: ABORTED, findings: { 'site-44': 'CF002' } },
    (site) => (['site-10', 'site-44', 'site-50'].includes(site) ? 'the same' : site),
  );
  const result = await search(app);
  expect(ids(result)).toEqual(['site-44']);
  expect(result.guilty[0]?.alternatives).toMatchObject([
    { id: 'site-10', stack: [{ function: 'release_of_site-10' }] },
  ]);
});

it('names what else heals where the ledger proves nothing: one may only keep memory from being used again', async () => {
  const app = program(SITES, (skips) =>
    skips('site-10') || skips('site-44') ? {} : { ends: { verdict: 'silent' } },
  );
  const result = await search(app);
  const [one] = result.guilty;
  expect([one?.site.id, ...(one?.alternatives ?? []).map(({ id }) => id)].sort()).toEqual([
    'site-10',
    'site-44',
  ]);
  expect(one?.confidence).toBeGreaterThan(0.99);
});

it('runs a fickle program more often, and is not fooled by luck', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    let state = seed;
    const half = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 < 0.5;
    };
    const app = program(SITES, (skips) =>
      !skips('site-33') && half() ? { ends: ABORTED, findings: { 'site-33': 'CF002' } } : {},
    );
    const result = await search(app, { mostRuns: 100, seed });
    if (result.conclusion === 'healthy') continue; // three good runs of three
    expect(ids(result)).toEqual(['site-33']);
    expect(result.guilty[0]?.confidence).toBeGreaterThan(0.97);
  }
});

it('goes on where skipping everything takes too much memory', async () => {
  const app = program(SITES, (skips) => {
    if (skips('site-0'))
      return {
        ends: { verdict: 'killed', outcome: { kind: 'signal', signal: 'SIGKILL', exceeded: 'memory' } },
      };
    return { ...diesAt('site-12')(skips), findings: { 'site-12': 'CF003' } };
  });
  expect(ids(await search(app))).toEqual(['site-12']);
});

it('says so when its runs are ended by our limits, or nothing is seen', async () => {
  const over = {
    verdict: 'killed',
    outcome: { kind: 'signal', signal: 'SIGKILL', exceeded: 'memory' },
  } as const;
  const result = await search(program(SITES, () => ({ ends: over })));
  expect([result.conclusion, result.reason]).toEqual(['unknown', expect.stringContaining('`--memory`')]);
  const unseen = await search(program([], () => ({ ends: { verdict: 'unobservable' } })));
  expect([unseen.conclusion, unseen.reason]).toEqual(['unknown', expect.stringContaining('observed')]);
});

it('says so when call stacks are others in each run', async () => {
  let run = 0;
  const app = program(SITES, (skips) => {
    const reached = SITES.map((site) => `${site} in run ${run}`);
    run++;
    return skips('anything') ? { reached } : { reached, ends: ABORTED };
  });
  const result = await search(app);
  expect([result.conclusion, result.reason]).toEqual([
    'unknown',
    expect.stringContaining('other call stacks in each run'),
  ]);
});

it('shows what it has when the runs are used up', async () => {
  const app = program(SITES, diesAt('site-7', 'site-52'));
  const result = await search(app, { mostRuns: 12, useFindings: false });
  expect(ids(result)).toEqual(expect.arrayContaining(['site-7', 'site-52']));
  expect([result.conclusion, result.minimal, result.complete]).toEqual(['guilty', false, true]);
  expect(app.trials.length).toBeLessThanOrEqual(12);
  for (const { confidence } of result.guilty) expect(confidence).toBeLessThan(0.5);
  const none = await search(program(SITES, diesAt('site-7')), { mostRuns: 2 });
  expect([none.conclusion, none.reason]).toEqual([
    'unknown',
    expect.stringContaining('2 runs were not enough'),
  ]);
});

it('shows what it has when it is interrupted', async () => {
  const app = program(SITES, diesAt('site-41'));
  const result = await search(app, { useFindings: false, stopped: () => app.trials.length >= 8 });
  expect([result.complete, result.conclusion, result.minimal]).toEqual([false, 'guilty', false]);
  expect(ids(result)).toContain('site-41');
  const early = await search(app, { stopped: () => true });
  expect([early.complete, early.conclusion]).toEqual([false, 'unknown']);
});

it('makes the same runs for the same seed', async () => {
  const asked = async (seed: number) => {
    const app = program(SITES, diesAt('site-41'));
    await search(app, { useFindings: false, seed });
    return app.trials.map(({ skipReleases }) => skipReleases);
  };
  expect(await asked(5)).toEqual(await asked(5));
  expect(await asked(5)).not.toEqual(await asked(6));
});
