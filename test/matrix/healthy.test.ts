/** The matrix as it is without options: a healthy program is clean on every allocator that is tried. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Matrix } from '../../src/search/matrix/result.ts';
import { crossfree } from '../crossfree.ts';

const ALL = process.env.CROSSFREE_TEST_ALL === '1';

const C = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  char *one = malloc(40), *other = malloc(40);
  memset(one, 1, 40);
  memset(other, 2, 40);
  printf("%d\\n", one[3] + other[3]);
  free(one);
  free(other);
}`;

const CPP = `
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>
int main() {
  std::map<int, std::string> names;
  for (int i = 0; i < 2000; i++) names[i] = std::to_string(i) + std::string(i % 100, 'x');
  std::vector<std::unique_ptr<int[]>> rows;
  for (int i = 0; i < 300; i++) rows.push_back(std::make_unique<int[]>(i + 1));
  printf("%zu\\n", names.size() + rows.size());
}`;

/** More holes between its blocks than the kernel allows a process mappings. */
const HOLES = `
#include <cstdio>
#include <memory>
#include <vector>
int main() {
  std::vector<std::unique_ptr<long>> blocks;
  for (long i = 0; i < 200000; i++) blocks.push_back(std::make_unique<long>(i));
  for (size_t i = 0; i < blocks.size(); i += 2) blocks[i].reset();
  std::vector<std::unique_ptr<char[]>> more;
  for (int i = 0; i < 20000; i++) more.push_back(std::make_unique<char[]>(10000));
  puts("done");
}`;

const RUST = `
use std::collections::HashMap;
fn main() {
    let words: HashMap<u32, String> = (0..2000).map(|i| (i, format!("{i}"))).collect();
    let sum = std::thread::spawn(move || words.values().map(|word| word.len()).sum::<usize>());
    println!("{}", sum.join().unwrap());
}`;

const PYTHON = 'import json; print(len(json.dumps([str(i) for i in range(20000)])))';
const NODE = 'console.log(JSON.stringify([...Array(20000).keys()]).length)';

let folder: string;
const at = (name: string) => join(folder, name);
const make = (name: string, text: string, command: string, ...options: string[]) =>
  execFileSync(command, [...options, '-o', at(name), '-'], {
    input: text,
    stdio: ['pipe', 'ignore', 'pipe'],
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-healthy-'));
  make('c', C, 'gcc', '-g', '-O0', '-xc');
  make('cpp', CPP, 'g++', '-g', '-O1', '-xc++');
  make('holes', HOLES, 'g++', '-g', '-O1', '-xc++');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A busy machine must not decide how a cell ends. */
const PATIENT = ['--timeout', '10m', '--memory', '4G'];

function matrix(program: string[], ...options: string[]) {
  const ended = crossfree(
    ['matrix', '--repeat', '1', ...PATIENT, '--json', at('result.json'), ...options, '--', ...program],
    { cwd: folder },
  );
  const { cells }: Matrix = JSON.parse(readFileSync(at('result.json'), 'utf8'));
  return { ...ended, cells };
}

/** What is wrong with a healthy program's matrix. */
function complaints(program: string[], ...options: string[]) {
  const { status, stdout, cells } = matrix(program, ...options);
  expect(cells.length).toBeGreaterThan(4);
  expect(
    cells.filter(({ verdict }) => verdict !== 'clean').map(({ moved }) => moved),
    stdout,
  ).toEqual([]);
  expect(stdout).not.toContain('insane');
  expect(status).toBe(0);
}

const has = (command: string) => spawnSync(command, ['--version']).status === 0;

describe('a healthy program is clean on every allocator', { timeout: 300_000 }, () => {
  it('of C', () => complaints([at('c')]));
  it('of C++', () => complaints([at('cpp')]));
  it('of C++, with more holes than there are mappings', () =>
    complaints([at('holes')], '--worlds', 'c++', '--allocators', 'glibc,standard,debug,mmap,arena'));
  it.skipIf(!has('rustc'))('of Rust', () => {
    make('rust', RUST, 'rustc', '-O', '-g', '--crate-name', 'rust');
    complaints([at('rust')]);
  });
  it.skipIf(!has('python3'))('of Python', () => complaints(['python3', '-c', PYTHON]));
  it('of Node', () => complaints([process.execPath, '-e', NODE], ...(ALL ? [] : ['--worlds', 'c'])));
});

describe('insane', () => {
  it('is taken when it is named', () => {
    const { status, cells } = matrix([at('c')], '--allocators', 'glibc,insane');
    expect(cells.map(({ moved, verdict }) => [moved, verdict])).toEqual([
      [{}, 'clean'],
      [{ c: 'insane' }, 'silent'],
    ]);
    expect(status).toBe(99);
  });

  it('is still one of the names that are known', () => {
    const { status, stderr } = crossfree(['matrix', '--allocators', 'nomalloc', '--', at('c')]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/names out of glibc, .*insane/)]);
    expect(crossfree(['doctor']).stdout).toContain('insane');
  });
});
