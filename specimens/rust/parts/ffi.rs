//! The C functions, and those of parts/foreign.cpp, that the specimens call.
use std::ffi::{c_char, c_int, c_void};

extern "C" {
    pub fn malloc(size: usize) -> *mut c_void;
    pub fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    pub fn free(block: *mut c_void);
    pub fn strdup(text: *const c_char) -> *mut c_char;
    pub fn asprintf(text: *mut *mut c_char, format: *const c_char, ...) -> c_int;
    pub fn getline(line: *mut *mut c_char, size: *mut usize, file: *mut c_void) -> isize;
    pub fn fmemopen(text: *mut c_void, size: usize, mode: *const c_char) -> *mut c_void;
    pub fn fclose(file: *mut c_void) -> c_int;
    pub fn mmap(
        at: *mut c_void,
        size: usize,
        access: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    pub fn munmap(at: *mut c_void, size: usize) -> c_int;
    pub fn fork() -> c_int;
    pub fn waitpid(child: c_int, status: *mut c_int, options: c_int) -> c_int;
    pub fn _exit(code: c_int) -> !;

    pub fn cxx_new() -> *mut u64;
    pub fn cxx_new_array() -> *mut u8;
    pub fn cxx_delete(object: *mut u64);
    pub fn cxx_delete_array(bytes: *mut u8);
    pub fn c_release(block: *mut c_void);
    pub fn c_release_in_thread(block: *mut c_void);
    pub fn c_visit(visit: extern "C" fn(*mut c_void));
    pub fn c_register(data: *mut c_void, destroy: unsafe extern "C" fn(*mut c_void));
    pub fn c_unregister();
}

/// Maps one private page of memory.
#[inline(never)]
pub unsafe fn map_page() -> *mut c_void {
    mmap(std::ptr::null_mut(), 65536, 3, 0x22, -1, 0) // read and write, private and anonymous
}
