import type { Finding, Frame, Run } from '../model/index.ts';

/** A C block dropped as a Rust Vec, as a release build with line tables shows it. */
export function vecFromMalloc(): Finding {
  const dealloc: Frame = {
    function: 'alloc::alloc::dealloc',
    file: '/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/alloc.rs',
    line: 114,
    module: '/home/a/app',
    offset: '0x1234',
    inlined: true,
  };
  return {
    code: 'CF001',
    kind: 'cross-free',
    certainty: 'proven',
    message: 'a 64-byte block from C malloc was released by Rust',
    count: 1,
    worlds: { allocated: 'c', released: 'rust' },
    block: { address: '0x55550000', size: 64, alignment: 16 },
    birth: {
      thread: 1,
      via: 'malloc',
      stack: [
        { function: 'app::main', file: '/home/a/src/main.rs', line: 8, module: '/home/a/app' },
        { function: 'std::rt::lang_start::<()>::{closure#0}', module: '/home/a/app' },
        { function: '__libc_start_call_main', module: '/lib/libc.so.6' },
      ],
    },
    death: {
      thread: 1,
      via: '__rust_dealloc',
      stack: [
        dealloc,
        { ...dealloc, function: '<alloc::alloc::Global as core::alloc::Allocator>::deallocate' },
        { ...dealloc, function: 'core::ptr::drop_in_place::<alloc::vec::Vec<u8>>' },
        { function: 'app::finish', file: '/home/a/src/main.rs', line: 12, module: '/home/a/app' },
        { function: 'app::main', file: '/home/a/src/main.rs', line: 20, module: '/home/a/app' },
        { function: '_start', module: '/home/a/app', offset: '0x1000' },
      ],
    },
    detail: { act: 'equivalent', sameAllocator: true, actual: { size: 64, alignment: 1 } },
  };
}

export function cleanRun(): Run {
  return {
    schema: 'crossfree/run@1',
    command: ['./app'],
    arrangement: { c: 'glibc', rust: 'glibc' },
    outcome: { kind: 'exit', code: 0 },
    verdict: 'clean',
    coverage: 'full',
    findings: [],
    processes: [{ pid: 10, command: ['./app'], outcome: { kind: 'exit', code: 0 } }],
    observed: { allocations: { c: 10, rust: 4 }, gaps: [], unknownReleases: 0 },
  };
}
