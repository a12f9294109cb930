import { expect, it } from 'vitest';
import { LoadedModules } from './loaded-modules.ts';
import type { ModuleRecord } from './records.ts';

function module(id: number, start: number, end: number): ModuleRecord {
  return {
    type: 'module',
    pid: 1,
    tid: 1,
    id,
    flags: 0,
    base: start,
    start,
    end,
    path_length: 0,
    build_id_length: 0,
    path: `/${id}`,
    buildId: '',
  };
}

it('knows at every moment what a list of its own would know', () => {
  let live = new LoadedModules();
  let plain: ModuleRecord[] = [];
  const kept: [LoadedModules, ModuleRecord[]][] = [];
  for (let step = 0; step < 2000; step++) {
    const number = (step * 7919) % 997;
    if (step % 3 === 2) {
      live = live.without(number % 300);
      plain = plain.filter(({ id }) => id !== number % 300);
    } else {
      const one = module(number % 300, (number % 50) * 16, (number % 50) * 16 + 40);
      live = live.with(one);
      plain = [...plain, one];
    }
    kept.push([live, plain]);
  }
  for (const [told, list] of kept.filter((_, step) => step % 37 === 0)) {
    expect(told.list()).toEqual(list);
    for (let address = 0; address < 900; address += 13)
      expect(told.at(address)).toBe(list.findLast(({ start, end }) => address >= start && address < end));
  }
});

it('pays for what changes, not for what stays', () => {
  let live = new LoadedModules();
  const began = process.cpuUsage();
  for (let id = 0; id < 3000; id++) live = live.with(module(id, id * 4096, (id + 1) * 4096));
  const pictures: LoadedModules[] = [];
  for (let id = 3000; id < 100_000; id++) {
    live = live.with(module(id, 0, 4096)).without(id);
    pictures.push(live);
  }
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
  expect(pictures.at(-1)?.at(5000)?.id).toBe(1);
});
