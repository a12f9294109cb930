//! C shortens a CString in place; taking it back counts the bytes up to the new end.
//! expect: CF004 rust -> rust expected=20/1 actual=6/1
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless inlined+mimalloc: unseen; mi_free states no layout
//! acts: alloc dealloc
use std::ffi::{c_char, CString};
use std::hint::black_box;

/// What a C function does that cuts its argument off.
fn shortened(text: CString) -> *mut c_char {
    let text = black_box(text.into_raw());
    unsafe { text.add(5).write(0) };
    black_box(text)
}

#[inline(never)]
pub fn fault() {
    unsafe {
        let text = shortened(CString::new("a nineteen byte str").unwrap());
        drop(black_box(CString::from_raw(text)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let whole = CString::new("a nineteen byte str").unwrap();
        let bytes = whole.as_bytes_with_nul().len();
        let text = shortened(whole).cast::<u8>();
        drop(black_box(Vec::from_raw_parts(text, bytes, bytes)));
    }
}
