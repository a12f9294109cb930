//! A block is reallocated with another size than it was allocated with.
//! expect: CF004 rust -> rust expected=64/8 actual=32/8
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless inlined+mimalloc: unseen; mi_free states no layout
//! unless release+jemalloc, lto+jemalloc: unseen; jemalloc is not told the old size
//! born: grow
//! died: grow
//! acts: alloc realloc dealloc
use std::alloc::{alloc, dealloc, realloc, Layout};
use std::hint::black_box;

#[inline(never)]
fn grow(layout: Layout) {
    unsafe {
        let block = black_box(alloc(Layout::new::<[u64; 8]>()));
        let grown = black_box(realloc(black_box(block), layout, 128));
        dealloc(black_box(grown), Layout::new::<[u64; 16]>());
    }
}

#[inline(never)]
pub fn fault() {
    grow(black_box(Layout::new::<[u64; 4]>()));
}

#[inline(never)]
pub fn healthy() {
    grow(black_box(Layout::new::<[u64; 8]>()));
}
