//! Rust and C take turns on one allocator that the executable brings; `twice`: a Box is dropped twice.
use std::collections::HashMap;
use std::ffi::{c_char, c_void};
use std::hint::black_box;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn strdup(text: *const c_char) -> *mut c_char;
}

#[allow(dead_code)]
#[repr(align(64))]
struct Aligned([u8; 128]);

fn turns(seed: usize) -> usize {
    let mut names = HashMap::new();
    for i in 0..5000 {
        names.insert(i * seed, format!("{i}-{seed}"));
        if i % 3 == 0 {
            names.remove(&(i / 2));
        }
        drop(black_box(Box::new(Aligned([0; 128]))));
        unsafe {
            free(black_box(malloc(i % 300)));
            free(strdup(c"thirty-nine characters, or thereabouts".as_ptr()) as *mut c_void);
        }
    }
    names.len()
}

fn main() {
    let threads: Vec<_> = (1..4).map(|seed| std::thread::spawn(move || turns(seed))).collect();
    let names: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    if std::env::args().nth(1).as_deref() == Some("twice") {
        let block = black_box(Box::into_raw(Box::new([1u64; 6])));
        drop(unsafe { Box::from_raw(block) });
        drop(unsafe { Box::from_raw(black_box(block)) });
    }
    println!("{names} names");
    std::process::exit(6)
}
