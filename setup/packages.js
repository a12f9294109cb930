import { rustPackage } from './distribution.js';

/**
 * The Debian packages that crossfree uses, and how to tell that they are there.
 *
 * @typedef {'test' | 'lab' | 'bench'} Purpose
 *
 * @typedef {object} DebianPackage
 * @property {string} name the package
 * @property {{ command: string } | { file: string } | { library: string }} proof there when this command is
 *   found in PATH, this file exists, or a shared library of this name lies in a folder of the loader's
 * @property {string} use what it is for
 * @property {Purpose[]} purposes what needs it
 */

/** @type {readonly Purpose[]} */
export const PURPOSES = ['test', 'lab', 'bench'];

/** @type {Purpose[]} */
const all = [...PURPOSES];

/** @type {readonly DebianPackage[]} */
export const PACKAGES = [
  { name: 'gcc', proof: { command: 'gcc' }, use: 'compiles the runtime and the C specimens', purposes: all },
  {
    name: 'libc6-dev',
    proof: { file: '/usr/include/stdlib.h' },
    use: 'headers of the C library',
    purposes: all,
  },
  { name: 'g++', proof: { command: 'g++' }, use: 'compiles the C++ specimens', purposes: all },
  {
    name: 'util-linux',
    proof: { command: 'flock' },
    use: 'lets one process at a time build',
    purposes: all,
  },
  { name: 'make', proof: { command: 'make' }, use: 'builds the runtime', purposes: all },
  {
    name: 'llvm',
    proof: { command: 'llvm-symbolizer' },
    use: 'function names, files, lines and inlined calls (llvm-symbolizer)',
    purposes: all,
  },
  {
    name: rustPackage(),
    proof: { command: 'cargo' },
    use: 'compiles the Rust specimens, and brings the decoder that the runtime uses',
    purposes: all,
  },
  {
    name: 'binutils',
    proof: { command: 'objdump' },
    use: 'checks the machine code of the specimens',
    purposes: all,
  },
  { name: 'valgrind', proof: { command: 'valgrind' }, use: 'a peer to compare with', purposes: all },
  {
    name: 'python3',
    proof: { command: 'python3' },
    use: 'tells an exit status in its own way',
    purposes: ['lab', 'test'],
  },
  {
    name: 'libxml2-utils',
    proof: { command: 'xmllint' },
    use: 'holds JUnit reports to their schema',
    purposes: ['test'],
  },
  {
    name: 'chromium',
    proof: { command: 'chromium' },
    use: 'opens the HTML reports, as their readers do',
    purposes: ['test'],
  },
  {
    name: 'cmake',
    proof: { command: 'cmake' },
    use: 'builds and runs the example of ctest',
    purposes: ['test'],
  },
  {
    name: 'python3-dev',
    proof: { file: '/usr/include/python3.11/Python.h' },
    use: 'headers for the example of pytest',
    purposes: ['test'],
  },
  {
    name: 'python3-pytest',
    proof: { file: '/usr/lib/python3/dist-packages/pytest/__init__.py' },
    use: 'runs the example of pytest',
    purposes: ['test'],
  },
  { name: 'zsh', proof: { command: 'zsh' }, use: 'reads its completion script', purposes: ['test'] },
  { name: 'fish', proof: { command: 'fish' }, use: 'reads its completion script', purposes: ['test'] },
  { name: 'man-db', proof: { command: 'man' }, use: 'shows the manual pages', purposes: ['test'] },
  { name: 'gdb', proof: { command: 'gdb' }, use: 'looks into core dumps', purposes: ['lab', 'test'] },
  {
    name: 'libc6-dbg',
    proof: { file: '/usr/share/doc/libc6-dbg' },
    use: "tells gdb glibc's structures, which the heap decoder is held to",
    purposes: ['test'],
  },
  {
    name: 'libcap2-bin',
    proof: { command: 'getcap' },
    use: 'tells file capabilities, which hide a program from us',
    purposes: ['test'],
  },
  {
    name: 'libjemalloc2',
    proof: { library: 'libjemalloc.so.2' },
    use: 'the allocator jemalloc',
    purposes: all,
  },
  {
    name: 'libmimalloc2.0',
    proof: { library: 'libmimalloc.so.2' },
    use: 'the allocator mimalloc',
    purposes: all,
  },
  {
    name: 'libtcmalloc-minimal4',
    proof: { library: 'libtcmalloc_minimal.so.4' },
    use: 'the allocator tcmalloc and its debug build',
    purposes: all,
  },
  {
    name: 'libclang-rt-14-dev',
    proof: { file: '/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.scudo_standalone-x86_64.so' },
    use: "the allocator scudo, and the sanitizers of clang's programs",
    purposes: ['lab', 'test'],
  },
  {
    name: 'clang',
    proof: { command: 'clang' },
    use: "builds programs whose sanitizers bring libc's names into the executable",
    purposes: ['test'],
  },
  {
    name: 'libasan8',
    proof: { library: 'libasan.so.8' },
    use: 'the runtime of AddressSanitizer, a peer to compare with',
    purposes: ['lab', 'bench'],
  },
  {
    name: 'libsqlite3-dev',
    proof: { file: '/usr/include/sqlite3.h' },
    use: 'the innocent victim of an experiment',
    purposes: ['lab', 'test'],
  },
  {
    name: 'libpam-modules',
    proof: { library: 'libpam.so.0' },
    use: 'libpam and its modules, which free what a conversation answers',
    purposes: ['lab', 'test'],
  },
  {
    name: 'linux-perf',
    proof: { command: 'perf' },
    use: "counts a processor's own events",
    purposes: ['lab'],
  },
  { name: 'heaptrack', proof: { command: 'heaptrack' }, use: 'a peer to compare with', purposes: ['bench'] },
];
