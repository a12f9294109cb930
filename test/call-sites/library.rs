//! A healthy library for C. At some levels of optimisation its releasing functions end in a jump to `free`.
#[no_mangle]
pub extern "C" fn number_make(value: u64) -> *mut u64 {
    Box::into_raw(Box::new(value))
}

#[no_mangle]
pub unsafe extern "C" fn number_release(number: *mut u64) {
    drop(Box::from_raw(number));
}

#[no_mangle]
pub extern "C" fn bytes_make(size: usize) -> *mut u8 {
    let mut bytes: Vec<u8> = Vec::new();
    (0..size).for_each(|at| bytes.push(at as u8));
    bytes.shrink_to_fit();
    Box::into_raw(bytes.into_boxed_slice()) as *mut u8
}

#[no_mangle]
pub unsafe extern "C" fn bytes_release(bytes: *mut u8, size: usize) {
    drop(Vec::from_raw_parts(bytes, size, size));
}
