import type { Program } from '../program.ts';

/** A small tree of text files. */
const TREE =
  'for d in a b c d; do mkdir -p t/$d; for i in $(seq 40); do echo "fn f$i() { let x = $i; } // word$((i % 7))" > t/$d/f$i.rs; done; done; echo hidden > t/.h; echo "*.log" > t/.gitignore; echo x > t/a.log; mkdir t/.git';

const crate = (
  id: string,
  name: string,
  command: string,
  what: string,
  script: string,
  more: Partial<Program> = {},
): Program => ({
  id,
  what,
  from: { crate: name },
  version: `${command} --version`,
  prepare: TREE,
  command: ['bash', '-c', script],
  follows: [command],
  ...more,
});

const RIPGREP =
  'rg -j2 --sort path -n "word[35]" t | md5sum; rg -j2 -c "x = 1" t | sort | md5sum; rg --json -j1 --sort path "f40" t | grep -c match; rg -U "\\{\\s+let (?P<n>x)" -r "<\\$n>" t/a/f1.rs; rg nothing t';

const HYPERFINE =
  'hyperfine -N --style none --runs 10 --export-json o.json true; grep -c exit_codes o.json; hyperfine --output=inherit --style none --runs 2 "echo child"; hyperfine --style none false; echo $?';

const JAQ =
  'seq 1 3000 | jaq -s -c "[.[] | {k: (. % 7), v: tostring}] | group_by(.k) | map({k: .[0].k, n: length, s: (map(.v) | join(\\",\\") | length)})"; echo "{" | jaq .';

export const CRATES: Program[] = [
  crate(
    'ripgrep',
    'ripgrep@15.2.0',
    'rg',
    'ripgrep, release: two threads, regular expressions, JSON',
    RIPGREP,
  ),
  crate(
    'ripgrep-fat-lto',
    'ripgrep@15.2.0',
    'rg',
    'ripgrep again, fat LTO with line tables, one code generation unit: its shims are partly gone',
    RIPGREP,
    {
      from: {
        crate: 'ripgrep@15.2.0',
        profile: { LTO: 'fat', DEBUG: 'line-tables-only', CODEGEN_UNITS: '1', STRIP: 'none' },
      },
    },
  ),
  crate(
    'fd',
    'fd-find@10.5.0',
    'fd',
    'fd, release with LTO, stripped, on a private jemalloc',
    'fd -j2 -e rs "1$|f2" t | sort; fd -j1 -H -x echo {/.} . t/a | sort | head -3; fd -H -t f . t | wc -l; fd "(" t',
  ),
  crate(
    'bat',
    'bat@0.26.1',
    'bat',
    'bat, release with LTO, stripped: Rust over libgit2 and oniguruma in C',
    'bat --color=always --paging=never --style=full t/a/f1.rs t/b/f2.rs; bat --list-languages | wc -l; bat -A t/.h; bat none',
  ),
  crate(
    'hyperfine',
    'hyperfine@1.20.0',
    'hyperfine',
    'hyperfine, release with LTO, stripped: 10 children',
    HYPERFINE,
    {
      stderrVaries: 'it warns where a command was fast',
    },
  ),
  crate(
    'hyperfine-small',
    'hyperfine@1.20.0',
    'hyperfine',
    'hyperfine again, opt-level z, thin LTO, symbols kept',
    HYPERFINE,
    {
      from: { crate: 'hyperfine@1.20.0', profile: { LTO: 'thin', OPT_LEVEL: 'z', STRIP: 'none' } },
      stderrVaries: 'it warns where a command was fast',
    },
  ),
  crate('jaq', 'jaq@3.1.2', 'jaq', 'jaq: jq in Rust on a private mimalloc', JAQ),
];
