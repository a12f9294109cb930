//! A global allocator that counts, on top of the system's: its blocks are Rust's all the same.
//! expect: CF001 rust -> c
//! unless release, size: unseen; without debug info a call of free in Rust code may be an inlined dealloc
//! acts: alloc free
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

extern "C" {
    fn free(block: *mut u8);
}

include!("../parts/pick.rs");

struct Counting(AtomicUsize);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(layout.size(), Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.0.fetch_sub(layout.size(), Relaxed);
        System.dealloc(block, layout)
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting(AtomicUsize::new(0));

#[inline(never)]
fn fault() {
    let object = Box::into_raw(black_box(Box::new([7u64; 8])));
    unsafe { free(black_box(object).cast()) };
}

#[inline(never)]
fn healthy() {
    let object = Box::into_raw(black_box(Box::new([7u64; 8])));
    drop(unsafe { Box::from_raw(black_box(object)) });
}
