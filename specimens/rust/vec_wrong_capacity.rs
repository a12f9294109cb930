//! A Vec is rebuilt from its length twice: its capacity was larger.
//! expect: CF004 rust -> rust expected=128/1 actual=40/1
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless release+mimalloc, lto+mimalloc: unseen; mi_free states no layout
//! acts: alloc dealloc
use std::hint::black_box;
use std::mem::ManuallyDrop;

fn make() -> ManuallyDrop<Vec<u8>> {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(&[7; 40]);
    ManuallyDrop::new(black_box(bytes))
}

#[inline(never)]
pub fn fault() {
    unsafe {
        let mut bytes = make();
        drop(black_box(Vec::from_raw_parts(black_box(bytes.as_mut_ptr()), bytes.len(), bytes.len())));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let mut bytes = make();
        let capacity = bytes.capacity();
        drop(black_box(Vec::from_raw_parts(black_box(bytes.as_mut_ptr()), bytes.len(), capacity)));
    }
}
