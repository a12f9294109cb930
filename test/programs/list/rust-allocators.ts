import type { Program } from '../program.ts';

/** Threads, containers, aligned blocks, blocks of C beside them, a panic that is caught. */
const MAIN = `use std::alloc::{alloc, dealloc, realloc, Layout};
use std::collections::{BTreeMap, HashMap};
use std::ffi::CString;

extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn free(block: *mut u8);
    fn strlen(text: *const std::ffi::c_char) -> usize;
}

fn work(t: usize) -> usize {
    let mut map: HashMap<usize, String> = HashMap::new();
    for i in 0..8000 {
        map.insert(i * t + i, format!("{i}-{t}"));
        if i % 3 == 0 { map.remove(&(i / 2)); }
    }
    let boxes: Vec<Box<[u8]>> = (0..1500).map(|i| vec![1u8; i].into_boxed_slice()).collect();
    let tree: BTreeMap<String, Vec<u8>> = map.iter().map(|(k, v)| (v.clone(), vec![*k as u8; *k % 300])).collect();
    let mut of_c = 0;
    for i in 1..500 {
        let text = CString::new("c".repeat(i)).unwrap();
        unsafe { of_c += strlen(text.as_ptr()); free(malloc(i)); }
        let layout = Layout::from_size_align(i * 16, 64).unwrap();
        unsafe {
            let p = alloc(layout);
            p.write(1);
            let p = realloc(p, layout, i * 40);
            dealloc(p, Layout::from_size_align(i * 40, 64).unwrap());
        }
    }
    boxes.len() + tree.len() + of_c
}

fn main() {
    let threads: Vec<_> = (0..4).map(|t| std::thread::spawn(move || work(t))).collect();
    println!("{}", threads.into_iter().map(|h| h.join().unwrap()).sum::<usize>());
    let caught = std::panic::catch_unwind(|| { let _held = vec![1, 2, 3]; panic!("as asked") });
    println!("{}", caught.is_err());
    std::process::exit(6)
}
`;

const onAllocator = (
  name: string,
  dependency: string,
  path: string,
  what: string,
  debian: readonly string[] = ['gcc', 'libc6-dev'],
): Program => ({
  id: `rust-${name}`,
  what: `a Rust program on ${what}`,
  from: {
    debian,
    rust: {
      dependencies: dependency ? [dependency] : [],
      main: `#[global_allocator]\nstatic GLOBAL: ${path} = ${path.endsWith('>') ? 'wee_alloc::WeeAlloc::INIT' : path};\n${MAIN}`,
    },
  },
  version: `echo '${dependency || 'std 1'}'`,
  command: ['bash', '-c', `rust-${name}; echo ended $?`],
  follows: [`rust-${name}`],
  stderrVaries: 'a panic names its thread by a number',
});

export const RUST_ALLOCATORS: Program[] = [
  onAllocator('system', '', 'std::alloc::System', 'the system’s allocator, named as its global one'),
  onAllocator(
    'jemalloc',
    'tikv-jemallocator = "=0.7.0"',
    'tikv_jemallocator::Jemalloc',
    'jemalloc under names of its own',
  ),
  onAllocator(
    'jemalloc-unprefixed',
    'tikv-jemallocator = { version = "=0.7.0", features = ["unprefixed_malloc_on_supported_platforms"] }',
    'tikv_jemallocator::Jemalloc',
    'jemalloc that is malloc too, for C and C++ as well',
  ),
  onAllocator('mimalloc', 'mimalloc = "=0.1.52"', 'mimalloc::MiMalloc', 'mimalloc'),
  onAllocator(
    'mimalloc-override',
    'mimalloc = { version = "=0.1.52", features = ["override"] }',
    'mimalloc::MiMalloc',
    'mimalloc that is malloc too',
  ),
  onAllocator('snmalloc', 'snmalloc-rs = "=0.7.6"', 'snmalloc_rs::SnMalloc', 'snmalloc', [
    'g++',
    'gcc',
    'cmake',
    'libc6-dev',
  ]),
  onAllocator('rpmalloc', 'rpmalloc = "=0.2.2"', 'rpmalloc::RpMalloc', 'rpmalloc'),
  onAllocator(
    'tcmalloc',
    'tcmalloc-better = "=0.1.19"',
    'tcmalloc_better::TCMalloc',
    'Google’s tcmalloc, statically linked',
    ['g++', 'gcc', 'cmake', 'libc6-dev'],
  ),
  onAllocator(
    'scudo',
    'scudo = "=0.1.3"',
    'scudo::GlobalScudoAllocator',
    'Scudo, LLVM’s hardened allocator',
    ['clang', 'g++', 'libc6-dev'],
  ),
  onAllocator(
    'dlmalloc',
    'dlmalloc = { version = "=0.2.14", features = ["global"] }',
    'dlmalloc::GlobalDlmalloc',
    'dlmalloc written in Rust, over mmap',
  ),
  onAllocator('wee', 'wee_alloc = "=0.4.5"', "wee_alloc::WeeAlloc<'static>", 'wee_alloc, over mmap'),
];
