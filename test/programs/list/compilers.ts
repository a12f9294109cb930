import type { Program } from '../program.ts';

const C_SOURCE = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct node { struct node *next; char text[32]; };
int main(void) {
  struct node *list = 0;
  for (int i = 0; i < 100; i++) {
    struct node *n = malloc(sizeof *n);
    snprintf(n->text, sizeof n->text, "node %d", i);
    n->next = list;
    list = n;
  }
  unsigned long total = 0;
  while (list) { struct node *n = list; total += strlen(n->text); list = n->next; free(n); }
  printf("%lu\\n", total);
  return 0;
}
`;

const CXX_SOURCE = `#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <vector>
int main() {
  std::map<std::string, std::unique_ptr<int>> m;
  for (int i = 0; i < 50; i++) m[std::to_string(i)] = std::make_unique<int>(i * i);
  std::vector<int> v;
  for (auto &[k, p] : m) if (std::regex_match(k, std::regex("[0-4]+"))) v.push_back(*p);
  std::sort(v.rbegin(), v.rend());
  for (int x : v) std::cout << x << ' ';
  std::cout << std::endl;
}
`;

const ASM_SOURCE = `.globl twice
.type twice, @function
twice:
  lea (%rdi,%rdi), %rax
  ret
.size twice, .-twice
.section .note.GNU-stack,"",@progbits
`;

/** Two small translation units, compiled but not linked, for the linkers. */
const OBJECTS =
  'printf "int twice(int);\\nint main(void) { return twice(4); }\\n" > a.c; printf "int twice(int n) { return n * 2; }\\n" > b.c; cc -c a.c b.c';

const link = (id: string, debian: string, what: string, flag: string, follows: string): Program => ({
  id,
  what,
  from: { debian: [debian, 'gcc'] },
  version: `${follows} --version`,
  prepare: OBJECTS,
  command: ['bash', '-c', `gcc ${flag} a.o b.o -o program && ./program; echo $?`],
  produces: ['program'],
  follows: [follows],
});

export const COMPILERS: Program[] = [
  {
    id: 'gcc',
    what: 'gcc -O2 -g: driver, cc1, as, collect2 and ld, then the program it made',
    from: { debian: ['gcc'] },
    version: 'gcc --version',
    files: { 'main.c': C_SOURCE },
    command: ['bash', '-c', 'gcc -O2 -g -Wall main.c -o program && ./program; echo ended $?'],
    produces: ['program'],
    follows: ['gcc', 'cc1', 'as', 'collect2', 'ld', 'program'],
    quick: true,
  },
  {
    id: 'gcc-lto',
    what: 'gcc -flto with the linker plug-in: lto-wrapper and lto1',
    from: { debian: ['gcc'] },
    version: 'gcc --version',
    files: { 'main.c': C_SOURCE },
    command: ['bash', '-c', 'gcc -O2 -flto=2 -frandom-seed=1 main.c -o program && ./program; echo ended $?'],
    follows: ['lto-wrapper', 'lto1', 'program'],
  },
  {
    id: 'g++',
    what: 'g++ -O1: templates of the standard library, then the program it made',
    from: { debian: ['g++'] },
    version: 'g++ --version',
    files: { 'main.cpp': CXX_SOURCE },
    command: ['bash', '-c', 'g++ -O1 -std=c++17 main.cpp -o program && ./program; echo ended $?'],
    follows: ['g++', 'cc1plus', 'ld', 'program'],
    quick: true,
  },
  {
    id: 'gcc-error',
    what: 'gcc on a broken source: diagnostics on stderr, exit status 1',
    from: { debian: ['gcc'] },
    version: 'gcc --version',
    files: { 'bad.c': 'int main(void) { return undeclared + 1 }\n' },
    command: ['gcc', '-c', 'bad.c'],
    follows: ['cc1'],
    quick: true,
  },
  {
    id: 'clang',
    what: 'clang -O2: LLVM in one process',
    from: { debian: ['clang'] },
    version: 'clang --version',
    files: { 'main.c': C_SOURCE },
    command: ['bash', '-c', 'clang -O2 -g main.c -o program && ./program; echo ended $?'],
    produces: ['program'],
    follows: ['clang', 'program'],
  },
  {
    id: 'gfortran',
    what: 'gfortran and its run-time library',
    from: { debian: ['gfortran'] },
    version: 'gfortran --version',
    files: {
      'main.f90':
        'program p\n  integer, allocatable :: a(:)\n  character(len=:), allocatable :: s\n  integer :: i\n  allocate(a(1000))\n  a = [(mod(i*37, 101), i = 1, 1000)]\n  s = repeat("ab", 50)\n  print *, sum(a), len(s // s)\n  deallocate(a)\nend program\n',
    },
    command: ['bash', '-c', 'gfortran -O1 main.f90 -o program && ./program; echo ended $?'],
    follows: ['f951', 'program'],
  },
  {
    id: 'as',
    what: 'the GNU assembler, and objdump on what it made',
    from: { debian: ['binutils'] },
    version: 'as --version',
    files: { 'twice.s': ASM_SOURCE },
    command: [
      'bash',
      '-c',
      'as -g twice.s -o twice.o && objdump -dr twice.o && nm twice.o && readelf -S twice.o; echo ended $?',
    ],
    produces: ['twice.o'],
    follows: ['as', 'objdump', 'nm', 'readelf'],
    quick: true,
  },
  {
    id: 'ar-ld',
    what: 'ar, ranlib, and ld called by hand: a static archive and a relocatable link',
    from: { debian: ['binutils', 'gcc'] },
    version: 'ld --version',
    prepare: OBJECTS,
    command: [
      'bash',
      '-c',
      'ar rcsD libb.a b.o && ld -r a.o -L. -lb -o all.o && nm all.o && ar t libb.a && strip -o s.o all.o && size s.o',
    ],
    produces: ['libb.a', 'all.o', 's.o'],
    follows: ['ar', 'ld', 'strip'],
    quick: true,
  },
  {
    ...link('gold', 'binutils', 'the gold linker: C++, arenas of its own', '-fuse-ld=gold', 'ld.gold'),
    quick: true,
  },
  link('mold', 'mold', 'the mold linker: threads, oneTBB, a private mimalloc', '-fuse-ld=mold', 'ld.mold'),
  link('lld', 'lld', 'the LLVM linker, multi-threaded', '-fuse-ld=lld', 'ld.lld'),
  {
    id: 'make',
    what: 'GNU make -j2: functions, pattern rules, gcc as its child',
    from: { debian: ['make', 'gcc'] },
    version: 'make --version',
    files: {
      Makefile: [
        'N := $(shell seq 1 12)',
        'O := $(N:%=o%.o)',
        'all: program',
        '\t@./program || echo ended $$?',
        'o%.c:',
        '\t@echo "int f$*(void) { return $*; }" > $@',
        '%.o: %.c',
        '\t@$(CC) -c $< -o $@',
        'program: main.o $(O)',
        '\t@$(CC) $^ -o $@',
        'main.c:',
        '\t@for i in $(N); do echo "int f$$i(void);"; done > $@',
        '\t@echo "int main(void) { return $(foreach i,$(N),f$i() +) 0; }" >> $@',
        '.SECONDARY:',
        '',
      ].join('\n'),
    },
    command: ['make', '-s', '-j2'],
    follows: ['make', 'cc1', 'program'],
    quick: true,
  },
  {
    id: 'cmake-ninja',
    what: 'cmake configures, ninja builds, ctest runs',
    from: { debian: ['cmake', 'ninja-build', 'gcc'] },
    version: 'cmake --version',
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(p C)\nenable_testing()\nadd_executable(p main.c)\nadd_test(NAME t COMMAND p)\n',
      'main.c': C_SOURCE,
    },
    command: [
      'bash',
      '-c',
      'cmake -G Ninja -B b > log 2>&1 || { cat log; exit 1; }; ninja -C b > log 2>&1 && b/p && ninja -C b -t targets all | head -3; (cd b && ctest > log; grep passed log)',
    ],
    follows: ['cmake', 'ninja', 'cc1', 'ctest'],
    quick: true,
    timeout: 120,
  },
  {
    id: 'javac',
    what: 'javac: the JVM as a compiler (threads, just-in-time code, arenas over malloc)',
    from: { machine: ['javac', 'java'] },
    version: 'javac -version 2>&1',
    files: {
      'Main.java':
        'import java.util.*;\nimport java.util.stream.*;\npublic class Main {\n  record P(int k, String s) {}\n  public static void main(String[] a) {\n    System.out.println(IntStream.range(0, 9).mapToObj(i -> new P(i, "x".repeat(i))).collect(Collectors.groupingBy(p -> p.k % 3, () -> new TreeMap<>(), Collectors.counting())));\n  }\n}\n',
    },
    command: ['bash', '-c', 'javac Main.java && java -Xshare:auto -cp . Main; echo ended $?'],
    produces: ['Main.class'],
    follows: ['javac', 'java'],
    quick: true,
    timeout: 120,
  },
  {
    id: 'java',
    what: 'java: 20 threads, two collections, zip through the JVM’s C libraries',
    from: { machine: ['java'] },
    version: 'java -version 2>&1',
    files: {
      'Main.java': [
        'import java.util.*; import java.util.concurrent.*; import java.util.zip.*;',
        'public class Main {',
        '  public static void main(String[] a) throws Exception {',
        '    var pool = Executors.newFixedThreadPool(20); var fs = new ArrayList<Future<Integer>>();',
        '    for (int t = 0; t < 20; t++) { int n = t; fs.add(pool.submit(() -> { var d = new Deflater(); d.setInput(new byte[100000 + n]); d.finish(); int z = d.deflate(new byte[200000]); d.end(); return z; })); }',
        '    int sum = 0; for (var f : fs) sum += f.get(); pool.shutdown(); System.gc();',
        '    System.out.println(sum); System.exit(5);',
        '  }',
        '}',
        '',
      ].join('\n'),
    },
    command: ['java', 'Main.java'],
    quick: true,
    timeout: 120,
  },
  {
    id: 'go-build',
    what: 'the Go tool: static programs, which nothing preloaded can see',
    from: { machine: ['go'] },
    version: 'go version',
    files: {
      'main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("go", len(make([]int, 9))) }\n',
    },
    env: { CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GO111MODULE: 'off' },
    command: ['go', 'run', 'main.go'],
    verdict: 'unobservable',
    timeout: 180,
  },
  {
    id: 'rustc',
    what: 'rustc -O through rustup’s proxy: Rust with LLVM in C++ and a private jemalloc',
    from: { machine: ['rustc'] },
    version: 'rustc --version',
    files: {
      'main.rs':
        'use std::collections::BTreeMap;\nfn main() {\n    let m: BTreeMap<String, Vec<u32>> = (0..50).map(|i| (format!("k{i}"), (0..i).collect())).collect();\n    println!("{}", m.values().flatten().map(|&x| x as u64).sum::<u64>());\n}\n',
    },
    command: ['bash', '-c', 'rustc -O main.rs -o program && ./program; echo ended $?'],
    follows: ['rustc', 'program'],
    quick: true,
    timeout: 120,
  },
  {
    id: 'cargo-build',
    what: 'cargo build --release --offline of two crates, with tests run',
    from: { machine: ['cargo', 'rustc'] },
    version: 'cargo --version',
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["lib", "app"]\nresolver = "2"\n',
      'lib/Cargo.toml': '[package]\nname = "lib"\nversion = "0.1.0"\nedition = "2021"\n',
      'lib/src/lib.rs':
        'pub fn words(s: &str) -> Vec<String> { s.split_whitespace().map(str::to_owned).collect() }\n#[test]\nfn two() { assert_eq!(words("a b").len(), 2); }\n',
      'app/Cargo.toml':
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nlib = { path = "../lib" }\n',
      'app/src/main.rs': 'fn main() { println!("{:?}", lib::words("one two three")); }\n',
    },
    command: [
      'bash',
      '-c',
      'cargo build -q --release --offline && target/release/app && cargo test -q --offline -p lib 2>/dev/null | grep -c "1 passed"',
    ],
    follows: ['cargo', 'rustc', 'app'],
    timeout: 180,
  },
  {
    id: 'tsc',
    what: 'the TypeScript compiler in Node: a source with types checked and translated',
    from: { npm: ['typescript@5.9.3'] },
    version: 'node node_modules/typescript/bin/tsc --version',
    files: {
      'main.ts':
        'interface A<T> { v: T; f(x: T): T }\ntype R<K extends keyof A<number>> = { [P in K]: A<number>[P] };\nexport class B implements A<number> { v = 1; f(x: number) { return x ** 2 } }\nexport const r: R<"v"> = new B();\nconst wrong: string = r.v;\n',
    },
    command: [
      'node',
      'node_modules/typescript/bin/tsc',
      '--target',
      'es2020',
      '--module',
      'es2020',
      '--strict',
      '--pretty',
      'false',
      'main.ts',
    ],
    produces: ['main.js'],
    timeout: 120,
  },
  {
    id: 'esbuild',
    what: 'esbuild: a static Go program, started by hand',
    from: { npm: ['esbuild@0.28.2', '@esbuild/linux-x64@0.28.2'] },
    version: 'node_modules/@esbuild/linux-x64/bin/esbuild --version',
    files: {
      'a.ts': 'import { b } from "./b";\nconsole.log(b as number);\n',
      'b.ts': 'export const b: number = 40 + 2;\n',
    },
    command: ['node_modules/@esbuild/linux-x64/bin/esbuild', 'a.ts', '--bundle', '--minify'],
    verdict: 'unobservable',
  },
];
