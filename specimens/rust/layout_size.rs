//! A block is deallocated with another size than it was allocated with.
//! expect: CF004 rust -> rust expected=64/8 actual=128/8
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless inlined+mimalloc: unseen; mi_free states no layout
//! born: take_and_return
//! died: take_and_return
//! acts: alloc dealloc
use std::alloc::{alloc, dealloc, Layout};
use std::hint::black_box;

#[inline(never)]
fn take_and_return(layout: Layout) {
    unsafe {
        let block = black_box(alloc(Layout::new::<[u64; 8]>()));
        dealloc(black_box(block), layout);
    }
}

#[inline(never)]
pub fn fault() {
    take_and_return(black_box(Layout::new::<[u64; 16]>()));
}

#[inline(never)]
pub fn healthy() {
    take_and_return(black_box(Layout::new::<[u64; 8]>()));
}
