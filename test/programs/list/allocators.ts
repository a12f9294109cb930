import type { Program } from '../program.ts';

const PERL =
  'my @k; for my $r (1..30) { push @k, map { { n => $_, s => "x" x ($_ % 50) } } 1..200; splice @k, 0, 100 } my $n = 0; $n += length $_->{s} for @k; print "$n\\n"; my $p = fork; if (!$p) { my @c = map { $_ x 3 } 1..1000; exit scalar(@c) % 7 } waitpid $p, 0; print $? >> 8, "\\n"';

const onAllocator = (name: string, debian: string, library: string): Program => ({
  id: `perl-on-${name}`,
  what: `Perl with ${name} preloaded beside us`,
  from: { debian: [debian, 'perl'] },
  version: 'perl -v',
  env: { LD_PRELOAD: library },
  command: ['perl', '-e', PERL],
});

/** The same program on three other allocators, put there by the user's own LD_PRELOAD. */
export const ALLOCATORS: Program[] = [
  { ...onAllocator('mimalloc', 'libmimalloc2.0', 'libmimalloc.so.2'), quick: true },
  { ...onAllocator('jemalloc', 'libjemalloc2', 'libjemalloc.so.2'), quick: true },
  { ...onAllocator('tcmalloc', 'libtcmalloc-minimal4', 'libtcmalloc_minimal.so.4'), quick: true },
];
