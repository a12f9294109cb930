import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptsPreload, ofProgram } from './obstacles.ts';
import { privilegeByMode } from './privilege.ts';
import { inspectProgram } from './program.ts';

let folder: string;

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-program-'));
  write('a.c', 'int main(void) { return 0; }\n');
  execFileSync('gcc', ['-static', '-o', join(folder, 'static'), join(folder, 'a.c')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inspect = (command: string) => inspectProgram(command, folder, { PATH: '/usr/bin:/bin' });

/** A file that says no more than what it is. */
function elfHeader(elfClass: 1 | 2, machine: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, elfClass, 1, 1]);
  bytes[16] = 2;
  bytes[18] = machine;
  return bytes;
}

describe('what can be observed of a program', () => {
  it('finds nothing against a dynamic one of this machine', async () => {
    expect(await inspect('true')).toEqual({
      requested: 'true',
      executable: '/usr/bin/true',
      path: '/usr/bin/true',
      preloadable: true,
      elf: { class: 64, machine: 'x86-64', static: false, loader: '/lib64/ld-linux-x86-64.so.2' },
    });
  });

  it('names a static program as an obstacle and how to link it instead', async () => {
    const facts = await inspect('./static');
    expect(facts.elf?.static).toBe(true);
    expect(facts.obstacle).toMatchObject({ module: join(folder, 'static') });
    expect(facts.obstacle?.reason).toContain('statically linked');
    expect(facts.obstacle?.remedy).toContain('-static');
  });

  it('names a 32-bit program', async () => {
    write('small', elfHeader(1, 3));
    expect((await inspect('./small')).obstacle?.reason).toContain('32-bit');
  });

  it('refuses what this machine cannot run', async () => {
    write('other', elfHeader(2, 0xbe));
    await expect(inspect('./other')).rejects.toMatchObject({
      status: 126,
      message: expect.stringContaining('built for machine 190'),
    });
  });

  it('refuses a broken program', async () => {
    write('broken', elfHeader(2, 62).subarray(0, 40));
    await expect(inspect('./broken')).rejects.toMatchObject({ status: 126 });
  });
});

describe('the runtime', () => {
  const dynamic = {
    class: 64,
    machine: 'x86-64',
    static: false,
    loader: '/lib64/ld-linux-x86-64.so.2',
  } as const;
  it.each([
    [dynamic, true],
    [{ ...dynamic, static: true }, true], // ignores it, but its children may not
    [{ ...dynamic, class: 32, machine: 'x86', loader: '/lib/ld-linux.so.2' }, false],
    [{ ...dynamic, loader: '/lib/ld-musl-x86_64.so.1' }, false],
  ] as const)('with %j: may be preloaded: %s', (elf, accepted) => {
    expect(acceptsPreload(elf)).toBe(accepted);
  });

  it('cannot see into a program of another C library', () => {
    const gap = ofProgram('/bin/app', { ...dynamic, loader: '/lib/ld-musl-x86_64.so.1' });
    expect(gap?.reason).toContain('/lib/ld-musl-x86_64.so.1');
  });
});

describe('a script', () => {
  it('is what its interpreter is, through a chain of scripts', async () => {
    write('outer', `#! ${join(folder, 'inner')} an argument\n`);
    write('inner', '#!/bin/sh\n');
    const facts = await inspect('./outer');
    expect(facts.path).toBe(join(folder, 'outer'));
    expect(facts.interpreter).toBe(await realPath('/bin/sh'));
    expect(facts.elf?.static).toBe(false);
  });

  it('without a first line that names one is run by the shell', async () => {
    write('plain', 'exit 0\n');
    expect((await inspect('./plain')).interpreter).toBe(await realPath('/bin/sh'));
  });

  it('with a static interpreter is as unobservable as that', async () => {
    write('by-static', `#!${join(folder, 'static')}\n`);
    expect((await inspect('./by-static')).obstacle?.module).toBe(join(folder, 'static'));
  });

  it('whose interpreter does not exist cannot be started', async () => {
    write('orphan', '#!/no/such/interpreter\n');
    await expect(inspect('./orphan')).rejects.toMatchObject({
      status: 127,
      message: expect.stringContaining('/no/such/interpreter does not exist'),
    });
  });

  it('that names itself comes to an end', async () => {
    write('self', `#!${join(folder, 'self')}\n`);
    await expect(inspect('./self')).resolves.toMatchObject({ path: join(folder, 'self') });
  });
});

describe('a privilege by the file’s mode', () => {
  const user = { uid: 1000, gid: 1000 };
  it.each([
    [{ mode: 0o100755, uid: 0, gid: 0 }, user, undefined],
    [{ mode: 0o104755, uid: 0, gid: 0 }, user, 'setuid'],
    [{ mode: 0o104755, uid: 0, gid: 0 }, { uid: 0, gid: 0 }, undefined],
    [{ mode: 0o104755, uid: 1000, gid: 0 }, user, undefined],
    [{ mode: 0o104755, uid: 33, gid: 0 }, { uid: 0, gid: 0 }, 'setuid'],
    [{ mode: 0o102755, uid: 0, gid: 42 }, user, 'setgid'],
    [{ mode: 0o102755, uid: 0, gid: 1000 }, user, undefined],
    [{ mode: 0o102745, uid: 0, gid: 42 }, user, undefined],
  ] as const)('%j for %j: %s', (file, starter, privilege) => {
    expect(privilegeByMode(file, starter)).toBe(privilege);
  });
});

async function realPath(path: string): Promise<string> {
  const { realpath } = await import('node:fs/promises');
  return realpath(path);
}
