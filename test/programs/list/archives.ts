import type { Program } from '../program.ts';

const INPUT =
  'awk \'BEGIN { for (i = 0; i < 120000; i++) print (i * 7919) % 120011, "line" i % 101 }\' > in.txt';

/** Compress, check the sum of what comes back, and tell the size. */
const roundTrip = (
  id: string,
  debian: string,
  what: string,
  compress: string,
  expand: string,
  quick = true,
): Program => ({
  id,
  what,
  from: { debian: [debian] },
  version: `${id} --version 2>&1`,
  prepare: INPUT,
  command: ['bash', '-c', `${compress} < in.txt > out && ${expand} < out | md5sum && wc -c < out`],
  follows: [id],
  produces: ['out'],
  quick,
});

export const ARCHIVES: Program[] = [
  roundTrip('xz', 'xz-utils', 'xz with two threads and back', 'xz -2 -T2 --block-size=300000', 'xz -d'),
  roundTrip(
    'zstd',
    'zstd',
    'zstd with two workers, long distance matching, and back',
    'zstd -q -6 -T2 --long=20',
    'zstd -q -d --long=20',
  ),
  roundTrip('gzip', 'gzip', 'gzip and back', 'gzip -9n', 'gzip -d'),
  roundTrip('bzip2', 'bzip2', 'bzip2 and back', 'bzip2 -9', 'bzip2 -d'),
  roundTrip('pigz', 'pigz', 'pigz: gzip on two threads', 'pigz -n -p 2 -b 128', 'pigz -d -p 2'),
  roundTrip('pbzip2', 'pbzip2', 'pbzip2: bzip2 on two threads, C++', 'pbzip2 -c -p2 -b1', 'pbzip2 -dc -p2'),
  {
    id: '7z',
    what: '7-Zip: LZMA2 on two threads, C++ with a plug-in loaded at run time',
    from: { debian: ['p7zip-full'] },
    version: '7z i',
    prepare: `${INPUT}; mkdir d; cp in.txt d/a; seq 1 999 > d/b`,
    command: [
      'bash',
      '-c',
      '7z a -bd -mx=5 -mmt=2 -mtm=off -mtc=off -mta=off o.7z d > log && 7z t o.7z | grep Everything && 7z e -so o.7z d/a | md5sum && 7z a -tzip -mmt=2 z.zip d > log && 7z l -slt z.zip | grep -c ^Path',
    ],
    follows: ['7z'],
    quick: true,
  },
  {
    id: 'tar',
    what: 'tar with gzip as its child: made, listed, unpacked, compared',
    from: { debian: ['tar'] },
    version: 'tar --version',
    prepare: 'for i in $(seq 200); do mkdir -p t/$((i % 9)); seq 1 $i > t/$((i % 9))/f$i; done',
    command: [
      'bash',
      '-c',
      'tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - t | tee o.tar | sha256sum; tar -tf o.tar | wc -l; mkdir u; tar -xf o.tar -C u && diff -r t u/t && tar -czf o.tgz t && tar -tzf o.tgz | tail -1 | wc -c',
    ],
    follows: ['tar', 'gzip'],
    quick: true,
  },
  {
    id: 'dpkg-deb',
    what: 'dpkg-deb: a package built, read and unpacked',
    from: { debian: ['dpkg'] },
    version: 'dpkg-deb --version',
    files: {
      'p/DEBIAN/control':
        'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: d\n',
      'p/usr/share/p/f': 'file\n',
    },
    env: { SOURCE_DATE_EPOCH: '1700000000' },
    prepare: 'find p -type d -exec chmod 755 {} +; find p -exec touch -d @1700000000 {} +',
    command: [
      'bash',
      '-c',
      'dpkg-deb --root-owner-group -b p o.deb && dpkg-deb -I o.deb && dpkg-deb -c o.deb && dpkg-deb -x o.deb u && cat u/usr/share/p/f && sha256sum < o.deb',
    ],
    follows: ['dpkg-deb'],
    quick: true,
  },
  {
    id: 'apt-cache',
    what: 'apt-cache: C++ over the installed packages’ database',
    from: { debian: ['apt'] },
    version: 'apt-cache --version',
    command: [
      'bash',
      '-c',
      'apt-cache -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= show libc6 | grep -c "^Package: libc6$"; apt-config dump | wc -l',
    ],
    follows: ['apt-cache'],
    quick: true,
  },
];
