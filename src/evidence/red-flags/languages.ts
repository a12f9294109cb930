import type { FlagRule } from './rule.ts';

const rust = { by: 'the Rust runtime', check: false };
const cpp = { by: 'the C++ runtime', check: false, signal: 'SIGABRT' };

export const LANGUAGES: readonly FlagRule[] = [
  {
    name: 'Rust: panic in a function that cannot unwind',
    ...rust,
    signal: 'SIGABRT',
    pattern:
      /panic in a function that cannot unwind|panic in a destructor during cleanup|thread caused non-unwinding panic|thread panicked while (processing panic|panicking)/,
  },
  {
    name: 'Rust: unsafe precondition violated',
    by: 'the Rust runtime',
    check: true,
    pattern: /unsafe precondition\(s\) violated/,
    finding: { code: 'CF015', certainty: 'proven' },
  },
  {
    name: 'Rust: misaligned pointer dereference',
    by: 'the Rust runtime',
    check: true,
    pattern: /misaligned pointer dereference: address must be/,
    finding: { code: 'CF015', certainty: 'proven' },
  },
  {
    name: 'Rust: null pointer dereference',
    by: 'the Rust runtime',
    check: true,
    pattern: /null pointer dereference occurred/,
    finding: { code: 'CF015', certainty: 'proven' },
  },
  {
    name: 'Rust: stack overflow',
    ...rust,
    signal: 'SIGABRT',
    pattern: /^thread '.{0,200}'.{0,40} has overflowed its stack|^fatal runtime error: stack overflow/,
  },
  {
    name: 'Rust: memory allocation failed',
    ...rust,
    signal: 'SIGABRT',
    pattern: /^memory allocation of \d+ bytes failed/,
  },
  {
    name: 'Rust: fatal runtime error',
    ...rust,
    signal: 'SIGABRT',
    pattern: /^fatal runtime error: (?!stack)/,
  },
  { name: 'Rust: panic', ...rust, pattern: /^thread '.{0,200}'.{0,40} panicked at / },
  {
    name: 'C++: terminate called after throwing',
    ...cpp,
    pattern:
      /^terminate called after throwing an instance of|libc\+\+abi: terminating (due to|with) uncaught exception/,
  },
  {
    name: 'C++: terminate called',
    ...cpp,
    pattern: /^terminate called (without an active exception|recursively)/,
  },
  { name: 'C++: pure virtual method called', ...cpp, pattern: /^pure virtual (method|function) called/i },
  { name: 'C++: deleted virtual method called', ...cpp, pattern: /^deleted virtual method called/i },
  {
    name: 'C++: libstdc++ assertion',
    ...cpp,
    check: true,
    pattern: /^\S{1,300}:\d+: .{1,4000}Assertion '.{1,1000}' failed\.?$/,
  },
  {
    name: 'assertion failed',
    by: 'assert',
    check: false,
    signal: 'SIGABRT',
    pattern: /^.{0,300}: .{1,300}:\d+: .{1,2000}: Assertion [`'].{0,2000}' failed\.$/,
  },
  { name: 'Go: panic', by: 'the Go runtime', check: false, pattern: /^panic: |^\[signal SIG[A-Z]+: / },
  { name: 'Go: fatal error', by: 'the Go runtime', check: false, pattern: /^fatal error: / },
  {
    name: 'Java: fatal error',
    by: 'the Java virtual machine',
    check: false,
    pattern: /^# A fatal error has been detected by the Java Runtime Environment/,
  },
  {
    name: 'Node: out of memory',
    by: 'V8',
    check: false,
    signal: 'SIGABRT',
    pattern: /^FATAL ERROR: .{0,200}(out of memory|Allocation failed)/,
  },
  {
    name: 'Python: fatal error',
    by: 'the Python interpreter',
    check: false,
    pattern: /^Fatal Python error: /,
  },
];
