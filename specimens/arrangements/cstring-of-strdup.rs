//! What C's `strdup` returned is dropped as a `CString`.
//!
//!   fault    as said
//!   healthy  it is copied, and C's `free` takes it

mod aftershock;

use std::ffi::{c_char, c_void, CStr, CString};
use std::hint::black_box;

extern "C" {
    fn strdup(text: *const c_char) -> *mut c_char;
    fn free(pointer: *mut c_void);
}

const TEXT: &CStr = c"a text of some length, so that it has a size class of its own";

#[inline(never)]
fn taken(text: *mut c_char) -> usize {
    unsafe { CString::from_raw(text) }.as_bytes().len()
}

#[inline(never)]
fn copied(text: *mut c_char) -> usize {
    let copy = unsafe { CStr::from_ptr(text) }.to_owned();
    unsafe { free(text.cast()) };
    copy.as_bytes().len()
}

fn main() {
    let fault = std::env::args().nth(1).as_deref() != Some("healthy");
    let text = black_box(unsafe { strdup(TEXT.as_ptr()) });
    let length = if fault { taken(text) } else { copied(text) };
    println!("length {length}");
    eprintln!("overwritten: {}", aftershock::aftershock(length + 1));
}
