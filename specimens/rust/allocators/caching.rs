//! A global allocator keeps what is dropped for reuse, and returns it all with free at the end.
//! expect: none
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::hint::black_box;

extern "C" {
    fn aligned_alloc(alignment: usize, size: usize) -> *mut u8;
    fn free(block: *mut u8);
}

include!("../parts/pick.rs");

/// Blocks of 1024 bytes that are kept, and how many. The program has one thread.
struct Caching(UnsafeCell<([*mut u8; 64], usize)>);
unsafe impl Sync for Caching {}

unsafe impl GlobalAlloc for Caching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (blocks, kept) = &mut *self.0.get();
        if layout.size() != 1024 || *kept == 0 {
            return aligned_alloc(layout.align().max(16), layout.size().next_multiple_of(16));
        }
        *kept -= 1;
        blocks[*kept]
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (blocks, kept) = &mut *self.0.get();
        if layout.size() != 1024 || *kept == blocks.len() {
            return free(block);
        }
        blocks[*kept] = block;
        *kept += 1;
    }
}

#[global_allocator]
static GLOBAL: Caching = Caching(UnsafeCell::new(([std::ptr::null_mut(); 64], 0)));

#[inline(never)]
fn healthy() {
    for round in 1..40 {
        let buffers: Vec<Vec<u8>> = (0..round).map(|_| black_box(Vec::with_capacity(1024))).collect();
        drop(black_box(buffers));
    }
    let (blocks, kept) = unsafe { &mut *GLOBAL.0.get() };
    for block in &blocks[..std::mem::take(kept)] {
        unsafe { free(black_box(*block)) };
    }
}

fn fault() {
    unimplemented!("keeping blocks is legal")
}
