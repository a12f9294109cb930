//! The line that getline allocated is taken over by a Vec.
//! expect: CF001 c -> rust
//! acts: getline dealloc
use crate::ffi::{fclose, fmemopen, free, getline};
use std::hint::black_box;
use std::ptr::null_mut;

unsafe fn read_line() -> (*mut u8, usize) {
    let (mut text, mut line, mut size) = (*b"a line of text\n", null_mut(), 0);
    let file = fmemopen(text.as_mut_ptr().cast(), text.len(), c"r".as_ptr());
    getline(&mut line, &mut size, file);
    fclose(file);
    (black_box(line).cast(), size)
}

#[inline(never)]
pub fn fault() {
    unsafe {
        let (line, size) = read_line();
        drop(black_box(Vec::from_raw_parts(line, 0, size)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let (line, _) = read_line();
        free(black_box(line).cast());
    }
}
