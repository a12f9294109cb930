//! A global allocator carves an arena out of blocks from malloc. Its first object starts where the chunk
//! starts, objects are never returned, and the chunk goes back with free.
//! expect: none
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn free(block: *mut u8);
}

include!("../parts/pick.rs");

/// Serves from `CHUNK` while there is one, from the system otherwise.
struct Arena;
const SIZE: usize = 1 << 16;
static CHUNK: AtomicPtr<u8> = AtomicPtr::new(null_mut());
static USED: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let chunk = CHUNK.load(Relaxed);
        if chunk.is_null() {
            return System.alloc(layout);
        }
        chunk.add(USED.fetch_add((layout.size() + 15) & !15, Relaxed))
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let chunk = CHUNK.load(Relaxed);
        if chunk.is_null() || !(chunk..chunk.add(SIZE)).contains(&block) {
            System.dealloc(block, layout)
        }
    }
}

#[global_allocator]
static GLOBAL: Arena = Arena;

#[inline(never)]
fn fill() {
    let first = black_box(Box::new([7u64; 8]));
    let texts: Vec<String> = (0..100).map(|i| black_box(format!("text {i}"))).collect();
    drop((first, texts));
}

#[inline(never)]
fn healthy() {
    for _ in 0..3 {
        CHUNK.store(black_box(unsafe { malloc(SIZE) }), Relaxed);
        USED.store(0, Relaxed);
        fill();
        let chunk = CHUNK.swap(null_mut(), Relaxed);
        unsafe { free(black_box(chunk)) };
        fill();
    }
}

fn fault() {
    unimplemented!("carving is legal")
}
