//! A binding to C's `strdup`, once wrong and once right.
use std::ffi::{c_char, CStr, CString};

extern "C" {
    fn strdup(text: *const c_char) -> *mut c_char;
    fn free(pointer: *mut c_char);
}

/// Wrong: a CString gives C's block to Rust's allocator.
pub fn adopted(text: &CStr) -> CString {
    unsafe { CString::from_raw(strdup(text.as_ptr())) }
}

/// Right: a copy, and C's block goes back to C.
pub fn copied(text: &CStr) -> CString {
    unsafe {
        let block = strdup(text.as_ptr());
        let copy = CStr::from_ptr(block).to_owned();
        free(block);
        copy
    }
}
