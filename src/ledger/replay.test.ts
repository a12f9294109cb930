import { describe, expect, it } from 'vitest';
import { decodeLedger } from './decode.ts';
import { LedgerWriter } from './ledger-writer.fixture.ts';
import { moduleAt } from './process-state.ts';
import { replay } from './replay.ts';

describe('replay', () => {
  it('keeps with each stack the modules of its moment', () => {
    const writer = new LedgerWriter()
      .module(1, '/first.so', 0x1000, 0x2000)
      .stack(128, 1, [0x1100])
      .moduleGone(1)
      .module(2, '/second.so', 0x1000, 0x2000)
      .stack(129, 1, [0x1100]);
    const [state] = replay(decodeLedger(writer.bytes(), 'x'));
    const pathOf = (id: number) => {
      const stack = state?.stack(id);
      return stack && moduleAt(stack.modules, 0x1100)?.path;
    };
    expect(pathOf(128)).toBe('/first.so');
    expect(pathOf(129)).toBe('/second.so');
    expect(state?.module(1)?.path).toBe('/first.so');
  });

  it('has a module again that came back to its place, and not what was there meanwhile', () => {
    const writer = new LedgerWriter()
      .module(1, '/first.so', 0x1000, 0x2000)
      .module(2, '/second.so', 0x1800, 0x2800)
      .stack(128, 1, [0x1900])
      .moduleBack(1)
      .stack(129, 1, [0x1900])
      .moduleGone(1)
      .moduleBack(3)
      .stack(130, 1, [0x1900]);
    const [state] = replay(decodeLedger(writer.bytes(), 'x'));
    const pathOf = (id: number) => state?.stack(id)?.modules.at(0x1900)?.path;
    expect([pathOf(128), pathOf(129), pathOf(130)]).toEqual(['/second.so', '/first.so', undefined]);
    expect(state?.live.list()).toEqual([]);
  });

  it('stays fast with modules that come and go', () => {
    const writer = new LedgerWriter();
    for (let id = 1; id <= 3000; id++) writer.module(id, `/${id}.so`, id * 0x1000, id * 0x1000 + 0x1000);
    for (let turn = 0; turn < 60_000; turn++) writer.moduleGone(3000).moduleBack(3000);
    const started = performance.now();
    const [state] = replay(decodeLedger(writer.stack(128, 1, [0x1100]).bytes(), 'x'));
    expect(state?.stack(128)?.modules.list().length).toBe(3000);
    expect(performance.now() - started).toBeLessThan(20_000); // a copy of the list each time takes minutes
  });

  it('gives a forked child what its parent had by then, and lets both go on', () => {
    const writer = new LedgerWriter()
      .module(1, '/program', 0x1000, 0x2000)
      .stack(128, 1, [0x1100])
      .world(4, 4, 1)
      .fork(200)
      .module(2, '/of-child.so', 0x5000, 0x6000)
      .stack(129, 1, [0x5100]);
    writer.pid = 100;
    writer.module(2, '/of-parent.so', 0x5000, 0x6000).stack(129, 1, [0x5200]);
    const states = replay(decodeLedger(writer.bytes(), 'x'));
    const [parent, child] = states;
    expect(states.map((state) => [state.pid, state.parent])).toEqual([
      [100, undefined],
      [200, 100],
    ]);
    expect(child?.stack(128)?.record.frames).toEqual([0x1100]);
    expect(child?.world(4)?.kind).toBe(4);
    expect([parent?.module(2)?.path, child?.module(2)?.path]).toEqual(['/of-parent.so', '/of-child.so']);
    expect([parent?.stack(129)?.record.frames, child?.stack(129)?.record.frames]).toEqual([
      [0x5200],
      [0x5100],
    ]);
  });

  it('takes a process without a fork record for one that shares the memory of the first', () => {
    const writer = new LedgerWriter().module(1, '/program', 0x1000, 0x2000);
    writer.pid = 300;
    writer.message('hello');
    const child = replay(decodeLedger(writer.bytes(), 'x')).find((state) => state.pid === 300);
    expect(child?.live.list().map((module) => module.path)).toEqual(['/program']);
  });

  it('begins anew when a process id comes back', () => {
    const writer = new LedgerWriter()
      .module(1, '/program', 0x1000, 0x2000)
      .fork(200)
      .module(2, '/a.so', 0x3000, 0x4000);
    writer.pid = 100;
    writer.fork(200);
    const children = replay(decodeLedger(writer.bytes(), 'x')).filter((state) => state.pid === 200);
    expect(children.map((child) => child.live.list().length).sort()).toEqual([1, 2]);
  });

  it('numbers threads as they appear, the main one first', () => {
    const writer = new LedgerWriter();
    const numbers: number[] = [];
    for (const tid of [105, 100, 103, 105]) {
      writer.tid = tid;
      writer.message('');
    }
    replay(decodeLedger(writer.bytes(), 'x'), (record, process) => numbers.push(process.thread(record.tid)));
    expect(numbers).toEqual([2, 1, 3, 2]);
  });

  it('stays fast with many forks and many modules', () => {
    const writer = new LedgerWriter();
    for (let id = 1; id <= 50; id++) writer.module(id, `/${id}.so`, id * 0x1000, id * 0x1000 + 0x1000);
    for (let child = 0; child < 3000; child++) {
      writer.pid = 100;
      writer
        .stack(200 + child, 1, [0x1100])
        .fork(1000 + child)
        .message('');
    }
    const states = replay(decodeLedger(writer.bytes(), 'x'));
    expect(states.length).toBe(3001);
    expect(states.at(-1)?.stack(200)?.record.frames).toEqual([0x1100]);
  });
});
