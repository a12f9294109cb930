import type { Program } from '../program.ts';

export const SYSTEM: Program[] = [
  {
    id: 'systemd-tools',
    what: 'systemd’s tools without a manager: calendars, unit checks, identifiers, escapes, temporary files, a journal file read',
    from: { debian: ['systemd'] },
    version: 'systemd-analyze --version',
    files: {
      'a.service': `[Service]
ExecStart=/bin/true
[Install]
WantedBy=multi-user.target
`,
      't.conf': `d /made 0755
f /made/file 0644 - - - text
`,
    },
    command: [
      'bash',
      '-c',
      'systemd-analyze calendar --iterations=3 --base-time="2026-01-01 00:00:00 UTC" "Mon *-*-* 03:00" | grep -v "From now"; systemd-analyze verify ./a.service; echo $?; systemd-escape -p /a/b-c; systemd-id128 show root-x86-64 | head -3; systemd-path system-binaries; systemd-tmpfiles --root="$PWD/root" --create "$PWD/t.conf"; ls root; systemd-delta --no-pager > /dev/null; journalctl --directory="$PWD" -n 1; echo $?; systemctl --root="$PWD" list-unit-files | tail -1; systemd-cgls --version | head -1; systemd-run true; echo $?',
    ],
    follows: ['systemd-analyze', 'systemd-tmpfiles', 'journalctl', 'systemctl'],
    stderrVaries: 'it may speak of a bus that is not there',
  },
  {
    id: 'docker',
    what: 'Docker’s client, Go with cgo, which finds no daemon: versions, contexts, an error',
    from: { debian: ['docker.io'] },
    version: 'docker --version',
    command: [
      'bash',
      '-c',
      '/usr/bin/docker version --format "{{.Client.Os}}" 2>&1; /usr/bin/docker context ls --format "{{.Name}}" ; /usr/bin/docker -H unix:///none ps; echo ended $?',
    ],
    follows: ['docker'],
  },
  {
    id: 'qemu-system',
    what: 'QEMU emulates a PC in two threads without KVM: its firmware runs a boot sector that prints and powers off',
    from: { debian: ['qemu-system-x86', 'gcc', 'libc6-dev', 'binutils'] },
    version: 'qemu-system-x86_64 --version',
    files: {
      'boot.s': `.code16
.globl _start
_start: xor %ax, %ax
  mov %ax, %ds
  mov $0x7c00, %sp
  mov $200, %cx
again: mov $text, %si
next: lodsb
  test %al, %al
  jz done
  mov $0xe9, %dx
  outb %al, %dx
  jmp next
done: loop again
  mov $0x501, %dx
  mov $5, %al
  outb %al, %dx
  hlt
text: .asciz "boot "
.org 510
.word 0xaa55
`,
    },
    prepare:
      'as --32 boot.s -o boot.o && ld -m elf_i386 -Ttext=0x7c00 --oformat binary boot.o -o disk && truncate -s 1474560 disk',
    command: [
      'bash',
      '-c',
      'qemu-system-x86_64 -machine pc -accel tcg,thread=multi -smp 2 -m 64 -display none -no-reboot -net none -drive file=disk,format=raw,if=floppy -debugcon file:said -device isa-debug-exit,iobase=0x501,iosize=1 -monitor none -serial none; echo ended $?; cat said | tr -d "\\\\0"',
    ],
    follows: ['qemu-system-x86_64'],
    timeout: 120,
  },
  {
    id: 'qemu-img',
    what: 'QEMU’s disk tools: images made, written through qemu-io, snapshots, converted, compared, checked',
    from: { debian: ['qemu-utils'] },
    version: 'qemu-img --version',
    command: [
      'bash',
      '-c',
      'qemu-img create -q -f qcow2 a.qcow2 64M && qemu-io -c "write -P 7 1M 2M" -c "aio_write -P 9 9M 3M" -c aio_flush a.qcow2 | grep -c wrote; qemu-img snapshot -c one a.qcow2; qemu-img create -q -f qcow2 -b a.qcow2 -F qcow2 b.qcow2; qemu-io -c "write -P 3 0 512k" b.qcow2 | grep -c wrote; qemu-img convert -O vmdk b.qcow2 c.vmdk; qemu-img convert -c -O qcow2 c.vmdk d.qcow2; qemu-img compare b.qcow2 d.qcow2; qemu-img check d.qcow2 | head -1; qemu-img convert -O raw d.qcow2 e.raw; md5sum e.raw; qemu-img info nothing; echo $?',
    ],
    follows: ['qemu-img', 'qemu-io'],
  },
  {
    id: 'qemu-user',
    what: 'QEMU’s user emulation of an x86 program, itself a program with its own maps',
    from: { debian: ['qemu-user', 'gcc', 'libc6-dev'] },
    version: 'qemu-x86_64 --version',
    files: {
      'target.c': `#include <stdio.h>
#include <stdlib.h>
int main(void) { long n = 0; for (int i = 1; i < 20000; i++) { char *p = malloc((size_t)(i % 500)); n += p != 0; free(p); } printf("%ld\\n", n); return 3; }
`,
    },
    prepare: 'gcc -O1 -static target.c -o target',
    command: [
      'bash',
      '-c',
      'qemu-x86_64 ./target; echo ended $?; qemu-x86_64 -strace ./target 2>&1 | grep -c "write(1"',
    ],
    follows: ['qemu-x86_64'],
  },
];
